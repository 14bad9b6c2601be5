import { topicToCommit, type GroupDialogue } from "../../support/group-dialogue.js";
import { stable } from "./coming-in.js";

/** What is committed, by whom, and what comes back. */
export const offsetDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
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
