import {
  Fetch,
  ListOffsets,
  OffsetForLeaderEpoch,
  Produce,
  stampProducer,
  Uuid,
  writeBatch,
  writeMessageSet,
  DeleteRecords,
} from "@moldau/protocol-codec";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";

const nobodysId = Uuid.parse("AAAAAAAAAAAAAAAAAAAA_w");
const time = Date.now() - 60_000;

/** A batch of records at times that are a second apart. */
function batch(
  count: number,
  { size = 10, key = "k", timestamp = time }: { size?: number; key?: string | null; timestamp?: number } = {},
): Buffer {
  return writeBatch(
    {},
    Array.from({ length: count }, (_, index) => ({
      key,
      value: "v".repeat(size),
      timestamp: timestamp + index * 1000,
    })),
  );
}

function produce(
  talk: ProtocolDialogue,
  what: string,
  records: Buffer | null,
  { topic = "log", version = 9, index = 0, acks = -1 } = {},
) {
  return talk.ask(what, Produce, version, {
    acks,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  });
}

function stamped(count: number, producerId: bigint, producerEpoch: number, baseSequence: number): Buffer {
  const records = batch(count);
  stampProducer(records, { producerId, producerEpoch, baseSequence });
  return records;
}

function damaged(): Buffer {
  const records = batch(1);
  records[records.length - 2] = (records[records.length - 2] ?? 0) ^ 0xff;
  return records;
}

interface FetchWish {
  readonly topic?: string;
  readonly topicId?: Uuid;
  readonly partition?: number;
  readonly offset?: bigint;
  readonly partitionMaxBytes?: number;
  readonly currentLeaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
}

function fetchBody(wishes: readonly FetchWish[], rest: object = {}) {
  return {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    topics: wishes.map(
      ({
        topic = "",
        topicId = Uuid.zero,
        partition = 0,
        offset = 0n,
        partitionMaxBytes = 1 << 20,
        currentLeaderEpoch = -1,
        lastFetchedEpoch = -1,
      }) => ({
        topic,
        topicId,
        partitions: [{ partition, fetchOffset: offset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }],
      }),
    ),
    ...rest,
  };
}

