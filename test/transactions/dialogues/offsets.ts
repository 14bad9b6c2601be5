import {
  AddOffsetsToTxn,
  DescribeTransactions,
  EndTxn,
  JoinGroup,
  LeaveGroup,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
  DeleteGroups,
  TxnOffsetCommit,
  type RequestInputOf,
} from "@moldau/protocol-codec";
import { protocol } from "../../support/group-dialogue.js";
import type { Identity, TransactionDialogue } from "../../support/transaction-dialogue.js";

const addVersions = [0, 1, 2, 3, 4] as const;

function commitVersions(talk: TransactionDialogue): readonly number[] {
  return [0, 1, 2, 3, 4, 5].filter((version) => version <= talk.newest.txnOffsetCommit);
}

function addOffsets(
  talk: TransactionDialogue,
  what: string,
  who: Identity,
  { version = 3, groupId = talk.id("group") } = {},
) {
  return talk.ask(what, AddOffsetsToTxn, version, { ...who, groupId });
}

type Claim = Partial<RequestInputOf<typeof TxnOffsetCommit>> & { readonly version?: number };

/** Commits offset 5 of the first partition within a transaction. */
function commit(talk: TransactionDialogue, what: string, who: Identity, { version = 4, ...claim }: Claim = {}) {
  const topics = [{ name: "log", partitions: [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: "five" }] }];
  return talk.ask(what, TxnOffsetCommit, version, {
    ...who,
    groupId: talk.id("group"),
    memberId: "",
    topics,
    ...claim,
  });
}

/** What the group has committed, stable or not. */
async function fetch(talk: TransactionDialogue, what: string, groupId = talk.id("group")): Promise<void> {
  const groups = [{ groupId, topics: [{ name: "log", partitionIndexes: [0, 1] }] }];
  await talk.ask(`${what}, whatever stands`, OffsetFetch, 9, { groups });
  await talk.ask(`${what}, stable only`, OffsetFetch, 9, { groups, requireStable: true });
}

async function join(talk: TransactionDialogue, groupId: string, groupInstanceId: string | null = null) {
  const request = {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 20_000,
    groupInstanceId,
    protocolType: "consumer",
    protocols: [protocol("range", "log")],
  };
  const first = await talk.quietly(JoinGroup, 7, { ...request, memberId: "" });
  const joined =
    first.errorCode === 79 ? await talk.quietly(JoinGroup, 7, { ...request, memberId: first.memberId }) : first;
  const { memberId, generationId } = joined;
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }];
  await talk.quietly(SyncGroup, 4, { groupId, memberId, generationId, groupInstanceId, assignments });
  return { memberId, generationIdOrMemberEpoch: generationId, groupInstanceId };
}

