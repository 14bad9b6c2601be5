import { EndTxn, InitProducerId, Produce, writeBatch } from "@moldau/protocol-codec";
import type { Identity, TransactionDialogue } from "../../support/transaction-dialogue.js";

function versions(talk: TransactionDialogue): readonly number[] {
  return [3, 8, 10, 11, 12, 13].filter((version) => version <= talk.newest.produce);
}

/** Talks about records of transactions. */
export const producingDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "to a partition that was added, and to one that was not, in every version": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    for (let version = 3; version <= talk.newest.produce; version++) {
      const who = await talk.producer(`version ${version}`);
      await talk.write("not added", who, { version, partition: 1 });
      await talk.added(who);
      await talk.write("added", who, { version });
      await talk.write("more to it", who, { version, count: 2 });
      await talk.write("another that was not added", who, { version, partition: 2 });
      const next = await talk.end("it", who, "commit");
      await talk.write("after the end", next, { version });
      await talk.end("what came after the end", next, "abort");
    }
  },

  "an old and a newer epoch, and another id": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of versions(talk)) {
      const old = await talk.producer(`version ${version}`);
      const who = await talk.producer(`version ${version}`);
      await talk.write("an old epoch, nothing open", old, { version });
      await talk.write("a newer epoch, nothing open", { ...who, producerEpoch: who.producerEpoch + 1 }, { version });
      await talk.write("another id, nothing open", { ...who, producerId: who.producerId + 500_000n }, { version });
      await talk.wrote(who);
      await talk.write("an old epoch", old, { version });
      await talk.write("a newer epoch", { ...who, producerEpoch: who.producerEpoch + 1 }, { version });
      await talk.write("another id", { ...who, producerId: who.producerId + 500_000n }, { version });
      await talk.write("a transactional id that nobody knows", who, { version, transactionalId: talk.id("nobody") });
      await talk.end("it", who, "abort");
    }
  },

  "plain and idempotent records beside a transaction": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of versions(talk)) {
      const who = await talk.producer(`version ${version}`);
      const plain = { version, isTransactional: false, transactionalId: null };
      await talk.write("idempotent, before", who, plain);
      await talk.wrote(who, { partition: 1 });
      await talk.write("idempotent, inside, to another partition", who, plain);
      await talk.write("idempotent, inside", who, { ...plain, partition: 1 });
      await talk.write("without a transactional id", who, { version, partition: 1, transactionalId: null });
      await talk.write("not transactional, with its id", who, { version, partition: 1, isTransactional: false });
      await talk.write(
        "of nobody",
        { ...who, producerId: -1n, producerEpoch: -1 },
        { ...plain, partition: 1, sequence: -1 },
      );
      await talk.end("it", who, "commit");
      await talk.write("idempotent, after", who, { ...plain, partition: 1 });
    }
  },

  "sequences within a transaction": async (talk) => {
    await talk.topic("log");
    for (const version of [11, 12].filter((each) => each <= talk.newest.produce)) {
      const who = await talk.producer(`version ${version}`);
      await talk.added(who);
      await talk.write("begins at 3", who, { version, sequence: 3 });
      await talk.write("0 to 1", who, { version, sequence: 0, count: 2 });
      await talk.write("0 to 1 again", who, { version, sequence: 0, count: 2 });
      await talk.write("a gap", who, { version, sequence: 5 });
      await talk.write("2", who, { version, sequence: 2 });
      await talk.write("a part of what was", who, { version, sequence: 0 });
      const next = await talk.end("it", who, "commit");
      await talk.added(next);
      await talk.write("0 in the next transaction", next, { version, sequence: 0 });
      await talk.write("3 in the next transaction", next, { version, sequence: 3 });
      await talk.end("it", next, "commit");
      const newer = await talk.producer(`version ${version}`);
      await talk.added(newer);
      await talk.write("with a new epoch, begins at 4", newer, { version, sequence: 4 });
      await talk.write("with a new epoch, begins at 0", newer, { version, sequence: 0 });
    }
  },

  "while it ends": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const how of ["commit", "abort"] as const) {
      for (const [ending, version] of [
        [4, 11],
        [4, 12],
        [5, 11],
        [5, 12],
      ] as const) {
        if (ending > talk.newest.endTxn || version > talk.newest.produce) continue;
        const who = await talk.producer(`${how} ${ending} ${version}`);
        await talk.wrote(who);
        talk.hold();
        const answer = await talk.ask(how, EndTxn, ending, { ...who, committed: how === "commit" });
        const next =
          answer !== undefined && answer.producerEpoch > who.producerEpoch
            ? { ...who, producerEpoch: answer.producerEpoch }
            : who;
        await talk.write("with its epoch", who, { version });
        await talk.write("with its epoch, to another partition", who, { version, partition: 1 });
        await talk.write("with the epoch of now, to another partition", next, { version, partition: 1 });
        await talk.write("with the epoch of now", next, { version });
        await talk.release(who);
        await talk.write("with its epoch, when it is over", who, { version });
        await talk.write("with the epoch of now, when it is over", next, { version });
      }
    }
  },

  "several partitions and batches of several producers in one request": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    for (const version of [11, 12].filter((each) => each <= talk.newest.produce)) {
      const [one, other] = [await talk.producer(`one ${version}`), await talk.producer(`other ${version}`)];
      await talk.added(one, [0]);
      const batch = ({ producerId, producerEpoch }: Identity) =>
        writeBatch({ producerId, producerEpoch, baseSequence: 0, isTransactional: true }, [
          { value: "v", timestamp: Date.now() },
        ]);
      const ask = (what: string, who: Identity, records: readonly Buffer[]) =>
        talk.ask(what, Produce, version, {
          transactionalId: who.transactionalId,
          acks: -1,
          timeoutMs: 5000,
          topicData: [{ name: "log", partitionData: records.map((each, index) => ({ index, records: each })) }],
        });
      await ask("one added, one not", one, [batch(one), batch(one)]);
      await ask("of two producers", other, [batch(other), batch(other), batch(one)]);
      await ask("of another producer than the id's", one, [batch(other)]);
      await talk.end("it", one, "abort");
      await talk.end("it", other, "abort");
    }
  },

  "with fewer acknowledgements than there may be, and by a producer without a transactional id": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const who = await talk.producer("one");
    await talk.added(who);
    const records = ({ producerId, producerEpoch }: Identity, baseSequence: number) =>
      writeBatch({ producerId, producerEpoch, baseSequence, isTransactional: true }, [{ value: "v", timestamp: 1 }]);
    const body = (acks: number, batch: Buffer) => ({
      transactionalId: who.transactionalId,
      acks,
      timeoutMs: 5000,
      topicData: [{ name: "log", partitionData: [{ index: 0, records: batch }] }],
    });
    await talk.ask("acks 1", Produce, 11, body(1, records(who, 0)));
    await talk.tell("acks 0", Produce, 11, body(0, records(who, 1)));
    await talk.tell("acks 0, to a partition that was not added", Produce, 11, {
      ...body(0, records(who, 0)),
      topicData: [{ name: "log", partitionData: [{ index: 1, records: records(who, 0) }] }],
    });
    await talk.write("then", who, { sequence: 2 });
    const idempotent = await talk.quietly(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
    await talk.ask("by an idempotent producer", Produce, 11, body(-1, records({ ...who, ...idempotent }, 0)));
    await talk.end("it", who, "commit");
  },
};