/** Talks about writing and reading records. */
export const recordDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
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

  "records are read in every version": async (talk) => {
    const topicId = await talk.topic("log");
    await produce(talk, "three records", batch(3));
    await produce(talk, "two records", batch(2));
    for (let version = 4; version <= 12; version++)
      await talk.ask(
        "from the beginning",
        Fetch,
        version,
        fetchBody([{ topic: "log" }], { isolationLevel: version % 2 }),
      );
    for (let version = 13; version <= 18; version++)
      await talk.ask("by id", Fetch, version, fetchBody([{ topicId }], { isolationLevel: version % 2 }));
    await talk.ask("an unknown id", Fetch, 13, fetchBody([{ topicId: nobodysId }]));
    await talk.ask("an unknown topic", Fetch, 12, fetchBody([{ topic: "nowhere" }]));
    await talk.ask("an unknown partition", Fetch, 12, fetchBody([{ topic: "log", partition: 8 }]));
    await talk.ask("from the middle of a batch", Fetch, 12, fetchBody([{ topic: "log", offset: 1n }]));
    await talk.ask("from the end", Fetch, 12, fetchBody([{ topic: "log", offset: 5n }]));
    await talk.ask("behind the end", Fetch, 12, fetchBody([{ topic: "log", offset: 6n }]));
    await talk.ask("before the beginning", Fetch, 12, fetchBody([{ topic: "log", offset: -1n }]));
    await talk.ask("an old leader epoch", Fetch, 12, fetchBody([{ topic: "log", currentLeaderEpoch: 0 }]));
    await talk.ask("a leader epoch to come", Fetch, 12, fetchBody([{ topic: "log", currentLeaderEpoch: 5 }]));
    await talk.ask(
      "the epoch that was fetched last",
      Fetch,
      12,
      fetchBody([{ topic: "log", offset: 3n, lastFetchedEpoch: 0 }]),
    );
    await talk.ask(
      "an epoch that never was",
      Fetch,
      12,
      fetchBody([{ topic: "log", offset: 3n, lastFetchedEpoch: 3 }]),
    );
  },

  "limits bound what is read, but for the first batch": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (let count = 0; count < 4; count++)
      await produce(talk, `batch ${count}`, batch(1, { size: 1000 }), { index: count % 2 });
    const both = {
      topics: [
        {
          topic: "log",
          partitions: [0, 1].map((partition) => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1 << 20 })),
        },
      ],
    };
    await talk.ask("1 byte of all", Fetch, 11, { maxWaitMs: 0, minBytes: 1, maxBytes: 1, ...both });
    await talk.ask("1,200 bytes of all", Fetch, 11, { maxWaitMs: 0, minBytes: 1, maxBytes: 1200, ...both });
    await talk.ask("2,500 bytes of all", Fetch, 11, { maxWaitMs: 0, minBytes: 1, maxBytes: 2500, ...both });
    await talk.ask("1 byte of the partition", Fetch, 11, fetchBody([{ topic: "log", partitionMaxBytes: 1 }]));
    await talk.ask("1,500 bytes of the partition", Fetch, 11, fetchBody([{ topic: "log", partitionMaxBytes: 1500 }]));
  },

  "fetch sessions": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    const all = [0, 1, 2].map((partition) => ({ topic: "log", partition }));
    const opened = await talk.ask("a session", Fetch, 12, fetchBody(all, { sessionId: 0, sessionEpoch: 0 }));
    const sessionId = opened?.sessionId ?? 0;
    await talk.ask("nothing new", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 1 }));
    await produce(talk, "news", batch(1), { index: 1 });
    await talk.ask("one has news", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 2 }));
    await talk.ask("it still has", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 3 }));
    await talk.ask(
      "read on",
      Fetch,
      12,
      fetchBody([{ topic: "log", partition: 1, offset: 1n }], { sessionId, sessionEpoch: 4 }),
    );
    await talk.ask(
      "a wrong offset",
      Fetch,
      12,
      fetchBody([{ topic: "log", partition: 2, offset: 9n }], { sessionId, sessionEpoch: 5 }),
    );
    await talk.ask("still wrong", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 6 }));
    await talk.ask(
      "right again",
      Fetch,
      12,
      fetchBody([{ topic: "log", partition: 2, offset: 0n }], { sessionId, sessionEpoch: 7 }),
    );
    await talk.ask(
      "one forgotten",
      Fetch,
      12,
      fetchBody([], { sessionId, sessionEpoch: 8, forgottenTopicsData: [{ topic: "log", partitions: [0] }] }),
    );
    await produce(talk, "news of the forgotten", batch(1), { index: 0 });
    await talk.ask("no news of it", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 9 }));
    await talk.ask(
      "an unknown topic joins",
      Fetch,
      12,
      fetchBody([{ topic: "nowhere" }], { sessionId, sessionEpoch: 10 }),
    );
    await talk.ask("an epoch gone by", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 10 }));
    await talk.ask("names become ids", Fetch, 13, fetchBody([], { sessionId, sessionEpoch: 11 }));
    await talk.ask("the right epoch after all", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 11 }));
    await talk.ask("the end", Fetch, 12, fetchBody(all, { sessionId, sessionEpoch: -1 }));
    await talk.ask("after the end", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 12 }));
    await talk.ask("a session that never was", Fetch, 12, fetchBody([], { sessionId: 123_456, sessionEpoch: 1 }));
    await talk.ask("a session of nothing", Fetch, 12, fetchBody([], { sessionId: 0, sessionEpoch: 0 }));
  },

  "fetch sessions by id": async (talk) => {
    const topicId = await talk.topic("log");
    const opened = await talk.ask(
      "a session",
      Fetch,
      17,
      fetchBody([{ topicId }, { topicId: nobodysId }], { sessionId: 0, sessionEpoch: 0 }),
    );
    const sessionId = opened?.sessionId ?? 0;
    await talk.ask("only the unknown is told of", Fetch, 17, fetchBody([], { sessionId, sessionEpoch: 1 }));
    await talk.ask(
      "the unknown is forgotten",
      Fetch,
      17,
      fetchBody([], { sessionId, sessionEpoch: 2, forgottenTopicsData: [{ topicId: nobodysId, partitions: [0] }] }),
    );
    await talk.ask("ids become names", Fetch, 12, fetchBody([], { sessionId, sessionEpoch: 3 }));
  },

  "a fetch waits for enough bytes, and not too long": async (talk) => {
    await talk.topic("log");
    const wait = fetchBody([{ topic: "log" }], { maxWaitMs: 400, minBytes: 1 });
    const began = Date.now();
    await talk.ask("nothing comes", Fetch, 11, wait);
    const waitedMs = Date.now() - began;
    talk.note("it took about as long as was allowed", waitedMs >= 390 && waitedMs < 1000);
  },

  "offsets by time and by mark": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    const at = 1_700_000_000_000;
    const old = Math.floor(at);
    await produce(talk, "three seconds", batch(3, { timestamp: old }));
    await produce(talk, "later seconds", batch(3, { timestamp: old + 10_000 }));
    await produce(talk, "an earlier time at the end", batch(1, { timestamp: old + 5000 }));
    const ask = (what: string, version: number, timestamp: bigint, rest: object = {}) =>
      talk.ask(what, ListOffsets, version, {
        replicaId: -1,
        topics: [{ name: "log", partitions: [{ partitionIndex: 0, timestamp, ...rest }] }],
      });
    for (let version = 1; version <= 11; version++) {
      await ask("latest", version, -1n);
      await ask("earliest", version, -2n);
      await ask("a time", version, BigInt(old + 1500));
    }
    for (const version of [6, 7, 11]) await ask("largest time", version, -3n);
    for (const version of [7, 8, 11]) await ask("earliest here", version, -4n);
    for (const version of [8, 9, 11]) await ask("latest elsewhere", version, -5n);
    for (const version of [10, 11]) await ask("earliest not elsewhere", version, -6n);
    await ask("the first time", 7, BigInt(old));
    await ask("before all", 7, 0n);
    await ask("between batches", 7, BigInt(old + 6000));
    await ask("the last time", 7, BigInt(old + 12_000));
    await ask("after all", 7, BigInt(old + 60_000));
    await ask("an old leader epoch", 7, -1n, { currentLeaderEpoch: 0 });
    await ask("a leader epoch to come", 7, -1n, { currentLeaderEpoch: 4 });
    await talk.ask("of an empty partition", ListOffsets, 7, {
      replicaId: -1,
      topics: [
        {
          name: "log",
          partitions: [-1n, -2n, -3n, 5n].map((timestamp) => ({ partitionIndex: 1, timestamp })).slice(0, 1),
        },
      ],
    });
    for (const timestamp of [-2n, -3n, 5n])
      await talk.ask(`of an empty partition: ${timestamp}`, ListOffsets, 7, {
        replicaId: -1,
        topics: [{ name: "log", partitions: [{ partitionIndex: 1, timestamp }] }],
      });
    await talk.ask("unknown and twice", ListOffsets, 7, {
      replicaId: -1,
      isolationLevel: 1,
      topics: [
        {
          name: "log",
          partitions: [
            { partitionIndex: 0, timestamp: -1n },
            { partitionIndex: 0, timestamp: -2n },
            { partitionIndex: 9, timestamp: -1n },
          ],
        },
        { name: "nowhere", partitions: [{ partitionIndex: 0, timestamp: -1n }] },
      ],
    });
    for (const version of [2, 3, 4]) {
      await talk.ask("where epochs end", OffsetForLeaderEpoch, version, {
        replicaId: version >= 3 ? -1 : -2,
        topics: [
          {
            topic: "log",
            partitions: [
              { partition: 0, leaderEpoch: 0 },
              { partition: 1, leaderEpoch: 0 },
              { partition: 7, leaderEpoch: 0 },
            ],
          },
          { topic: "nowhere", partitions: [{ partition: 0, leaderEpoch: 0 }] },
        ],
      });
    }
    await talk.ask("an epoch to come", OffsetForLeaderEpoch, 4, {
      replicaId: -1,
      topics: [{ topic: "log", partitions: [{ partition: 0, leaderEpoch: 5 }] }],
    });
  },

  "records are deleted from the front": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    await talk.topic("keyed", { configs: { "cleanup.policy": "compact" } });
    for (const index of [0, 1]) await produce(talk, `five records in ${index}`, batch(5), { index });
    await talk.ask("each in its way", DeleteRecords, 0, {
      topics: [
        {
          name: "log",
          partitions: [
            { partitionIndex: 0, offset: 3n },
            { partitionIndex: 1, offset: 6n },
            { partitionIndex: 2, offset: -1n },
            { partitionIndex: 8, offset: 0n },
          ],
        },
        { name: "keyed", partitions: [{ partitionIndex: 0, offset: 0n }] },
        { name: "nowhere", partitions: [{ partitionIndex: 0, offset: 0n }] },
      ],
      timeoutMs: 5000,
    });
    await talk.ask("what was deleted already", DeleteRecords, 2, {
      topics: [{ name: "log", partitions: [{ partitionIndex: 0, offset: 1n }] }],
      timeoutMs: 5000,
    });
    await talk.ask("a mark below -1", DeleteRecords, 2, {
      topics: [{ name: "log", partitions: [{ partitionIndex: 1, offset: -2n }] }],
      timeoutMs: 5000,
    });
    await talk.ask("all", DeleteRecords, 1, {
      topics: [{ name: "log", partitions: [{ partitionIndex: 1, offset: -1n }] }],
      timeoutMs: 5000,
    });
    await talk.ask("the new beginning", ListOffsets, 5, {
      replicaId: -1,
      topics: [
        {
          name: "log",
          partitions: [
            { partitionIndex: 0, timestamp: -2n },
            { partitionIndex: 1, timestamp: -2n },
          ],
        },
      ],
    });
    await talk.ask("before it", Fetch, 12, fetchBody([{ topic: "log", offset: 1n }]));
    await talk.ask("at it", Fetch, 12, fetchBody([{ topic: "log", offset: 3n }]));
  },
};