/** Talks about offsets that are committed within transactions. */
export const offsetDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "offsets are added, in every version": async (talk) => {
    await talk.topic("log");
    for (const version of addVersions) {
      const old = await talk.producer(`version ${version}`);
      const who = await talk.producer(`version ${version}`);
      await addOffsets(talk, "an older epoch", old, { version });
      await addOffsets(talk, "a newer epoch", { ...who, producerEpoch: who.producerEpoch + 1 }, { version });
      await addOffsets(talk, "another id", { ...who, producerId: who.producerId + 500_000n }, { version });
      await addOffsets(
        talk,
        "a transactional id that nobody knows",
        { ...who, transactionalId: talk.id("nobody") },
        { version },
      );
      await addOffsets(talk, "an empty transactional id", { ...who, transactionalId: "" }, { version });
      await addOffsets(talk, "no group", who, { version, groupId: "" });
      await addOffsets(talk, "right", who, { version });
      await addOffsets(talk, "the same again", who, { version });
      await talk.ask("the state", DescribeTransactions, 0, { transactionalIds: [who.transactionalId] });
      talk.hold();
      await talk.ask("commit", EndTxn, 3, { ...who, committed: true });
      await addOffsets(talk, "while it ends", who, { version });
      await talk.release(who);
    }
  },

  "offsets are committed within a transaction, in every version": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of commitVersions(talk)) {
      for (const how of ["commit", "abort"] as const) {
        const groupId = talk.id(`${how} ${version}`);
        const who = await talk.producer(`${how} ${version}`);
        await commit(talk, "without AddOffsetsToTxn", who, { version, groupId });
        await fetch(talk, "then", groupId);
        await addOffsets(talk, "with it", who, { groupId });
        await commit(talk, "right", who, { version, groupId });
        await fetch(talk, "while it is open", groupId);
        const next = await talk.end("it", who, how, version === 5 ? 5 : 4);
        await fetch(talk, "after the end", groupId);
        await commit(talk, "after the end, with the epoch before", who, { version, groupId });
        await commit(talk, "after the end", next, { version, groupId });
        await fetch(talk, "then", groupId);
      }
    }
  },

  "whose offsets they are, in every version": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const groupId = talk.id("group");
    for (const version of commitVersions(talk)) {
      const old = await talk.producer(`version ${version}`);
      const who = await talk.producer(`version ${version}`);
      await addOffsets(talk, "right", who);
      await commit(talk, "an older epoch", old, { version });
      await commit(talk, "a newer epoch", { ...who, producerEpoch: who.producerEpoch + 1 }, { version });
      await commit(talk, "another id", { ...who, producerId: who.producerId + 500_000n }, { version });
      await commit(
        talk,
        "a transactional id that nobody knows",
        { ...who, transactionalId: talk.id("nobody") },
        { version },
      );
      await commit(talk, "no group", who, { version, groupId: "" });
      await commit(talk, "another group than was added", who, { version, groupId: talk.id(`other ${version}`) });
      const partitions = [0, 1, 7].map((partitionIndex) => ({
        partitionIndex,
        committedOffset: 5n,
        committedMetadata: null,
      }));
      await commit(talk, "topics and partitions that there are not", who, {
        version,
        topics: [
          { name: "log", partitions },
          { name: "nowhere", partitions },
        ],
      });
      const long = [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: "x".repeat(4097) }];
      await commit(talk, "metadata that is too long", who, { version, topics: [{ name: "log", partitions: long }] });
      await commit(talk, "no topics", who, { version, topics: [] });
      if (version >= 3) {
        await commit(talk, "a member of an empty group", who, { version, memberId: "x", generationIdOrMemberEpoch: 1 });
        await commit(talk, "a generation of an empty group", who, { version, generationIdOrMemberEpoch: 3 });
        await commit(talk, "an instance of an empty group", who, {
          version,
          groupInstanceId: "i",
          memberId: "x",
          generationIdOrMemberEpoch: 1,
        });
      }
      await fetch(talk, "then", groupId);
      await talk.end("it", who, "abort");
    }
  },

  "members and generations, in the versions that tell them": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of commitVersions(talk).slice(3)) {
      for (const instance of [null, "static"]) {
        const groupId = talk.id(`${version} ${instance}`);
        const member = await join(talk, groupId, instance);
        const who = await talk.producer(`version ${version} ${instance}`);
        await addOffsets(talk, "right", who, { groupId });
        const say = (what: string, claim: Claim) => commit(talk, what, who, { version, groupId, ...member, ...claim });
        await say("the member", {});
        await say("an older generation", { generationIdOrMemberEpoch: 0 });
        await say("a newer generation", { generationIdOrMemberEpoch: 9 });
        await say("no generation", { generationIdOrMemberEpoch: -1 });
        await say("another member", { memberId: "x" });
        await say("no member", { memberId: "" });
        await say("neither member nor generation", {
          memberId: "",
          generationIdOrMemberEpoch: -1,
          groupInstanceId: null,
        });
        await say("another instance", { groupInstanceId: "other" });
        await say("another member of the instance", { memberId: "x", groupInstanceId: instance ?? "static" });
        await fetch(talk, "then", groupId);
        await talk.end("it", who, "commit");
        await fetch(talk, "after the end", groupId);
        await talk.quietly(LeaveGroup, 4, {
          groupId,
          members: [{ memberId: member.memberId, groupInstanceId: instance }],
        });
      }
    }
  },

  "plain commits and deletions beside offsets of an open transaction": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const groupId = talk.id("group");
    const plain = (what: string, committedOffset: bigint) =>
      talk.ask(what, OffsetCommit, 8, {
        groupId,
        memberId: "",
        topics: [{ name: "log", partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: null }] }],
      });
    await plain("before", 1n);
    for (const how of ["commit", "abort"] as const) {
      const [who, other] = [await talk.producer(how), await talk.producer(`${how} other`)];
      for (const each of [who, other]) await addOffsets(talk, "right", each);
      await commit(talk, "5", who);
      await plain("2 beside it", 2n);
      await fetch(talk, "then");
      await commit(talk, "5 of another producer", other);
      await fetch(talk, "then");
      await talk.end("one", who, how);
      await fetch(talk, "then");
      await talk.ask("deletes the offset", OffsetDelete, 0, {
        groupId,
        topics: [{ name: "log", partitions: [{ partitionIndex: 0 }] }],
      });
      await fetch(talk, "then");
      await talk.ask("deletes the group", DeleteGroups, 2, { groupsNames: [groupId] });
      await fetch(talk, "then");
      await talk.end("the other", other, how);
      await fetch(talk, "then");
    }
  },

  "offsets of a transaction that is ending": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const how of ["commit", "abort"] as const) {
      const groupId = talk.id(how);
      const who = await talk.producer(how);
      await addOffsets(talk, "right", who, { groupId });
      await commit(talk, "right", who, { groupId });
      talk.hold();
      await talk.ask(how, EndTxn, 4, { ...who, committed: how === "commit" });
      await fetch(talk, "while it ends", groupId);
      for (const version of commitVersions(talk).slice(3))
        await commit(talk, "while it ends", who, { version, groupId });
      await talk.release(who);
      await fetch(talk, "when it is over", groupId);
    }
  },

  "stable offsets, in every version": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const groupId = talk.id("group");
    const who = await talk.producer("one");
    await addOffsets(talk, "right", who);
    await commit(talk, "right", who);
    for (let version = 1; version <= 9; version++) {
      for (const topics of [[{ name: "log", partitionIndexes: [0, 1] }], null]) {
        if (version === 1 && topics === null) continue;
        const request = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics };
        const what = topics === null ? "everything" : "two partitions";
        await talk.ask(what, OffsetFetch, version, request);
        if (version >= 7) await talk.ask(`${what}, stable`, OffsetFetch, version, { ...request, requireStable: true });
      }
    }
    await talk.end("it", who, "abort");
  },
};
