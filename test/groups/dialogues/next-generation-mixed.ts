import { pause, topicToCommit, type DialogueClient, type GroupDialogue } from "../../support/group-dialogue.js";
import { comeIn, stable } from "./coming-in.js";
import { owned } from "./next-generation.js";

/** What the APIs of one kind of group say of a group of the other kind, and what is committed in next-generation groups. */
export const nextGenerationMixedDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "ng-asked-the-classic-way": async (talk) => {
    const alpha = await talk.client("alpha");
    const old = await talk.client("old");
    await talk.note("alpha joins", alpha.enter());
    for (const version of [0, 5, 6]) await talk.note(`DescribeGroups ${version}`, old.describe(version));
    for (const version of [3, 4, 5]) await talk.note(`ListGroups ${version}`, old.list(version));
    for (const typesFilter of [["consumer"], ["Consumer", "classic"], ["CLASSIC"], ["share"]])
      await talk.note(`list ${typesFilter.join()}`, old.list(5, { typesFilter }));
    for (const statesFilter of [["stable"], ["Reconciling"], ["assigning", "EMPTY"]])
      await talk.note(`list ${statesFilter.join()}`, old.list(5, { statesFilter }));
    await talk.note("both filters", old.list(5, { statesFilter: ["Stable"], typesFilter: ["classic"] }));
    const name = { memberId: alpha.memberId, generationId: 1 };
    await talk.note("Heartbeat of alpha", old.heartbeat(4, name));
    await talk.note("Heartbeat of a stranger", old.heartbeat(4, { memberId: "x", generationId: 1 }));
    await talk.note("Heartbeat of an instance", old.heartbeat(4, { ...name, groupInstanceId: "i1" }));
    await talk.note("SyncGroup of alpha", old.sync(5, name));
    await talk.note("SyncGroup of a stranger", old.sync(5, { memberId: "x", generationId: 1 }));
    await talk.note("JoinGroup of another type", old.join(9, { memberId: "", protocolType: "connect" }));
    await talk.note(
      "JoinGroup with metadata that is none",
      old.join(9, { protocols: [{ name: "range", metadata: Buffer.from("x") }] }),
    );
    await talk.note("JoinGroup without protocols", old.join(9, { protocols: [] }));
    await talk.note("JoinGroup of an unknown member", old.join(9, { memberId: "x" }));
    await talk.note("LeaveGroup of a stranger", old.leave(5, { members: [{ memberId: "x", groupInstanceId: null }] }));
    await talk.note("LeaveGroup 2 of a stranger", old.leave(2, { memberId: "x" }));
    await talk.note("delete it", old.deleteGroups(2, [talk.group]));
    await alpha.commitEpoch(9, 1, 5n);
    await talk.note("delete offsets of what is read", old.deleteOffsets({ orders: [0], payments: [0], nothing: [0] }));
    await talk.note(
      "an administrator removes alpha",
      old.leave(5, { members: [{ memberId: alpha.memberId, groupInstanceId: null }] }),
    );
    await talk.note("alpha hears of it", alpha.beat());
    await talk.note("it is empty", old.describeConsumers());
    await talk.note("DescribeGroups of it", old.describe());
    await talk.note("list it", old.list());
    await talk.note("delete it, now that it is empty", old.deleteGroups(2, [talk.group]));
    await talk.note("describe what there was", old.describeConsumers());
  },

  "ng-leave-of-many": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    beta.groupInstanceId = "i1";
    await alpha.enter();
    await beta.enter();
    const members = [
      { memberId: "x", groupInstanceId: null },
      { memberId: "", groupInstanceId: "i9" },
      { memberId: "other", groupInstanceId: "i1" },
      { memberId: alpha.memberId, groupInstanceId: null },
      { memberId: "", groupInstanceId: "i1" },
      { memberId: alpha.memberId, groupInstanceId: null },
    ];
    await talk.note("five leave", alpha.leave(5, { members }));
    await talk.note("nobody is left", alpha.describeConsumers());
  },

  "classic-asked-the-ng-way": async (talk) => {
    const alpha = await talk.client("alpha");
    const young = await talk.client("young");
    for (const version of [0, 1]) await talk.note(`an unknown group ${version}`, young.describeConsumers(version));
    await talk.note("no id, twice, and many", young.describeConsumers(1, ["", "", talk.group], true));
    await stable(talk, alpha);
    await talk.note("ConsumerGroupDescribe of it", young.describeConsumers());
    await talk.note("a heartbeat in an epoch", young.beat(1, { memberId: "young-1", memberEpoch: 1 }));
    await talk.note("leaving", young.beat(1, { memberId: "young-1", memberEpoch: -1 }));
    await talk.note("alpha in the new way", young.beat(1, { memberId: alpha.memberId, memberEpoch: 1 }));
    const asMember = { memberId: alpha.memberId, memberEpoch: alpha.generationId };
    for (const version of [8, 9, 10]) await talk.note(`alpha fetches ${version}`, offsetsOf(alpha, version, asMember));
    await talk.note("a stranger fetches", offsetsOf(alpha, 9, { memberId: "x", memberEpoch: 1 }));
    await talk.note("alpha leaves", alpha.leave());
    await talk.note("the empty group changes its kind", young.enter());
    await talk.note("it is another now", young.describeConsumers());
    await talk.note("and not this any more", young.describe());
    await talk.note("leaves", young.beat(1, { memberEpoch: -1 }));
    await comeIn(talk, alpha, 9);
    await talk.note("back again", alpha.describe());
    await talk.note("list it", alpha.list());
  },

  "ng-commits": async (talk) => {
    const alpha = await talk.client("alpha");
    const simple = await talk.client("simple");
    await talk.note("an epoch in an unknown group, 8", alpha.commit(8, claim("x", 1)));
    await talk.note("an epoch in an unknown group, 9", alpha.commit(9, claim("x", 1)));
    await alpha.enter();
    await alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] });
    for (let version = 2; version <= 10; version++) {
      await talk.note(
        `commits in version ${version}`,
        alpha.commitEpoch(version, alpha.memberEpoch, BigInt(version), talk),
      );
    }
    for (const version of [8, 9, 10]) {
      for (const epoch of [alpha.memberEpoch + 1, alpha.memberEpoch - 1, 0, -1, -2]) {
        await talk.note(`version ${version}, epoch ${epoch}`, alpha.commitEpoch(version, epoch, 20n, talk));
      }
      await talk.note(
        `a stranger in version ${version}`,
        alpha.commit(version, { ...claim("x", 1), topics: commitTopics(version, talk) }),
      );
      await talk.note(`nobody in version ${version}`, simple.commit(version, { topics: commitTopics(version, talk) }));
    }
    for (const version of [8, 9, 10]) {
      const { memberId, memberEpoch } = alpha;
      await talk.note(`fetches in version ${version}`, offsetsOf(alpha, version, { memberId, memberEpoch }));
      if (version === 8) continue;
      await talk.note("an epoch ahead", offsetsOf(alpha, version, { memberId, memberEpoch: memberEpoch + 1 }));
      await talk.note("an epoch behind", offsetsOf(alpha, version, { memberId, memberEpoch: memberEpoch - 1 }));
      await talk.note("without an epoch", offsetsOf(alpha, version, { memberId, memberEpoch: -1 }));
      await talk.note("a stranger", offsetsOf(alpha, version, { memberId: "x", memberEpoch: 1 }));
      await talk.note("nobody", offsetsOf(simple, version, { memberId: null, memberEpoch: -1 }));
    }
    await talk.note(
      "metadata too long",
      alpha.commit(9, {
        ...claim(alpha.memberId, alpha.memberEpoch),
        topics: [topicToCommit("orders", 1n, "x".repeat(4097))],
      }),
    );
    await talk.note("leaves", alpha.beat(1, { memberEpoch: -1 }));
    await talk.note("commits after it has left", alpha.commitEpoch(9, 1, 30n));
    await talk.note("nobody commits to the empty group", simple.commit(9, { topics: [topicToCommit("orders", 31n)] }));
    await talk.note("a stranger commits to the empty group", simple.commit(9, claim("x", 1)));
  },

  "ng-commits-at-revocation": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await alpha.enter();
    await alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] });
    await beta.enter();
    const first = alpha.memberEpoch;
    const partitions = [0, 1, 2];
    await talk.note("before it hears of beta", alpha.commitParts(9, first, partitions));
    const kept = await talk.note("alpha hears", alpha.beat());
    await talk.note("in the same epoch", alpha.commitParts(9, first, partitions));
    const share = kept.assignment?.topicPartitions ?? [];
    await talk.note("has given up", alpha.beat(1, { topicPartitions: share }));
    await talk.note("in the epoch before, what it kept and what it gave up", alpha.commitParts(9, first, partitions));
    await talk.note(
      "each by itself",
      each(partitions, (partition) => alpha.commitParts(9, first, [partition])),
    );
    await talk.note(
      "in the new epoch",
      each(partitions, (partition) => alpha.commitParts(9, alpha.memberEpoch, [partition])),
    );
    await talk.note(
      "in the epoch before that",
      each(partitions, (partition) => alpha.commitParts(9, first - 1, [partition])),
    );
    await talk.note(
      "in version 8",
      each(partitions, (partition) => alpha.commitParts(8, first, [partition])),
    );
    await talk.note(
      "a topic that it does not read",
      alpha.commit(9, { ...claim(alpha.memberId, first), topics: [topicToCommit("payments", 1n)] }),
    );
    await talk.note("beta gets its share", beta.beat());
    await talk.note(
      "beta commits what is alpha's",
      each(partitions, (partition) => beta.commitParts(9, beta.memberEpoch, [partition])),
    );
    await talk.note(
      "beta in the epoch before",
      each(partitions, (partition) => beta.commitParts(9, beta.memberEpoch - 1, [partition])),
    );
    await talk.note("beta leaves", beta.beat(1, { memberEpoch: -1 }));
    await talk.note("alpha gets it back", alpha.beat());
    await talk.note(
      "in the first epoch, what it kept and what it got back",
      each(partitions, (partition) => alpha.commitParts(9, first, [partition])),
    );
    await pause(0);
    await talk.note(
      "what is committed",
      offsetsOf(alpha, 9, { memberId: alpha.memberId, memberEpoch: alpha.memberEpoch }),
    );
  },
};

function claim(memberId: string, generationIdOrMemberEpoch: number) {
  return { memberId, generationIdOrMemberEpoch, topics: [topicToCommit("orders", 1n)] };
}

function commitTopics(version: number, talk: GroupDialogue) {
  const [topic] = [topicToCommit("orders", 21n)];
  return version >= 10 ? [{ ...topic, name: "", topicId: talk.topicId("orders") }] : [topic];
}

function offsetsOf(client: DialogueClient, version: number, who: { memberId: string | null; memberEpoch: number }) {
  return client.fetch(version, { groups: [{ groupId: client.group, topics: null, ...(version >= 9 ? who : {}) }] });
}

/** The error codes of several commits, one after the other. */
async function each(
  partitions: readonly number[],
  commit: (partition: number) => ReturnType<DialogueClient["commit"]>,
): Promise<readonly unknown[]> {
  const told: string[] = [];
  for (const partition of partitions) {
    const { topics } = await commit(partition);
    told.push(`${partition}: ${topics.flatMap((topic) => topic.partitions.map(({ errorCode }) => errorCode)).join()}`);
  }
  return told;
}
