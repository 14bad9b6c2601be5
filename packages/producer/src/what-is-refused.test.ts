import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { turns } from "moldau-testing";
import { Producer } from "./index.js";

// What a program without types may pass.
const loose = (value: unknown): never => value as never;

describe("options", () => {
  const cases: readonly (readonly [options: object, sentence: string])[] = [
    [{ lingerMs: -1 }, "lingerMs must be a number from 0 to 2147483647, not -1"],
    [{ acks: -1 }, 'acks must be one of "all", 0, 1, not -1'],
    [{ linger: 5 }, 'unknown option "linger". Did you mean lingerMs?'],
    [{ idempotent: true, acks: 1 }, 'idempotent needs acks "all", not 1'],
    [{ maxInFlight: 6 }, "maxInFlight must be a whole number from 1 to 5, not 6"],
    [{ compression: "brotli" }, 'compression must be one of "none", "gzip"'],
    [{ partitioner: 3 }, "partitioner must be a function, not 3"],
    [{ serialize: { values: () => "" } }, "serialize must be an object with the functions key, value, or both"],
    [{ compression: "gzip", compressionLevel: 77 }, "Compression level 77 does not exist in gzip"],
    [{ deliveryTimeoutMs: 0 }, "deliveryTimeoutMs must be a whole number from 1"],
  ];
  for (const [options, sentence] of cases) {
    it(`${JSON.stringify(options)}: ${sentence}`, () => {
      const make = (): Producer => new Producer(new FakeCluster(), loose(options));
      expect(make).toThrow(KafkaError);
      expect(make).toThrow(sentence);
    });
  }

  it("without idempotence any number of requests may be under way", () => {
    expect(() => new Producer(new FakeCluster(), { idempotent: false, maxInFlight: 20 })).not.toThrow();
  });
});

