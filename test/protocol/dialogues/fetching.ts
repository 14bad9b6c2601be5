import { Fetch } from "@moldau/protocol-codec";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";
import { batch, fetchBody, nobodysId, produce } from "./records.js";

/** Talks about reading records. */
export const fetchingDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
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

  "a partition that is named twice in a fetch": async (talk) => {
    const topicId = await talk.topic("log", { partitions: 2 });
    await produce(talk, "two records", batch(2));
    await produce(talk, "one more", batch(1));
    const wishes = [{ offset: 0n }, { partition: 1 }, { offset: 2n }];
    const partitions = wishes.map(({ partition = 0, offset = 0n }) => ({
      partition,
      fetchOffset: offset,
      partitionMaxBytes: 1 << 20,
    }));
    for (const [what, epoch] of [
      ["without a session", -1],
      ["with a new session", 0],
    ] as const) {
      const rest = { maxWaitMs: 0, minBytes: 1, maxBytes: 1 << 20, sessionEpoch: epoch };
      await talk.ask(`in one topic, ${what}`, Fetch, 12, { ...rest, topics: [{ topic: "log", partitions }] });
      await talk.ask(`in topics that stand there twice, ${what}`, Fetch, 12, {
        ...rest,
        topics: partitions.map((each) => ({ topic: "log", partitions: [each] })),
      });
      await talk.ask(`by id, ${what}`, Fetch, 13, { ...rest, topics: [{ topicId, partitions }] });
    }
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
};
