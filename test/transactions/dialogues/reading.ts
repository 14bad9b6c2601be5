import { DeleteRecords, Fetch, ListOffsets, OffsetForLeaderEpoch } from "@moldau/protocol-codec";
import type { Identity, TransactionDialogue } from "../../support/transaction-dialogue.js";

interface Look {
  readonly version?: number;
  readonly isolationLevel?: 0 | 1;
  readonly offset?: bigint;
  readonly bytes?: number;
}

function fetch(
  talk: TransactionDialogue,
  what: string,
  { version = 12, isolationLevel = 1, offset = 0n, bytes = 1 << 20 }: Look,
) {
  const named = version >= 13 ? { topicId: talk.topicId("log") } : { topic: "log" };
  return talk.ask(`${what}, from ${offset} at isolation level ${isolationLevel}`, Fetch, version, {
    ...(version <= 14 ? { replicaId: -1 } : {}),
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    isolationLevel,
    sessionEpoch: -1,
    topics: [{ ...named, partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: bytes }] }],
  });
}

async function look(talk: TransactionDialogue, what: string, version = 12): Promise<void> {
  for (const isolationLevel of [0, 1] as const) await fetch(talk, what, { version, isolationLevel });
}

async function offsets(talk: TransactionDialogue, what: string, version = 8): Promise<void> {
  for (const isolationLevel of [0, 1] as const) {
    for (const timestamp of [-1n, -2n, -3n]) {
      if (timestamp === -3n && version < 7) continue;
      await talk.ask(`${what}: offset of ${timestamp} at isolation level ${isolationLevel}`, ListOffsets, version, {
        replicaId: -1,
        isolationLevel,
        topics: [{ name: "log", partitions: [{ partitionIndex: 0, timestamp }] }],
      });
    }
  }
}

async function plain(talk: TransactionDialogue, who: Identity): Promise<void> {
  const nobody = { ...who, producerId: -1n, producerEpoch: -1 };
  await talk.write("of nobody", nobody, { sequence: -1, isTransactional: false, transactionalId: null });
}

/** Talks about reading what belongs to transactions. */
export const readingDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "around transactions, in every version of Fetch": async (talk) => {
    for (let version = 4; version <= 18; version++) {
      await talk.topic("log");
      const [one, other] = [await talk.producer(`one ${version}`), await talk.producer(`other ${version}`)];
      await look(talk, "of nothing", version);
      await plain(talk, one);
      await talk.wrote(one, { count: 2 });
      await talk.wrote(other);
      await plain(talk, one);
      await look(talk, "with two open", version);
      await talk.ended(other, "abort");
      await look(talk, "with the later one aborted", version);
      await talk.ended(one, "commit");
      await look(talk, "with the earlier one committed", version);
      for (const offset of [3n, 4n, 5n, 6n, 7n, 8n]) await fetch(talk, "behind", { version, offset });
      await talk.tidy();
    }
  },

  "around transactions, in every version of ListOffsets": async (talk) => {
    await talk.topic("log");
    const [one, other] = [await talk.producer("one"), await talk.producer("other")];
    await plain(talk, one);
    for (let version = 2; version <= 10; version++) await offsets(talk, "one record of nobody", version);
    await talk.wrote(one);
    await plain(talk, one);
    await talk.wrote(other);
    for (let version = 2; version <= 10; version++) await offsets(talk, "two open", version);
    await talk.ended(one, "abort");
    for (let version = 2; version <= 10; version++) await offsets(talk, "the earlier one aborted", version);
    await talk.ended(other, "commit");
    for (let version = 2; version <= 10; version++) await offsets(talk, "none open", version);
  },

  "aborted transactions are listed where they touch what is read": async (talk) => {
    await talk.topic("log");
    const producers = [await talk.producer("a"), await talk.producer("b"), await talk.producer("c")];
    // a: 0, 4 aborted at 7; b: 1, 5 committed at 6; c: 2, 3 aborted at 8; a again: 9 aborted at 10; then one record of nobody, 11.
    const [a, b, c] = producers;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three producers");
    for (const who of [a, b, c, c, a, b]) await talk.wrote(who);
    await talk.ended(b, "commit");
    const next = await talk.ended(a, "abort");
    await talk.ended(c, "abort");
    await talk.wrote(next);
    await talk.ended(next, "abort");
    await plain(talk, a);
    for (let offset = 0n; offset <= 12n; offset++) {
      await fetch(talk, "all that follows", { offset });
      await fetch(talk, "a batch", { offset, bytes: 1 });
    }
    await fetch(talk, "without the list", { isolationLevel: 0 });
    await offsets(talk, "then");
  },

  "an aborted transaction whose beginning was deleted": async (talk) => {
    await talk.topic("log");
    const [one, other] = [await talk.producer("one"), await talk.producer("other")];
    for (const who of [one, other, one]) await talk.wrote(who);
    const remove = (what: string, offset: bigint) =>
      talk.ask(what, DeleteRecords, 2, {
        topics: [{ name: "log", partitions: [{ partitionIndex: 0, offset }] }],
        timeoutMs: 5000,
      });
    await remove("up to 1, with two open", 1n);
    await look(talk, "then");
    await offsets(talk, "then");
    await remove("up to the end, with two open", -1n);
    await fetch(talk, "then", { offset: 3n });
    await offsets(talk, "then");
    await talk.ended(other, "abort");
    await fetch(talk, "with one aborted", { offset: 3n });
    await talk.ended(one, "abort");
    await fetch(talk, "with both aborted", { offset: 3n });
    await offsets(talk, "with both aborted");
    await talk.ask("where the epoch ends", OffsetForLeaderEpoch, 4, {
      replicaId: -1,
      topics: [{ topic: "log", partitions: [{ partition: 0, currentLeaderEpoch: 0, leaderEpoch: 0 }] }],
    });
  },

  "a transaction that timed out is aborted for its readers": async (talk) => {
    await talk.topic("log");
    const who = await talk.producer("one", 1000);
    await talk.wrote(who);
    await look(talk, "while it is open");
    await talk.reached(who.transactionalId, "CompleteAbort");
    await look(talk, "after its time");
    await offsets(talk, "after its time");
  },
};
