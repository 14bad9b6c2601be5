import { AddPartitionsToTxn, DescribeTransactions, EndTxn } from "@moldau/protocol-codec";
import { addingForClients, type Identity, type TransactionDialogue } from "../../support/transaction-dialogue.js";

type Topics = readonly { name: string; partitions: readonly number[] }[];

const first: Topics = [{ name: "log", partitions: [0] }];

function add(talk: TransactionDialogue, what: string, who: Identity, { topics = first, version = 3 } = {}) {
  return talk.ask(what, AddPartitionsToTxn, version, addingForClients(who, topics));
}

/** Of the versions for brokers, where each transaction has its own answer. */
interface Batched {
  readonly who: Identity;
  readonly topics?: Topics;
  readonly verifyOnly?: boolean;
}

/** Without the newer protocol brokers only verify: what they would add is left out then. */
async function addBatched(talk: TransactionDialogue, what: string, version: 4 | 5, wanted: readonly Batched[]) {
  const asked = wanted.filter(({ verifyOnly = false }) => verifyOnly || talk.transactionVersion > 0);
  if (asked.length === 0) return;
  await talk.ask(what, AddPartitionsToTxn, version, {
    transactions: asked.map(({ who, topics = first, verifyOnly = false }) => ({ ...who, verifyOnly, topics })),
  });
}

function describe(talk: TransactionDialogue, ...who: readonly Identity[]) {
  const transactionalIds = who.map(({ transactionalId }) => transactionalId);
  return talk.ask("the state", DescribeTransactions, 0, { transactionalIds });
}

/** Talks about the partitions of a transaction. */
export const addPartitionsDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "clients add partitions, in every version": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    await talk.topic("other");
    for (let version = 0; version <= 3; version++) {
      const who = await talk.producer(`version ${version}`);
      await add(talk, "one", who, { version });
      await add(talk, "the same", who, { version });
      await add(talk, "none", who, { version, topics: [] });
      await add(talk, "a topic without partitions", who, { version, topics: [{ name: "other", partitions: [] }] });
      await add(talk, "an unknown topic", who, { version, topics: [{ name: "nowhere", partitions: [0] }] });
      await add(talk, "an unknown partition and a known one", who, {
        version,
        topics: [{ name: "log", partitions: [1, 9] }],
      });
      await add(talk, "two topics", who, {
        version,
        topics: [
          { name: "log", partitions: [2, 1] },
          { name: "other", partitions: [0] },
        ],
      });
      await add(talk, "the coordinators' own topics", who, {
        version,
        topics: [{ name: "__transaction_state", partitions: [0] }],
      });
      await describe(talk, who);
    }
  },

  "clients that are not who they say": async (talk) => {
    await talk.topic("log");
    for (const version of [0, 1, 2, 3]) {
      const old = await talk.producer(`version ${version}`);
      const who = await talk.producer(`version ${version}`);
      await add(talk, "an older epoch", old, { version });
      await add(talk, "a newer epoch", { ...who, producerEpoch: who.producerEpoch + 1 }, { version });
      await add(talk, "another id", { ...who, producerId: who.producerId + 500_000n }, { version });
      await add(
        talk,
        "a transactional id that nobody knows",
        { ...who, transactionalId: talk.id("nobody") },
        { version },
      );
      await add(talk, "an empty transactional id", { ...who, transactionalId: "" }, { version });
      await add(talk, "an older epoch, with an unknown topic", old, {
        version,
        topics: [{ name: "nowhere", partitions: [0] }],
      });
      await describe(talk, who);
    }
  },

  "brokers add and verify, many at once": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    for (const version of [4, 5] as const) {
      const [one, other] = [await talk.producer(`one ${version}`), await talk.producer(`other ${version}`)];
      await addBatched(talk, "verify what is not there", version, [{ who: one, verifyOnly: true }]);
      await addBatched(talk, "add, of two", version, [
        { who: one },
        { who: other, topics: [{ name: "log", partitions: [1, 2] }] },
      ]);
      await addBatched(talk, "verify both", version, [
        { who: one, verifyOnly: true },
        { who: other, topics: [{ name: "log", partitions: [2, 0] }], verifyOnly: true },
      ]);
      await addBatched(talk, "an unknown topic for one", version, [
        { who: one, topics: [{ name: "nowhere", partitions: [0] }, ...first] },
        { who: other },
      ]);
      await addBatched(talk, "verify an unknown topic", version, [
        { who: one, topics: [{ name: "nowhere", partitions: [0] }], verifyOnly: true },
      ]);
      await addBatched(talk, "wrong in every way", version, [
        { who: { ...one, producerEpoch: one.producerEpoch + 1 } },
        { who: { ...other, producerId: other.producerId + 500_000n } },
        { who: { ...one, transactionalId: talk.id("nobody") } },
      ]);
      await addBatched(talk, "verify, wrong in every way", version, [
        { who: { ...one, producerEpoch: one.producerEpoch + 1 }, verifyOnly: true },
        { who: { ...other, producerId: other.producerId + 500_000n }, verifyOnly: true },
        { who: { ...one, transactionalId: talk.id("nobody") }, verifyOnly: true },
      ]);
      await addBatched(talk, "an older epoch", version, [{ who: { ...one, producerEpoch: one.producerEpoch - 1 } }]);
      await addBatched(talk, "verify an older epoch", version, [
        { who: { ...one, producerEpoch: one.producerEpoch - 1 }, verifyOnly: true },
      ]);
      await addBatched(talk, "no topics", version, [{ who: one, topics: [] }]);
      await addBatched(talk, "an empty transactional id", version, [{ who: { ...one, transactionalId: "" } }]);
      await describe(talk, one, other);
    }
  },

  "in a transaction that is over, and in one that is ending": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const how of ["commit", "abort"] as const) {
      const who = await talk.producer(how);
      await talk.wrote(who);
      talk.hold();
      await talk.ask(how, EndTxn, 4, { ...who, committed: how === "commit" });
      for (const version of [0, 2, 3]) await add(talk, "while it ends", who, { version });
      for (const version of [4, 5] as const) {
        await addBatched(talk, "while it ends", version, [{ who }]);
        await addBatched(talk, "verify while it ends", version, [{ who, verifyOnly: true }]);
        await addBatched(talk, "an older epoch while it ends", version, [
          { who: { ...who, producerEpoch: who.producerEpoch - 1 } },
        ]);
      }
      await describe(talk, who);
      await talk.release(who);
      await addBatched(talk, "verify when it is over", 4, [{ who, verifyOnly: true }]);
      await addBatched(talk, "verify when it is over", 5, [{ who, verifyOnly: true }]);
      await add(talk, "when it is over", who);
      await describe(talk, who);
    }
  },
};
