import { Fetch, ListOffsets, writeBatch, writeTransactionMarker } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues, type Consuming } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };
const producer = (id: number) => ({ producerId: BigInt(id), producerEpoch: 0, baseSequence: 0, isTransactional: true });
const values = (...texts: readonly string[]) => texts.map((value) => ({ value }));

/** A log in which one transaction was committed, one aborted, and messages outside of any stand between; each batch with its offset. */
const log = Buffer.concat([
  writeBatch({ baseOffset: 0n, ...producer(1) }, values("a", "b")),
  writeBatch({ baseOffset: 2n, ...producer(2) }, values("aborted")),
  writeBatch({ baseOffset: 3n }, values("c")),
  writeBatch({ baseOffset: 4n, ...producer(2) }, values("aborted too")),
  writeTransactionMarker("ABORT", {
    producerId: 2n,
    producerEpoch: 0,
    baseOffset: 5n,
    coordinatorEpoch: 0,
    timestamp: 1,
  }),
  writeTransactionMarker("COMMIT", {
    producerId: 1n,
    producerEpoch: 0,
    baseOffset: 6n,
    coordinatorEpoch: 0,
    timestamp: 1,
  }),
  writeBatch({ baseOffset: 7n, ...producer(2) }, values("d")),
  writeTransactionMarker("COMMIT", {
    producerId: 2n,
    producerEpoch: 0,
    baseOffset: 8n,
    coordinatorEpoch: 0,
    timestamp: 1,
  }),
]);

/** Has fetches answered out of that log, with the list of aborted transactions that a broker makes of it for who asks with read_committed. */
function serve({ broker }: Consuming): { readonly levels: number[] } {
  const levels: number[] = [];
  broker.intercept({ api: Fetch, topic: "orders" }, async (request) => {
    const asked = request.body.topics[0]?.partitions[0]?.fetchOffset ?? 9n;
    levels.push(request.body.isolationLevel);
    const answer = await request.apply();
    if (answer === undefined) return;
    const isCommittedOnly = request.body.isolationLevel === 1;
    const responses = (answer.responses ?? []).map((topic) => ({
      ...topic,
      partitions: (topic.partitions ?? []).map((each) => ({
        ...each,
        highWatermark: 9n,
        lastStableOffset: 9n,
        abortedTransactions: isCommittedOnly && asked <= 5n ? [{ producerId: 2n, firstOffset: 2n }] : [],
        records: asked < 9n ? log : null,
      })),
    }));
    request.respond({ ...answer, responses });
  });
  return { levels };
}

describe("messages of transactions", () => {
  it("are handed out only when they were committed, and a commit covers what was left out", async () => {
    await using run = await startConsuming();
    await run.send(
      "orders",
      0,
      Array.from({ length: 9 }, () => "placeholder"),
    );
    const { levels } = serve(run);
    const consumer = run.consumer();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const message of consumer) seen.push(String(message.value));
    })();
    await expect.poll(() => seen).toEqual(["a", "b", "c", "d"]);
    await expect.poll(() => consumer.position(orders)).toBe(9n);
    expect(new Set(levels)).toEqual(new Set([1]));
    await consumer.close();
    await reading;
    expect(await run.committed(orders)).toBe(9n);
  });

  it("are left out where reading begins in the middle of the aborted transaction, and from batches", async () => {
    await using run = await startConsuming();
    await run.send(
      "orders",
      0,
      Array.from({ length: 9 }, () => "placeholder"),
    );
    serve(run);
    const consumer = run.consumer();
    await consumer.connect();
    consumer.seek({ ...orders, offset: 4n });
    expect(await takeValues(consumer, 1)).toEqual(["d"]);
    consumer.seek({ ...orders, offset: 0n });
    for await (const batch of consumer.batches()) {
      expect(batch.toArray().map(({ value }) => String(value))).toEqual(["a", "b", "c", "d"]);
      expect([batch.length, batch.nextOffset, batch.lag]).toEqual([4, 9n, 0n]);
      break;
    }
  });

  it("are all handed out to who reads uncommitted ones", async () => {
    await using run = await startConsuming();
    await run.send(
      "orders",
      0,
      Array.from({ length: 9 }, () => "placeholder"),
    );
    const { levels } = serve(run);
    const consumer = run.consumer({ isolationLevel: "read_uncommitted" });
    expect(await takeValues(consumer, 6)).toEqual(["a", "b", "aborted", "c", "aborted too", "d"]);
    expect(new Set(levels)).toEqual(new Set([0]));
  });

  it("that are still open end the partition for lag and for the place called latest", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const asked: number[] = [];
    run.broker.on("request", ({ api, body }) => {
      const level: unknown =
        typeof body === "object" && body !== null ? Reflect.get(body, "isolationLevel") : undefined;
      if (api === ListOffsets.name && typeof level === "number") asked.push(level);
    });
    run.broker.intercept({ api: Fetch, topic: "orders" }, async (request) => {
      const answer = await request.apply();
      if (answer === undefined) return;
      const responses = (answer.responses ?? []).map((topic) => ({
        ...topic,
        partitions: (topic.partitions ?? []).map((each) => ({ ...each, highWatermark: 50n, lastStableOffset: 1n })),
      }));
      request.respond({ ...answer, responses });
    });
    const consumer = run.consumer();
    await takeValues(consumer, 1, () => {
      expect(consumer.lag()).toEqual([{ ...orders, position: 1n, highWatermark: 1n, lag: 0n }]);
    });
    const uncommitted = run.consumer({ isolationLevel: "read_uncommitted", groupId: "other" });
    await takeValues(uncommitted, 1, () => {
      expect(uncommitted.lag()).toMatchObject([{ highWatermark: 50n, lag: 49n }]);
    });
    expect(asked).toEqual([1, 0]);
  });
});

it("an unknown isolation level is refused when the consumer is made", async () => {
  await using run = await startConsuming();
  expect(() => Reflect.apply(run.consumer, run, [{ isolationLevel: "committed" }])).toThrow(
    expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT", message: expect.stringContaining("read_committed") }),
  );
});
