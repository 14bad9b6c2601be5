import { DescribeProducers, DescribeTransactions, WriteTxnMarkers } from "@moldau/protocol-codec";
import type { Identity, TransactionDialogue } from "../../support/transaction-dialogue.js";

interface Claim {
  readonly version?: 1 | 2;
  readonly isCommit?: boolean;
  readonly coordinatorEpoch?: number;
  readonly transactionVersion?: number;
  readonly topics?: readonly { name: string; partitionIndexes: readonly number[] }[];
}

const log = [{ name: "log", partitionIndexes: [0] }];

function marker({ producerId, producerEpoch }: Identity, claim: Claim = {}) {
  const { isCommit = true, coordinatorEpoch = 0, transactionVersion = 0, topics = log } = claim;
  return { producerId, producerEpoch, transactionResult: isCommit, topics, coordinatorEpoch, transactionVersion };
}

function mark(talk: TransactionDialogue, what: string, who: Identity, claim: Claim = {}) {
  return talk.ask(what, WriteTxnMarkers, claim.version ?? 1, { markers: [marker(who, claim)] });
}

function producers(talk: TransactionDialogue, what = "the producers", partitionIndexes: readonly number[] = [0]) {
  return talk.ask(what, DescribeProducers, 0, { topics: [{ name: "log", partitionIndexes }] });
}

/** Talks about the markers that end transactions, and what partitions know of producers. */
export const markerDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "producers of a partition": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    await producers(talk, "of empty partitions and of one that there is not", [0, 1, 9]);
    await talk.ask("of unknown topics and none", DescribeProducers, 0, {
      topics: [
        { name: "nowhere", partitionIndexes: [0] },
        { name: "log", partitionIndexes: [] },
      ],
    });
    await talk.ask("of nothing", DescribeProducers, 0, { topics: [] });
    const [one, other] = [await talk.producer("one"), await talk.producer("other")];
    await talk.wrote(one, { count: 3 });
    await talk.wrote(other);
    await talk.wrote(other, { partition: 1 });
    await producers(talk, "with two open", [0, 1, 2]);
    await talk.end("one", one, "commit");
    await producers(talk, "with one open", [0, 1]);
    await talk.end("the other", other, "abort", talk.newest.endTxn);
    await producers(talk, "with none open", [0, 1]);
    const again = await talk.producer("one");
    await talk.wrote(again);
    await producers(talk, "of a new epoch");
    await talk.write(
      "idempotent",
      { ...again, producerId: again.producerId + 500_000n },
      { isTransactional: false, transactionalId: null },
    );
    await producers(talk, "with one that has no transaction");
  },

  "markers that somebody writes by hand": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of [1, 2] as const) {
      await talk.producer(`version ${version}`);
      const who = await talk.producer(`version ${version}`);
      await mark(talk, "for a producer that has written nothing", who, { version });
      await talk.wrote(who);
      await mark(talk, "with an older epoch", { ...who, producerEpoch: who.producerEpoch - 1 }, { version });
      await mark(talk, "with an older coordinator", who, { version, coordinatorEpoch: -1 });
      await mark(talk, "an abort, as a tool would write it", who, { version, isCommit: false });
      await producers(talk);
      await mark(talk, "the same again", who, { version, isCommit: false });
      await talk.write("goes on", who);
      await mark(talk, "with a newer epoch", { ...who, producerEpoch: who.producerEpoch + 5 }, { version });
      await producers(talk);
      await talk.write("with the old epoch", who);
      await mark(
        talk,
        "with a newer coordinator",
        { ...who, producerEpoch: who.producerEpoch + 5 },
        { version, coordinatorEpoch: 7 },
      );
      await mark(talk, "with the coordinator before", { ...who, producerEpoch: who.producerEpoch + 5 }, { version });
      await producers(talk);
      await mark(
        talk,
        "topics and partitions that there are not",
        { ...who, producerEpoch: who.producerEpoch + 5 },
        {
          version,
          coordinatorEpoch: 7,
          topics: [
            { name: "log", partitionIndexes: [1, 9] },
            { name: "nowhere", partitionIndexes: [0] },
          ],
        },
      );
      await talk.ask("nothing", WriteTxnMarkers, version, { markers: [] });
      await talk.ask("its transaction", DescribeTransactions, 0, { transactionalIds: [who.transactionalId] });
    }
  },

  "markers of the newer protocol have to raise the epoch": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of [1, 2] as const) {
      const who = await talk.producer(`version ${version}`);
      const newer = { ...who, producerEpoch: who.producerEpoch + 1 };
      await talk.wrote(who);
      await mark(talk, "the same epoch", who, { version, transactionVersion: 2 });
      await producers(talk);
      await talk.wrote(who).catch(() => undefined);
      await mark(talk, "a newer epoch", newer, { version, transactionVersion: 2 });
      await mark(talk, "the newer epoch again", newer, { version, transactionVersion: 2 });
      await mark(talk, "the older epoch", who, { version, transactionVersion: 2 });
      await producers(talk);
    }
  },

  "markers of several producers in one request": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const [one, other] = [await talk.producer("one"), await talk.producer("other")];
    for (const who of [one, other]) for (const partition of [0, 1]) await talk.wrote(who, { partition });
    const topics = [{ name: "log", partitionIndexes: [0, 1] }];
    await talk.ask("two", WriteTxnMarkers, 1, {
      markers: [marker(one, { topics }), marker(other, { topics, isCommit: false })],
    });
    await producers(talk, "the producers", [0, 1]);
    await talk.ask("one twice", WriteTxnMarkers, 1, { markers: [marker(one), marker(one, { isCommit: false })] });
    await producers(talk);
  },
};
