import { pause, protocol, topicToCommit, type DialogueClient, type GroupDialogue } from "../support/group-dialogue.js";

/** The broker settings that the dialogues count on: a limit of size, and sessions short enough to wait for their end. */
export const dialogueConfigs = {
  "group.initial.rebalance.delay.ms": "0",
  "group.max.size": "4",
  "group.min.session.timeout.ms": "100",
} as const;

/** Talks with a group coordinator, by the name of their group. Written so that every right broker gives the same answers. */
export const dialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "versions-of-membership": async (talk) => {
    for (let version = 0; version <= 9; version++) {
      const alpha = await talk.client(`alpha${version}`);
      const beta = await talk.client(`beta${version}`);
      const [syncVersion, heartbeatVersion, leaveVersion] = [
        Math.min(version, 5),
        Math.min(version, 4),
        Math.min(version, 5),
      ];
      await comeIn(talk, alpha, version);
      const assignments = [{ memberId: alpha.memberId, assignment: Buffer.from(`all in ${version}`) }];
      await talk.note(`alpha syncs in version ${syncVersion}`, alpha.sync(syncVersion, { assignments }));
      await talk.note(`alpha syncs again`, alpha.sync(syncVersion));
      const waiting = knock(talk, beta, version);
      await talk.noteWaiting("beta joins", waiting);
      await talk.note(`alpha beats in version ${heartbeatVersion}`, alpha.heartbeat(heartbeatVersion));
      await talk.note("alpha joins again", alpha.join(version));
      await talk.note("beta is in", waiting);
      const following = beta.sync(syncVersion);
      await talk.noteWaiting("beta syncs", following);
      await talk.note(
        "alpha assigns",
        alpha.sync(syncVersion, { assignments: [{ memberId: beta.memberId, assignment: Buffer.from("beta's") }] }),
      );
      await talk.note("beta is assigned", following);
      await talk.note(`beta leaves in version ${leaveVersion}`, beta.leave(leaveVersion));
      await talk.note("beta leaves again", beta.leave(leaveVersion));
      await talk.note("alpha leaves", alpha.leave(leaveVersion));
      await talk.note("alpha beats", alpha.heartbeat(heartbeatVersion));
    }
  },

  "wrong-members": async (talk) => {
    const alpha = await talk.client("alpha");
    const nobody = await talk.client("nobody");
    await talk.note("unknown group: join with an id", nobody.join(9, { memberId: "x" }));
    await talk.note("unknown group: join with an id, no protocols", nobody.join(9, { memberId: "x", protocols: [] }));
    await talk.note("unknown group: heartbeat", nobody.heartbeat(4, { memberId: "x" }));
    await talk.note("unknown group: sync", nobody.sync(5, { memberId: "x" }));
    await talk.note(
      "unknown group: leave",
      nobody.leave(5, { members: [{ memberId: "x" }, { memberId: "", groupInstanceId: "i" }] }),
    );
    await talk.note("unknown group: leave, old", nobody.leave(2, { memberId: "x" }));
    await talk.note("unknown group: describe", nobody.describe());
    await talk.note("session too short", nobody.join(9, { sessionTimeoutMs: 99, memberId: "" }));
    await talk.note("session too long", nobody.join(9, { sessionTimeoutMs: 1_800_001, memberId: "y" }));
    for (const version of [0, 6, 9]) {
      await talk.note(`no group id, version ${version}`, nobody.join(version, { groupId: "", memberId: "" }));
    }
    await talk.note("no group id: sync", nobody.sync(5, { groupId: "" }));
    await talk.note("no group id: heartbeat", nobody.heartbeat(4, { groupId: "" }));
    await talk.note("no group id: leave", nobody.leave(5, { groupId: "" }));
    await stable(talk, alpha);
    await talk.note("join with an unknown id", nobody.join(9, { memberId: "x" }));
    await talk.note("join as another type", nobody.join(9, { memberId: "", protocolType: "connect" }));
    await talk.note(
      "join with another protocol",
      nobody.join(9, { memberId: "", protocols: [protocol("sticky", "orders")] }),
    );
    await talk.note(
      "join with another protocol, version 3",
      nobody.join(3, { memberId: "", protocols: [protocol("sticky", "orders")] }),
    );
    await talk.note("alpha joins with another protocol", alpha.join(9, { protocols: [protocol("sticky", "orders")] }));
    await talk.note("join as an unknown static member", alpha.join(9, { groupInstanceId: "i" }));
    await talk.note("heartbeat of an unknown id", nobody.heartbeat(4, { memberId: "x" }));
    await talk.note("heartbeat of an unknown instance", alpha.heartbeat(4, { groupInstanceId: "i" }));
    await talk.note("heartbeat of another generation", alpha.heartbeat(4, { generationId: 7 }));
    await talk.note("sync of another generation", alpha.sync(5, { generationId: 7 }));
    await talk.note("sync of another type", alpha.sync(5, { protocolType: "connect" }));
    await talk.note("sync of another protocol", alpha.sync(5, { protocolName: "sticky" }));
    await talk.note("sync without type", alpha.sync(5, { protocolType: null }));
    await talk.note("sync without protocol", alpha.sync(5, { protocolName: null }));
    await talk.note("sync of an unknown id", alpha.sync(5, { memberId: "x" }));
    const leavers = [
      { memberId: "x" },
      { memberId: "" },
      { memberId: "", groupInstanceId: "i" },
      { memberId: alpha.memberId, groupInstanceId: "i" },
    ];
    await talk.note("leave of four unknowns", nobody.leave(5, { members: leavers }));
    await talk.note("alpha is still in", alpha.heartbeat());
    await talk.note("leave of nobody", alpha.leave(5, { members: [] }));
    await talk.note("alpha leaves", alpha.leave());
    await talk.note("join of the empty group with an old id", alpha.join());
    await talk.note("sync of the empty group", alpha.sync());
    await talk.note("an empty list of protocols", nobody.join(9, { memberId: "", protocols: [] }));
    await talk.note("an empty type", nobody.join(9, { memberId: "", protocolType: "" }));
    await talk.note("describe", alpha.describe());
  },

  "a-new-group-of-a-bad-request": async (talk) => {
    const alpha = await talk.client("alpha");
    await talk.note("an empty list of protocols", alpha.join(9, { memberId: "", protocols: [] }));
    // Apache Kafka answers before the new group is in its log, and describes what is in the log.
    await pause(150);
    await talk.note("describe", alpha.describe());
    await talk.note("list", alpha.list());
  },

  "a-member-without-id": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await talk.note("alpha joins", alpha.join(4));
    await pause(150);
    await talk.note("describe", alpha.describe());
    await talk.note("alpha beats before it joined", alpha.heartbeat());
    await talk.note("alpha syncs before it joined", alpha.sync());
    await talk.note("alpha leaves before it joined", alpha.leave());
    await talk.note("alpha joins with the id that it gave back", alpha.join(4));
    alpha.memberId = "";
    await stable(talk, alpha);
    await talk.note("beta asks for an id", beta.join(5));
    await talk.note("alpha is still stable", alpha.heartbeat());
    const again = alpha.join();
    await talk.noteWaiting("alpha joins and waits for beta", again);
    await talk.note("beta leaves before it joined", beta.leave());
    await talk.note("alpha goes on alone", again);
    await talk.note("alpha syncs", alpha.sync(5, { assignments: [] }));
    await talk.note("beta asks for another id", beta.join(5, { memberId: "" }));
    await talk.note("beta leaves the stable group before it joined", beta.leave());
    await talk.note("alpha hears of it", alpha.heartbeat());
  },

  "an-id-runs-out": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await stable(talk, alpha);
    await talk.note("beta asks for an id", beta.join(9, { sessionTimeoutMs: 1000 }));
    const again = alpha.join();
    await talk.noteWaiting("alpha joins and waits for beta", again);
    await talk.note("alpha goes on alone when beta's id has run out", again);
    await talk.note("beta comes too late", beta.join(9));
  },

  "sessions-and-rebalances-run-out": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const gamma = await talk.client("gamma");
    await talk.note("alpha joins", alpha.join(3, { sessionTimeoutMs: 1000 }));
    await talk.note("alpha syncs", alpha.sync());
    await pause(1500);
    await talk.note("alpha's session has run out", alpha.heartbeat());
    await talk.note("the group is empty", alpha.describe());
    alpha.memberId = "";
    await talk.note("alpha joins with a rebalance timeout of 0", alpha.join(3, { rebalanceTimeoutMs: 0 }));
    await pause(150);
    await talk.note("alpha syncs too late", alpha.sync());
    alpha.memberId = "";
    await talk.note("alpha joins with a rebalance timeout of a second", alpha.join(3, { rebalanceTimeoutMs: 1000 }));
    await talk.note("alpha syncs", alpha.sync());
    await talk.note("beta joins; alpha does not", beta.join(3, { rebalanceTimeoutMs: 1000 }));
    await talk.note("alpha has been dropped", alpha.heartbeat());
    const pending = gamma.join(3, { rebalanceTimeoutMs: 1000 });
    await talk.noteWaiting("gamma joins", pending);
    await talk.note("beta joins again", beta.join(3, { rebalanceTimeoutMs: 1000 }));
    await talk.note("gamma is in", pending);
    const following = gamma.sync();
    await talk.note("gamma syncs; beta, who leads, does not", following);
    await talk.note("beta has been dropped", beta.heartbeat());
    await talk.note("gamma joins again", gamma.join(3, { rebalanceTimeoutMs: 1000 }));
  },

  "static-members": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const double = await talk.client("double");
    alpha.groupInstanceId = "i1";
    beta.groupInstanceId = "i2";
    await talk.note("alpha joins", alpha.join(5));
    await talk.note("alpha syncs", alpha.sync());
    const pending = beta.join(5);
    await talk.noteWaiting("beta joins", pending);
    await talk.note("alpha joins again", alpha.join(5));
    await talk.note("beta is in", pending);
    const assignments = [alpha, beta].map(({ memberId }, index) => ({
      memberId,
      assignment: Buffer.from(`share ${index + 1}`),
    }));
    await talk.note("alpha assigns", alpha.sync(5, { assignments }));
    await talk.note("beta syncs", beta.sync());
    await talk.note("describe", alpha.describe());
    double.groupInstanceId = "i2";
    for (const version of [5, 8, 9]) {
      double.memberId = "";
      await talk.note(`beta's double comes in version ${version}`, double.join(version));
      await talk.note("and has beta's share", double.sync());
    }
    await talk.note("beta is fenced: heartbeat", beta.heartbeat());
    await talk.note("beta is fenced: sync", beta.sync());
    await talk.note("beta is fenced: join", beta.join());
    await talk.note("beta is fenced: commit", beta.commitAsMember(8, 1n));
    await talk.note("beta is fenced: leave", beta.leave());
    await talk.note("beta without instance is unknown", beta.heartbeat(4, { groupInstanceId: null }));
    await talk.note("alpha is still stable", alpha.heartbeat());
    double.groupInstanceId = "i1";
    for (const version of [5, 9]) {
      double.memberId = "";
      await talk.note(`the leader's double comes in version ${version}`, double.join(version));
      await talk.note("and has the leader's share", double.sync());
    }
    await talk.note("describe after the doubles", alpha.describe());
    await talk.noteWaiting("the leader joins again", double.join(9));
    await talk.note(
      "an administrator removes i2",
      alpha.leave(5, { members: [{ memberId: "", groupInstanceId: "i2" }] }),
    );
    await talk.note(
      "an administrator removes i2 again",
      alpha.leave(5, { members: [{ memberId: "", groupInstanceId: "i2" }] }),
    );
    await pause(150);
    await talk.note("describe after the removal", alpha.describe());
  },

  "a-double-fences-who-waits": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const double = await talk.client("double");
    alpha.groupInstanceId = "i1";
    double.groupInstanceId = "i1";
    await talk.note("alpha joins", alpha.join());
    await talk.note("alpha syncs", alpha.sync());
    const waiting = beta.join(3);
    await talk.noteWaiting("beta joins", waiting);
    const doubled = double.join();
    await talk.note("the double comes and ends the rebalance", doubled);
    await talk.note("beta is in", waiting);
    const following = double.sync(5, { memberId: double.memberId });
    await talk.note("the double assigns", following);
    await talk.note("beta syncs", beta.sync());
    const again = double.join();
    await talk.noteWaiting("the double joins again", again);
    alpha.memberId = "";
    const third = alpha.join();
    await talk.note("a third takes the place of the one who waits", again);
    await talk.noteWaiting("the third waits", third);
    await talk.note("beta joins", beta.join(3));
    await talk.note("the third is in", third);
    const parked = beta.sync();
    await talk.noteWaiting("beta syncs", parked);
    double.memberId = "";
    const fourth = double.join();
    await talk.note("beta is sent back, since a double of the leader came", parked);
    await talk.noteWaiting("the double waits", fourth);
    await talk.note("beta joins", beta.join(3));
    await talk.note("the double is in", fourth);
  },

  rejoining: async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await pair(talk, alpha, beta);
    await talk.note("the follower joins again with nothing new", beta.join());
    await talk.note("and is still in", beta.heartbeat());
    const again = beta.join(9, { protocols: [protocol("range", "payments")] });
    await talk.noteWaiting("the follower joins again with other topics", again);
    await talk.note("describe during the rebalance", alpha.describe());
    await talk.note("the leader syncs during the rebalance", alpha.sync());
    await talk.note("the leader joins", alpha.join());
    await talk.note("the follower is in", again);
    await talk.note("describe before the assignment", alpha.describe());
    await talk.note(
      "the follower joins again before the assignment",
      beta.join(9, { protocols: [protocol("range", "payments")] }),
    );
    await talk.note("the leader joins again before the assignment", alpha.join());
    const parked = beta.sync();
    await talk.noteWaiting("the follower syncs", parked);
    const changed = alpha.join(9, { protocols: [protocol("range", "orders", "payments")] });
    await talk.note("the follower is sent back, since the leader joins with other topics", parked);
    await talk.note("the follower joins", beta.join(9, { protocols: [protocol("range", "payments")] }));
    await talk.note("the leader is in", changed);
    await talk.note(
      "the leader assigns",
      alpha.sync(5, { assignments: [{ memberId: beta.memberId, assignment: Buffer.from("b") }] }),
    );
    await talk.note("describe the stable group", alpha.describe());
    const leads = alpha.join(9, { protocols: [protocol("range", "orders", "payments")] });
    await talk.noteWaiting("the leader joins the stable group", leads);
    await talk.note("the follower leaves", beta.leave());
    await talk.note("the leader is in, alone", leads);
  },

  "choosing-a-protocol": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const lists = [
      ["range", "roundrobin"],
      ["roundrobin", "range"],
      ["sticky", "range", "roundrobin", "cooperative-sticky"],
      ["cooperative-sticky", "roundrobin", "sticky", "range"],
    ];
    for (const [one, other] of lists.flatMap((first) => lists.map((second) => [first, second] as const))) {
      const names = (list: readonly string[]): { protocols: { name: string; metadata: Buffer }[] } => ({
        protocols: list.map((name) => protocol(name, "orders")),
      });
      alpha.memberId = "";
      beta.memberId = "";
      const first = await alpha.join(3, names(one));
      await alpha.sync(4);
      const waiting = beta.join(3, names(other));
      await talk.noteWaiting(`${one.join()} meets ${other.join()}`, waiting);
      const second = await alpha.join(3, names(one));
      await waiting;
      await talk.note("choices", Promise.resolve({ alone: first.protocolName, together: second.protocolName }));
      await alpha.leave(5, { members: [{ memberId: alpha.memberId }, { memberId: beta.memberId }] });
    }
  },

  "the-size-limit": async (talk) => {
    const clients = await Promise.all(["a", "b", "c", "d", "e"].map((name) => talk.client(name)));
    const [alpha, beta, gamma, delta, epsilon] = clients as [
      DialogueClient,
      DialogueClient,
      DialogueClient,
      DialogueClient,
      DialogueClient,
    ];
    const first = alpha.join(3);
    await talk.note("one of four", first);
    const others = [beta, gamma, delta].map((client) => client.join(3));
    await pause(150);
    await talk.note("the first again", alpha.join(3));
    await Promise.all(others);
    await talk.note("a fifth member", epsilon.join(9, { memberId: "" }));
    await talk.note("a fifth member, old", epsilon.join(3, { memberId: "" }));
    await talk.note("the first beats", alpha.heartbeat());
  },

  commits: async (talk) => {
    const alpha = await talk.client("alpha");
    const simple = await talk.client("simple");
    for (let version = 2; version <= 10; version++) {
      const topics = ["orders", "payments", "nothing"].map((name) => ({
        ...(version >= 10 ? { topicId: talk.topicId(name) } : { name }),
        partitions: [0, 1, 7].map((partitionIndex) => ({
          partitionIndex,
          committedOffset: BigInt(version * 100 + partitionIndex),
          committedLeaderEpoch: version >= 6 ? 0 : -1,
          committedMetadata: partitionIndex === 0 ? null : "über",
        })),
      }));
      await talk.note(`a simple consumer commits in version ${version}`, simple.commit(version, { topics }));
      const all =
        version >= 8 ? { groups: [{ groupId: talk.group, topics: null }] } : { groupId: talk.group, topics: null };
      await talk.note("and fetches all", simple.fetch(Math.max(version, 2), all));
    }
    await talk.note(
      "metadata too long",
      simple.commit(9, {
        topics: [topicToCommit("orders", 1n, "x".repeat(4097)), topicToCommit("payments", 1n, "x".repeat(4096))],
      }),
    );
    await talk.note("no topics", simple.commit(9, {}));
    await talk.note(
      "no partitions",
      simple.commit(9, {
        topics: [
          { name: "orders", partitions: [] },
          { name: "nothing", partitions: [] },
        ],
      }),
    );
    await talk.note(
      "some without partitions",
      simple.commit(9, { topics: [{ name: "payments", partitions: [] }, topicToCommit("orders", 77n)] }),
    );
    await talk.note("no topics, as a member", simple.commit(9, { memberId: "x", generationIdOrMemberEpoch: 1 }));
    for (const version of [8, 9]) {
      const claim = { memberId: "x", generationIdOrMemberEpoch: 1, topics: [topicToCommit("orders", 1n)] };
      await talk.note(`a member commits to the empty group in version ${version}`, simple.commit(version, claim));
      await talk.note(
        `a member commits to an unknown group in version ${version}`,
        simple.commit(version, { ...claim, groupId: `${talk.group}-unknown` }),
      );
    }
    await talk.note("commit for no group id", simple.commit(9, { groupId: "", topics: [topicToCommit("orders", 1n)] }));
    await talk.note("joins without syncing", alpha.join(3));
    await talk.note("commits between join and sync", alpha.commitAsMember(8, 5n));
    await talk.note(
      "a simple commit between join and sync",
      simple.commit(9, { topics: [topicToCommit("orders", 9n)] }),
    );
    await talk.note("syncs", alpha.sync());
    await talk.note("commits", alpha.commitAsMember(8, 6n));
    await talk.note(
      "a simple commit while there are members",
      simple.commit(9, { topics: [topicToCommit("orders", 9n)] }),
    );
    await talk.note(
      "an unknown member commits",
      simple.commit(9, { memberId: "x", generationIdOrMemberEpoch: 1, topics: [topicToCommit("orders", 9n)] }),
    );
    await talk.note(
      "commits in another generation",
      alpha.commit(9, {
        memberId: alpha.memberId,
        generationIdOrMemberEpoch: 99,
        topics: [topicToCommit("orders", 9n)],
      }),
    );
    await talk.note(
      "commits without a generation",
      alpha.commit(9, { memberId: alpha.memberId, topics: [topicToCommit("orders", 9n)] }),
    );
    const rebalancing = simple.join(3);
    await talk.noteWaiting("another joins", rebalancing);
    await talk.note("commits during the rebalance", alpha.commitAsMember(8, 7n));
    await talk.note(
      "fetches",
      alpha.fetch(8, { groups: [{ groupId: talk.group, topics: null }], requireStable: true }),
    );
  },

  fetches: async (talk) => {
    const simple = await talk.client("simple");
    await simple.commit(9, { topics: [topicToCommit("orders", 42n, "note"), topicToCommit("payments", 43n)] });
    for (let version = 1; version <= 10; version++) {
      for (const groupId of [talk.group, `${talk.group}-unknown`, ""]) {
        const topics = ["orders", "nothing", "payments"].map((name) => ({
          ...(version >= 10 ? { topicId: talk.topicId(name) } : { name }),
          partitionIndexes: [0, 2, 9],
        }));
        const request = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics };
        await talk.note(`fetch in version ${version} of ${groupId}`, simple.fetch(version, request));
        await talk.note("stable", simple.fetch(version, version >= 7 ? { ...request, requireStable: true } : request));
      }
      if (version >= 2) {
        const everything =
          version >= 8 ? { groups: [{ groupId: talk.group, topics: null }] } : { groupId: talk.group, topics: null };
        await talk.note("everything", simple.fetch(version, everything));
      }
      const nothing =
        version >= 8 ? { groups: [{ groupId: talk.group, topics: [] }] } : { groupId: talk.group, topics: [] };
      await talk.note("nothing", simple.fetch(version, nothing));
    }
    await talk.note("no groups", simple.fetch(9, { groups: [] }));
  },

  administration: async (talk) => {
    const alpha = await talk.client("alpha");
    const other = `${talk.group}-other`;
    for (let version = 0; version <= 6; version++)
      await talk.note(`describe the unknown in version ${version}`, alpha.describe(version));
    await alpha.commit(9, { groupId: other, topics: [topicToCommit("orders", 1n)] });
    await talk.note("describe a simple group", alpha.describe(6, [other]));
    await stable(talk, alpha);
    for (let version = 0; version <= 6; version++)
      await talk.note(`describe in version ${version}`, alpha.describe(version));
    await talk.note("describe no id", alpha.describe(6, [""]));
    for (let version = 0; version <= 5; version++) await talk.note(`list in version ${version}`, alpha.list(version));
    for (const statesFilter of [["Stable"], [" stable "], ["empty", "STABLE"], ["Dead"], ["nonsense"], [""]]) {
      await talk.note(`list ${statesFilter.join()}`, alpha.list(5, { statesFilter }));
    }
    for (const typesFilter of [["classic"], ["Classic", "share"], ["consumer"], ["nonsense"]]) {
      await talk.note(`list ${typesFilter.join()}`, alpha.list(5, { typesFilter }));
    }
    for (let version = 0; version <= 2; version++) {
      await talk.note(
        `delete in version ${version}`,
        alpha.deleteGroups(version, [talk.group, `${talk.group}-unknown`]),
      );
    }
    await talk.note("delete twice at once", alpha.deleteGroups(2, [other, other]));
    await talk.note("delete again", alpha.deleteGroups(2, [other]));
    await talk.note("delete nothing", alpha.deleteGroups(2, []));
    await talk.note("its offsets are gone", alpha.fetch(8, { groups: [{ groupId: other, topics: null }] }));
    await talk.note("delete no id", alpha.deleteGroups(2, [""]));
    const asked = await alpha.leave();
    await talk.note("alpha has left", Promise.resolve(asked));
    await talk.note("describe the empty group", alpha.describe());
    await talk.note("delete the empty group", alpha.deleteGroups(2, [talk.group]));
    await talk.note("describe the deleted group", alpha.describe());
    await talk.note("join the deleted group with the old id", alpha.join());
  },

  "deleting-offsets": async (talk) => {
    const alpha = await talk.client("alpha");
    await talk.note("unknown group", alpha.deleteOffsets({ orders: [0] }));
    await talk.note("unknown group and topic", alpha.deleteOffsets({ nothing: [0] }));
    await talk.note("no group id", alpha.deleteOffsets({ orders: [0] }, ""));
    await alpha.commit(9, { topics: [topicToCommit("orders", 1n), topicToCommit("payments", 1n)] });
    await talk.note("of an empty group", alpha.deleteOffsets({ orders: [0, 1, 9], nothing: [], payments: [] }));
    await talk.note("left", alpha.fetch(8, { groups: [{ groupId: talk.group, topics: null }] }));
    await stable(talk, alpha);
    await alpha.commitAsMember(8, 5n);
    await talk.note(
      "of a topic that is read, and one that is not",
      alpha.deleteOffsets({ orders: [0, 9], payments: [0], nothing: [0] }),
    );
    await talk.note("left", alpha.fetch(8, { groups: [{ groupId: talk.group, topics: null }] }));
    await talk.note("nothing", alpha.deleteOffsets({}));
    const connect = await talk.client("connect");
    const name = `${talk.group}-connect`;
    const joined = await connect.join(3, { groupId: name, protocolType: "connect" });
    await connect.sync(4, { groupId: name, memberId: joined.memberId });
    await talk.note("of a group of another kind", connect.deleteOffsets({ orders: [0] }, name));
    await talk.note("describe it", connect.describe(6, [name]));
  },
};

