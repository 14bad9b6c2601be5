import { Fetch, writeBatch, writeTransactionMarker, type WriteBatchOptions } from "@moldau/protocol-codec";
import type { ReferenceBroker } from "@moldau/reference-broker";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

/** Has the broker answer every fetch of orders-0 from before `end` with these record sets, one after another, in the place of its own. */
function serve(broker: ReferenceBroker, end: bigint, ...recordSets: readonly Buffer[]): void {
  let next = 0;
  broker.intercept({ api: Fetch, topic: "orders" }, async (request) => {
    const asked = request.body.topics[0]?.partitions[0];
    const answer = await request.apply();
    if (asked === undefined || answer === undefined || asked.fetchOffset >= end) return;
    const records = recordSets[next++ % recordSets.length] ?? null;
    const responses =
      answer.responses?.map((topic) => ({
        ...topic,
        partitions: (topic.partitions ?? []).map((each) => ({ ...each, records })),
      })) ?? [];
    request.respond({ ...answer, responses });
  });
}

function batch(baseOffset: bigint, offsets: readonly bigint[], options: WriteBatchOptions = {}): Buffer {
  return writeBatch(
    { baseOffset, ...options },
    offsets.map((offset) => ({ offset, value: `v${offset}` })),
  );
}

const ten = Array.from({ length: 10 }, (_, index) => `v${index}`);

describe("the position advances by the batch's last offset", () => {
  it("past records that compaction took away, batches that it emptied, and control batches", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    const marker = writeTransactionMarker("COMMIT", {
      baseOffset: 7n,
      producerId: 9n,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      timestamp: 1000,
    });
    serve(
      run.broker,
      8n,
      Buffer.concat([batch(0n, [1n], { lastOffsetDelta: 3 }), batch(4n, [], { lastOffsetDelta: 2 }), marker]),
    );
    const consumer = run.consumer();
    const offsets: bigint[] = [];
    for await (const message of consumer) {
      offsets.push(message.offset);
      if (message.offset === 9n) break;
    }
    expect(offsets).toEqual([1n, 8n, 9n]);
    await consumer.close();
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(9n);
  });

  it("even when an answer holds nothing else, and a commit covers it", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    serve(run.broker, 10n, batch(0n, [], { lastOffsetDelta: 9 }));
    const consumer = run.consumer();
    const taken = takeValues(consumer, 1);
    await expect
      .poll(() => consumer.assignment().length > 0 && consumer.position({ topic: "orders", partition: 0 }))
      .toBe(10n);
    await consumer.close();
    expect(await taken).toEqual([]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(10n);
  });

  it("and what lies before the asked offset in the first batch is left out", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    const consumer = run.consumer();
    await consumer.connect();
    consumer.seek({ topic: "orders", partition: 0, offset: 7n });
    expect(await takeValues(consumer, 3)).toEqual(["v7", "v8", "v9"]);
    consumer.seek({ topic: "orders", partition: 0, offset: 4n });
    for await (const found of consumer.batches()) {
      expect(found).toMatchObject({ length: 6, firstOffset: 4n, nextOffset: 10n });
      break;
    }
  });

  it("and a batch that was cut off is fetched again", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    const [first, second] = [batch(0n, [0n, 1n]), batch(2n, [2n, 3n])];
    serve(run.broker, 4n, Buffer.concat([first, second.subarray(0, 40)]), second);
    expect(await takeValues(run.consumer(), 10)).toEqual(ten);
  });
});

describe("compressed batches", () => {
  it("are read by codecs that take their time", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    const reverse = (input: Buffer): Buffer => Buffer.from(input).reverse();
    const slow = {
      id: 1,
      name: "gzip" as const,
      compress: reverse,
      decompress: (input: Buffer) => new Promise<Buffer>((resolve) => setImmediate(() => resolve(reverse(input)))),
    };
    serve(run.broker, 10n, batch(0n, [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n], { compression: slow }));
    expect(await takeValues(run.consumer({ codecs: { gzip: slow } }), 10)).toEqual(ten);
    const lengths: number[] = [];
    for await (const found of run.consumer({ groupId: "other", codecs: { gzip: slow } }).batches({ maxMessages: 4 })) {
      lengths.push(found.toArray().length);
      if (lengths.length === 3) break;
    }
    expect(lengths).toEqual([4, 4, 2]);
  });

  it("that grow beyond the limit end the loop instead of the process", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    serve(run.broker, 1n, writeBatch({ baseOffset: 0n, compression: "gzip" }, [{ value: Buffer.alloc(1_000_000) }]));
    await expect(takeValues(run.consumer({ maxDecompressedBytes: 10_000 }), 1)).rejects.toMatchObject({
      code: "CLIENT_DECOMPRESSION_LIMIT",
      topic: "orders",
      partition: 0,
    });
  });
});

describe("a batch that cannot be read", () => {
  it("for its checksum ends the loop with the place, keeps what was done, and can be sought past", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    const bad = batch(2n, [2n, 3n]);
    bad.writeUInt8(bad.readUInt8(70) ^ 0xff, 70);
    serve(run.broker, 4n, Buffer.concat([batch(0n, [0n, 1n]), bad]), bad);
    const consumer = run.consumer();
    const values: string[] = [];
    const read = async (): Promise<void> => {
      for await (const message of consumer) if (values.push(String(message.value)) === 8) break;
    };
    await expect(read()).rejects.toMatchObject({ code: "CORRUPT_MESSAGE", topic: "orders", partition: 0, offset: 2n });
    await expect(read()).rejects.toMatchObject({ code: "CORRUPT_MESSAGE" });
    expect(values).toEqual(["v0", "v1"]);
    consumer.seek({ topic: "orders", partition: 0, offset: 4n });
    await read();
    expect(values.slice(2)).toEqual(["v4", "v5", "v6", "v7", "v8", "v9"]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBeLessThan(10n);
  });

  it.each([
    [
      "has a length that cannot be one",
      Buffer.concat([Buffer.alloc(11), Buffer.from([3]), Buffer.alloc(60)]),
      "CORRUPT_MESSAGE",
    ],
    [
      "is of an unknown format",
      Buffer.concat([
        Buffer.from([0, 0, 0, 0, 0, 0, 0, 5]),
        Buffer.from([0, 0, 0, 60, 0, 0, 0, 0, 9]),
        Buffer.alloc(60),
      ]),
      "CORRUPT_MESSAGE",
    ],
    ["lies before what was asked for", batch(0n, [0n, 1n]), "CLIENT_PROTOCOL_VIOLATION"],
  ])("because it %s ends the loop with a coded error", async (_what, records, code) => {
    await using run = await startConsuming();
    await run.send("orders", 0, ten);
    const consumer = run.consumer();
    await consumer.connect();
    consumer.seek({ topic: "orders", partition: 0, offset: 5n });
    serve(run.broker, 6n, records);
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code, topic: "orders", partition: 0 });
  });
});
