import { AddPartitionsToTxn, DescribeTransactions, EndTxn, InitProducerId } from "@moldau/protocol-codec";
import { addingForClients, type Identity, type TransactionDialogue } from "../../support/transaction-dialogue.js";

const timeout = { transactionTimeoutMs: 60_000 };

/** Asks for an id and epoch, with those that the producer says it has. */
function init(
  talk: TransactionDialogue,
  what: string,
  { transactionalId, producerId, producerEpoch }: Identity,
  version = 5,
) {
  return talk.ask(what, InitProducerId, version, { transactionalId, ...timeout, producerId, producerEpoch });
}

/** Talks about getting a producer id and epoch for a transactional id. */
export const initProducerIdDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "an epoch for a transactional id, in every version": async (talk) => {
    for (let version = 0; version <= 5; version++) {
      const transactionalId = talk.id(`version ${version}`);
      await talk.ask("the first", InitProducerId, version, { transactionalId, ...timeout });
      await talk.ask("the next", InitProducerId, version, { transactionalId, ...timeout });
      await talk.ask("as a plain idempotent producer", InitProducerId, version, { transactionalId: null, ...timeout });
      await talk.ask("with an empty id", InitProducerId, version, { transactionalId: "", ...timeout });
    }
    await talk.ask("what became of them", DescribeTransactions, 0, {
      transactionalIds: [0, 1, 2, 3, 4, 5].map((version) => talk.id(`version ${version}`)),
    });
  },

  "time-outs that are possible, and others": async (talk) => {
    for (const version of [0, 1, 2, 5]) {
      for (const transactionTimeoutMs of [-1, 0, 1, 900_000, 900_001, 2_147_483_647]) {
        const transactionalId = talk.id(`${transactionTimeoutMs}`);
        await talk.ask(`${transactionTimeoutMs} ms`, InitProducerId, version, {
          transactionalId,
          transactionTimeoutMs,
        });
      }
    }
    await talk.ask("without a transactional id", InitProducerId, 5, {
      transactionalId: null,
      transactionTimeoutMs: -1,
    });
    await talk.ask("the time-outs kept", DescribeTransactions, 0, {
      transactionalIds: [-1, 0, 1, 900_000, 900_001].map((ms) => talk.id(`${ms}`)),
    });
  },

  "a producer that says what it was": async (talk) => {
    for (const version of [3, 4, 5]) {
      const first = await talk.producer(`version ${version}`);
      const say = (what: string, claim: Partial<Identity>) => init(talk, what, { ...first, ...claim }, version);
      await say("its id and epoch", {});
      await say("the same again, as if the answer had been lost", {});
      await say("the newer epoch", { producerEpoch: 1 });
      await say("an epoch before the last", { producerEpoch: 0 });
      await say("an epoch that is not there yet", { producerEpoch: 9 });
      await say("another id", { producerId: first.producerId + 500_000n, producerEpoch: 2 });
      await say("an id without an epoch", { producerEpoch: -1 });
      await say("an epoch without an id", { producerId: -1n, producerEpoch: 2 });
      await say("a negative id", { producerId: -7n, producerEpoch: 2 });
      await say("a negative epoch", { producerEpoch: -7 });
      await say("nothing", { producerId: -1n, producerEpoch: -1 });
      await say("an id that nobody knows, for a transactional id that nobody knows", {
        transactionalId: talk.id(`unknown in version ${version}`),
        producerEpoch: 5,
      });
      await init(
        talk,
        "an idempotent producer with id and epoch",
        { ...first, transactionalId: null as never },
        version,
      );
    }
  },

  "a producer that comes up anew aborts what was open": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of [0, 2, 3, 5]) {
      const first = await talk.producer(`version ${version}`);
      await talk.wrote(first);
      const claim = { ...first, producerId: -1n, producerEpoch: -1 };
      await init(talk, "while a transaction is open", claim, version);
      await talk.decided(first.transactionalId);
      await talk.ask("its state", DescribeTransactions, 0, { transactionalIds: [first.transactionalId] });
      await init(talk, "after the abort", claim, version);
      await talk.write("the older one goes on", first);
      await talk.ask(
        "the older one adds",
        AddPartitionsToTxn,
        3,
        addingForClients(first, [{ name: "log", partitions: [1] }]),
      );
      await talk.end("by the older one", first, "commit");
    }
  },

  "a producer that says what it was while its transaction is open": async (talk) => {
    await talk.topic("log");
    for (const version of [3, 5]) {
      for (const [what, distance] of [
        ["its own", 0],
        ["an older", -1],
        ["a newer", 1],
      ] as const) {
        await talk.producer(`${what} ${version}`);
        const who = await talk.producer(`${what} ${version}`);
        await talk.wrote(who);
        await init(talk, `with ${what} epoch`, { ...who, producerEpoch: who.producerEpoch + distance }, version);
        await talk.decided(who.transactionalId);
        await talk.ask("its state", DescribeTransactions, 0, { transactionalIds: [who.transactionalId] });
        await init(talk, "with the epoch that it had", who, version);
        await init(talk, "with the epoch that it had, once more", who, version);
      }
      const who = await talk.producer(`another ${version}`);
      await talk.wrote(who);
      await init(talk, "with another id", { ...who, producerId: who.producerId + 500_000n }, version);
      await talk.ask("its state", DescribeTransactions, 0, { transactionalIds: [who.transactionalId] });
      talk.hold();
      await init(talk, "with its own epoch", who, version);
      await init(talk, "with its own epoch, while that is being aborted", who, version);
      await talk.ask("its state", DescribeTransactions, 0, { transactionalIds: [who.transactionalId] });
      await talk.release(who);
      await init(talk, "with its own epoch, when that is aborted", who, version);
    }
  },

  "while the last transaction is ending": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const how of ["commit", "abort"] as const) {
      const first = await talk.producer(how);
      await talk.wrote(first);
      talk.hold();
      await talk.ask(how, EndTxn, 4, { ...first, committed: how === "commit" });
      await init(talk, "without id", { ...first, producerId: -1n, producerEpoch: -1 });
      await init(talk, "with id and epoch", first);
      await init(talk, "with the next epoch", { ...first, producerEpoch: first.producerEpoch + 1 });
      await talk.ask("its state", DescribeTransactions, 0, { transactionalIds: [first.transactionalId] });
      await talk.release(first);
      await init(talk, "afterwards, with id and epoch", first);
      await init(talk, "afterwards, without", { ...first, producerId: -1n, producerEpoch: -1 });
    }
  },
};
