import { DeleteRecords, Fetch, ListOffsets, OffsetForLeaderEpoch } from "@moldau/protocol-codec";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";
import { batch, fetchBody, produce } from "./records.js";

/** Talks about where in a log records are, and where it begins. */
export const offsetDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
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
