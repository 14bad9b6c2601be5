import {
  ListOffsets,
  Produce,
  stampProducer,
  writeBatch,
  writeMessageSet,
  type ProducerStamp,
} from "@moldau/protocol-codec";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";
import { batch, nobodysId, produce, time } from "./records.js";

function stamped(count: number, producerId: bigint, producerEpoch: number, baseSequence: number): Buffer {
  const records = batch(count);
  stampProducer(records, { producerId, producerEpoch, baseSequence });
  return records;
}

function transactional({ producerId, producerEpoch, baseSequence }: ProducerStamp): Buffer {
  return writeBatch({ producerId, producerEpoch, baseSequence, isTransactional: true }, [
    { key: "k", value: "v", timestamp: time },
  ]);
}

function damaged(): Buffer {
  const records = batch(1);
  records[records.length - 2] = (records[records.length - 2] ?? 0) ^ 0xff;
  return records;
}

/** Talks about writing records. */
export const producingDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "records are taken in every version": async (talk) => {
    const id = await talk.topic("log", { partitions: 2 });
    for (let version = 3; version <= 12; version++) await produce(talk, "two records", batch(2), { version });
    await talk.ask("by id, a known and an unknown one", Produce, 13, {
      acks: 1,
      timeoutMs: 5000,
      topicData: [
        { topicId: id, partitionData: [{ index: 1, records: batch(1) }] },
        { topicId: nobodysId, partitionData: [{ index: 0, records: batch(1) }] },
      ],
    });
    await produce(talk, "acks 1", batch(1), { acks: 1 });
  },

  "what is wrong with records is said exactly": async (talk) => {
    await talk.topic("log");
    await talk.topic("small", { configs: { "max.message.bytes": "200" } });
    await talk.topic("keyed", { configs: { "cleanup.policy": "compact" } });
    await talk.topic("stamped", { configs: { "message.timestamp.type": "LogAppendTime" } });
    await talk.topic("strict-times", {
      configs: { "message.timestamp.before.max.ms": "1000", "message.timestamp.after.max.ms": "1000" },
    });
    await produce(talk, "an unknown topic", batch(1), { topic: "nowhere" });
    await produce(talk, "an unknown partition", batch(1), { index: 7 });
    await produce(talk, "acks 2", batch(1), { acks: 2 });
    await produce(talk, "no bytes for records", Buffer.alloc(0));
    await produce(talk, "a wrong checksum", damaged());
    await produce(talk, "two batches", Buffer.concat([batch(1), batch(1)]));
    await produce(talk, "half a batch", batch(1).subarray(0, 70));
    await produce(
      talk,
      "an old message set",
      writeMessageSet({ magic: 1 }, [{ key: "k", value: "v", timestamp: time }]),
    );
    await produce(talk, "a large record", batch(1, { size: 500 }), { topic: "small" });
    await produce(talk, "no key where one is needed", batch(2, { key: null }), { topic: "keyed", version: 8 });
    await produce(talk, "a key where one is needed", batch(2), { topic: "keyed" });
    await produce(talk, "an old time", batch(1), { topic: "strict-times" });
    await produce(talk, "a good one after all", batch(1));
  },

  "acks 0 has no answer": async (talk) => {
    await talk.topic("log");
    await talk.tell("a good record", Produce, 9, {
      acks: 0,
      timeoutMs: 5000,
      topicData: [{ name: "log", partitionData: [{ index: 0, records: batch(1) }] }],
    });
    await talk.tell("a wrong partition", Produce, 9, {
      acks: 0,
      timeoutMs: 5000,
      topicData: [{ name: "log", partitionData: [{ index: 9, records: batch(1) }] }],
    });
    await talk.ask("what is there", ListOffsets, 5, {
      replicaId: -1,
      topics: [{ name: "log", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
    });
  },

  "records of a transaction need its id, and an id needs no transaction": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const ofTransaction = transactional({ producerId: 4000n, producerEpoch: 0, baseSequence: 0 });
    const body = (transactionalId: string | null, records: readonly Buffer[], acks = -1) => ({
      transactionalId,
      acks,
      timeoutMs: 5000,
      topicData: [{ name: "log", partitionData: records.map((each, index) => ({ index, records: each })) }],
    });
    await talk.ask("of a transaction, without an id", Produce, 9, body(null, [ofTransaction]));
    await talk.ask("and with it a plain batch", Produce, 9, body(null, [ofTransaction, batch(1)]));
    await talk.ask("a plain batch, with an id", Produce, 9, body("writer", [batch(2)]));
    await talk.tell("of a transaction, without an id or an answer", Produce, 9, body(null, [ofTransaction], 0));
    for (const isolationLevel of [0, 1]) {
      await talk.ask(`what is there, at isolation level ${isolationLevel}`, ListOffsets, 5, {
        replicaId: -1,
        isolationLevel,
        topics: [{ name: "log", partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: -1n })) }],
      });
    }
  },

  "a partition that is named twice": async (talk) => {
    await talk.topic("log");
    const twice = [batch(1), batch(2)].map((records) => ({ index: 0, records }));
    await talk.ask("in one topic", Produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: "log", partitionData: twice }],
    });
    await talk.ask("in one topic that stands twice", Produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: twice.map((data) => ({ name: "log", partitionData: [data] })),
    });
    await talk.ask("what is there", ListOffsets, 5, {
      replicaId: -1,
      topics: [{ name: "log", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
    });
  },

  "more replicas in sync are wanted than there are": async (talk) => {
    await talk.topic("log", { configs: { "min.insync.replicas": "2" } });
    await produce(talk, "acks all", batch(1));
    await produce(talk, "acks 1", batch(1), { acks: 1 });
  },

  "sequences are watched": async (talk) => {
    await talk.topic("log");
    await produce(talk, "0 to 1", stamped(2, 4000n, 0, 0));
    await produce(talk, "0 to 1 again", stamped(2, 4000n, 0, 0));
    await produce(talk, "2", stamped(1, 4000n, 0, 2));
    await produce(talk, "a gap", stamped(1, 4000n, 0, 9));
    await produce(talk, "3 to 5", stamped(3, 4000n, 0, 3));
    await produce(talk, "a part of what was", stamped(1, 4000n, 0, 3));
    await produce(talk, "a new epoch that does not begin at 0", stamped(1, 4000n, 1, 6));
    await produce(talk, "a new epoch", stamped(1, 4000n, 1, 0));
    await produce(talk, "the old epoch", stamped(1, 4000n, 0, 6));
    await produce(talk, "an unknown producer in the middle", stamped(1, 4001n, 3, 17));
  },
};