/** Joins, with whatever the version wants to be done first, and notes it. */
async function comeIn(talk: GroupDialogue, client: DialogueClient, version: number): Promise<void> {
  const name = client.connection.clientId;
  const answer = await talk.note(`${name} joins in version ${version}`, client.join(version));
  if (answer.errorCode === 79) await talk.note(`${name} joins with its id`, client.join(version));
}

/** As {@link comeIn}, for one who will have to wait: the promise is of the last answer. */
async function knock(talk: GroupDialogue, client: DialogueClient, version: number): Promise<unknown> {
  const asked = client.join(version);
  if (version < 4) return asked;
  await talk.note(`${client.connection.clientId} asks for an id in version ${version}`, asked);
  return client.join(version);
}

/** Makes the client the one member of a stable group. */
async function stable(talk: GroupDialogue, client: DialogueClient): Promise<void> {
  await comeIn(talk, client, 9);
  await talk.note(
    "syncs",
    client.sync(5, { assignments: [{ memberId: client.memberId, assignment: Buffer.from("everything") }] }),
  );
}

/** Makes the clients the two members of a stable group, the first one leading. */
async function pair(talk: GroupDialogue, leader: DialogueClient, follower: DialogueClient): Promise<void> {
  await stable(talk, leader);
  await follower.join();
  const waiting = follower.join();
  await pause(150);
  await talk.note("leads", leader.join());
  await talk.note("follows", waiting);
  await talk.note(
    "assigns",
    leader.sync(5, { assignments: [{ memberId: leader.memberId, assignment: Buffer.from("a") }] }),
  );
  await talk.note("is assigned", follower.sync());
}