describe("calls", () => {
  const good = { value: "good" };
  const cases: readonly (readonly [call: unknown, sentence: string])[] = [
    [undefined, 'send: expected an object such as { topic: "orders", messages: […] }'],
    [{ messages: [good] }, 'topic must be the name of a topic, such as "orders"'],
    [{ topic: "", messages: [good] }, "topic must be the name of a topic"],
    [{ topic: "orders" }, "messages must be an array"],
    [{ topic: "orders", message: [good] }, 'unknown option "message"'],
    [{ topic: "orders", messages: [good], acks: 2 }, "acks must be one of"],
    [{ topic: "orders", messages: [good], timeoutMs: 0 }, "timeoutMs must be a whole number from 1"],
    [{ topic: "orders", messages: [good], signal: 1 }, "signal must be an AbortSignal"],
    [
      { topic: "orders", messages: [good, {}] },
      "message 1 has no value: give a string or bytes, or null for a tombstone",
    ],
    [
      { topic: "orders", messages: [good, { value: { a: 1 } }] },
      "message 1 has an object as value: give a string or bytes (JSON.stringify",
    ],
    [
      { topic: "orders", messages: [{ value: new Uint16Array(1) }] },
      "has a Uint16Array as value: its elements are more than a byte",
    ],
    [{ topic: "orders", messages: [{ value: "a", key: 42 }] }, "message 0 has a number as key"],
    [{ topic: "orders", messages: [{ value: "a", partition: -1 }] }, "message 0 has partition -1"],
    [
      { topic: "orders", messages: [{ value: "a", partition: "1" }] },
      'message 0 has partition "1": give a whole number',
    ],
    [{ topic: "orders", messages: [{ value: "a", timestamp: new Date() }] }, "message 0 has timestamp a Date"],
    [
      { topic: "orders", messages: [{ value: "a", partition: 5 }] },
      "message 0 names partition 5, but the topic has 1, numbered from 0",
    ],
    [
      { topic: "orders", messages: [{ value: "a", timestamp: "now" }] },
      'message 0 has timestamp "now": give milliseconds',
    ],
    [{ topic: "orders", messages: [{ value: "a", headers: { n: 1 } }] }, 'message 0 has header "n" with a number'],
    [{ topic: "orders", messages: [{ value: "a", headers: [["n"]] }] }, "something else than [name, value] pairs"],
    [{ topic: "orders", messages: [{ value: "a", headers: new Map([["n", 1]]) }] }, 'header "n" with a number'],
    [
      { topic: "orders", messages: [{ value: "a", headers: new Set(["n"]) }] },
      "something else than [name, value] pairs",
    ],
    [{ topic: "orders", messages: [{ value: "a", headers: [["n", "1"]].values() }] }, "that can be read only once"],
    [{ topic: "orders", messages: [{ value: "a", headers: "n" }] }, "has a string as headers: give an object, or"],
    [{ topic: "orders", messages: [{ value: "a", headers: null }] }, "has null as headers"],
    [{ topic: "orders", messages: ["text"] }, "message 0 must be an object such as { key, value }, not a string"],
    [
      { topic: "orders", messages: [good, { value: "x".repeat(1 << 20) }] },
      "more than the 1048512 that one request may carry",
    ],
  ];
  for (const [call, sentence] of cases) {
    it(`nothing is sent and the sentence says what to write: ${sentence}`, async () => {
      const cluster = new FakeCluster();
      const producer = new Producer(cluster);
      const outcome = producer.send(loose(call)).catch((error: unknown) => error);
      await turns();
      const error = await outcome;
      expect(error).toBeInstanceOf(KafkaError);
      expect(String(error)).toContain(sentence);
      expect(cluster.pending).toEqual([]);
      await producer.close();
    });
  }

  it("of several topics are refused whole", async () => {
    const cluster = new FakeCluster({ a: 1, b: 1 });
    const producer = new Producer(cluster);
    const topicMessages = [
      { topic: "a", messages: [good] },
      { topic: "b", messages: [{ value: loose(undefined) }] },
    ];
    await expect(producer.sendBatch({ topicMessages })).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
    await expect(producer.sendBatch(loose({ topicMessages: {} }))).rejects.toThrow("topicMessages must be an array");
    await expect(producer.sendBatch(loose({ topicMessages: [{ topic: "a" }] }))).rejects.toThrow(
      "messages must be an array",
    );
    await turns();
    expect(cluster.pending).toEqual([]);
    await producer.close();
  });

  it("without messages are done at once", async () => {
    const producer = new Producer(new FakeCluster());
    expect(await producer.send({ topic: "orders", messages: [] })).toEqual([]);
    expect(await producer.sendBatch({ topicMessages: [] })).toEqual([]);
    await producer.close();
  });

  it("are refused with a partitioner that throws or answers nonsense", async () => {
    for (const partitioner of [() => 7, () => Number.NaN, () => loose("0")]) {
      const producer = new Producer(new FakeCluster(), { partitioner });
      await expect(producer.send({ topic: "orders", messages: [good] })).rejects.toMatchObject({
        code: "CLIENT_PARTITIONER_FAILED",
      });
      await producer.close();
    }
    const broken = new Producer(new FakeCluster(), {
      partitioner: () => {
        throw new Error("no idea");
      },
    });
    await expect(broken.send({ topic: "orders", messages: [good] })).rejects.toThrow(
      "for message 0 the partitioner threw: no idea",
    );
    await broken.close();
  });
});

describe("waiting and streaming", () => {
  it("are refused at the call, before anything changes", async () => {
    const producer = new Producer(new FakeCluster());
    const writable: readonly (readonly [unknown, string])[] = [
      [undefined, "writable: expected an object"],
      [{ topic: 5 }, "writable: topic must be the name of a topic"],
      [{ topic: "orders", acks: 7 }, "writable: acks must be one of"],
      [{ topic: "orders", highWaterMark: 0 }, "highWaterMark must be a whole number of at least 1"],
      [{ topic: "orders", linger: 5 }, 'writable: unknown option "linger"'],
    ];
    for (const [options, sentence] of writable) expect(() => producer.writable(loose(options))).toThrow(sentence);
    for (const options of [{ timeoutMs: -1 }, { timeoutMs: "1" }, { signal: new AbortController() }, { time: 1 }]) {
      await expect(producer.close(loose(options))).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
      await expect(producer.flush(loose(options))).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
    }
    expect(await producer.send({ topic: "orders", messages: [] })).toEqual([]);
    await producer.close();
    await expect(producer.close(loose({ timeoutMs: -1 }))).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
  });
});
