import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { turns } from "moldau-testing";
import { Producer, SendError, type FailedEvent, type ProducerOptions } from "./index.js";

function start(options: ProducerOptions = {}): { cluster: FakeCluster; producer: Producer } {
  const cluster = new FakeCluster({ orders: 1 });
  return { cluster, producer: new Producer(cluster, options) };
}

async function send(producer: Producer, value: string): Promise<unknown> {
  return producer.send({ topic: "orders", messages: [{ value }] });
}

/** The SendError that a call rejects with. */
async function failure(call: Promise<unknown>): Promise<SendError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SendError) return error;
  throw new Error("The call did not fail with a SendError.", { cause: error });
}

describe("a batch that expires", () => {
  it("says that nothing was written when it never went out", async () => {
    const { cluster, producer } = start({ deliveryTimeoutMs: 500 });
    cluster.moveLeader("orders", 0, -1);
    const call = failure(send(producer, "a"));
    await cluster.clock.advance(500);
    const error = await call;
    expect(error.code).toBe("CLIENT_DELIVERY_TIMEOUT");
    expect(error.failed).toMatchObject([{ topic: "orders", partition: 0, indexes: [0], written: "no" }]);
    await producer.close();
  });

  it("says that it may be written when an attempt is open, and leaves no gap if that attempt succeeds after all", async () => {
    const { cluster, producer } = start({ deliveryTimeoutMs: 500 });
    const call = failure(send(producer, "a"));
    await turns();
    await cluster.clock.advance(500);
    expect((await call).failed).toMatchObject([{ written: "maybe" }]);
    const next = send(producer, "b");
    await cluster.next().succeed();
    await cluster.clock.advance(200);
    const request = cluster.next();
    expect(request.partitions).toMatchObject([{ producerEpoch: 0, baseSequence: 1 }]);
    await request.succeed();
    await next;
    expect(cluster.log("orders", 0).values).toEqual(["a", "b"]);
    await producer.close();
  });

  it("is left behind by a new epoch with rewritten numbers, and the next ones go through, in order, once", async () => {
    const { cluster, producer } = start({ deliveryTimeoutMs: 1000 });
    const first = send(producer, "0");
    await turns();
    await cluster.next().succeed();
    await first;
    const lost = failure(send(producer, "lost"));
    await turns();
    await cluster.clock.advance(600);
    const later = ["1", "2"].map(async (value) => {
      await turns();
      return send(producer, value);
    });
    await turns();
    await cluster.next().disconnect();
    await cluster.clock.advance(200);
    // Sent again under its old number, and lost again; the others are behind it by now.
    const [again, ...behind] = cluster.pending.splice(0);
    expect(again?.values).toEqual(["lost"]);
    expect(behind.flatMap(({ values }) => values)).toEqual(["1", "2"]);
    await again?.disconnect();
    await cluster.clock.advance(250);
    expect((await lost).failed).toMatchObject([{ code: "CLIENT_DELIVERY_TIMEOUT", written: "maybe" }]);
    cluster.onRequest = (request) => void request.succeed();
    for (const request of cluster.pending.splice(0)) await request.succeed();
    await cluster.clock.advance(1000);
    await Promise.all(later);
    expect(cluster.log("orders", 0).values).toEqual(["0", "1", "2"]);
    const last = send(producer, "3");
    await cluster.clock.advance(10);
    await last;
    expect(cluster.log("orders", 0).values).toEqual(["0", "1", "2", "3"]);
    await producer.close();
  });
});

describe("a batch that is refused for good", () => {
  it("fails with the broker's reason and the culprits, and those sent behind it go through under a new epoch", async () => {
    const { cluster, producer } = start();
    const failed: FailedEvent[] = [];
    producer.on("failed", (event) => failed.push(event));
    const first = send(producer, "0");
    await turns();
    await cluster.next().succeed();
    await first;
    const bad = failure(producer.send({ topic: "orders", messages: [{ value: "good" }, { value: "bad" }] }));
    await turns();
    const behind = send(producer, "1");
    await turns();
    const [refused, follower] = [cluster.next(), cluster.next()];
    await refused.refuse(ErrorCode.INVALID_RECORD, {
      errorMessage: "One or more records have been rejected",
      recordErrors: [{ batchIndex: 1, batchIndexErrorMessage: "a key is needed" }],
    });
    const error = await bad;
    expect(error.failed).toMatchObject([
      { code: "INVALID_RECORD", indexes: [0, 1], written: "no", culprits: [{ index: 1, reason: "a key is needed" }] },
    ]);
    expect(error.message).toContain("One or more records have been rejected");
    expect(failed).toMatchObject([{ topic: "orders", partition: 0, count: 2, written: "no" }]);
    // The broker misses the numbers in between.
    await follower.succeed();
    expect(cluster.log("orders", 0).values).toEqual(["0"]);
    await cluster.clock.advance(200);
    const rewritten = cluster.next();
    expect(rewritten.partitions).toMatchObject([{ producerEpoch: 1, baseSequence: 0, values: ["1"] }]);
    await rewritten.succeed();
    await behind;
    await producer.close();
  });

  it("is told apart from those of the same call that were delivered", async () => {
    const cluster = new FakeCluster({ orders: 2 });
    const producer = new Producer(cluster);
    const messages = [0, 1, 0, 1].map((partition, index) => ({ partition, value: String(index) }));
    const call = failure(producer.send({ topic: "orders", messages }));
    await turns();
    await cluster
      .next()
      .answer(({ partition }) =>
        partition === 0 ? { errorCode: 0, baseOffset: 10n } : { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED },
      );
    const error = await call;
    expect(error.delivered).toMatchObject([{ partition: 0, baseOffset: 10n, indexes: [0, 2], count: 2 }]);
    expect(error.failed).toMatchObject([
      { partition: 1, indexes: [1, 3], code: "TOPIC_AUTHORIZATION_FAILED", written: "no" },
    ]);
    expect(error.retriable).toBe(false);
    await producer.close();
  });
});

describe("a broker that lost its memory of the producer", () => {
  for (const errorCode of [ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.UNKNOWN_PRODUCER_ID]) {
    it(`gets the batch again in a new epoch (error ${errorCode})`, async () => {
      const { cluster, producer } = start();
      const first = send(producer, "0");
      await turns();
      await cluster.next().succeed();
      await first;
      const second = send(producer, "1");
      await turns();
      await cluster.next().refuse(errorCode);
      await cluster.clock.advance(200);
      const again = cluster.next();
      expect(again.partitions).toMatchObject([{ producerEpoch: 1, baseSequence: 0, values: ["1"] }]);
      await again.succeed();
      expect(await second).toMatchObject([{ baseOffset: 1n }]);
      await producer.close();
    });
  }

  it("that knows a batch but not its offset any more has it: success without an offset", async () => {
    const { cluster, producer } = start();
    const sent = send(producer, "0");
    await turns();
    await cluster.next().refuse(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
    expect(await sent).toEqual([{ topic: "orders", partition: 0, count: 1, indexes: [0] }]);
    await producer.close();
  });

  it("gets another producer id when the epochs are used up", async () => {
    const { cluster, producer } = start();
    let ids = 0;
    cluster.initProducerId = () => ({
      errorCode: 0,
      producerId: BigInt(100 + ids++),
      producerEpoch: ids === 1 ? 32_767 : 0,
    });
    const first = send(producer, "0");
    await turns();
    await cluster.next().succeed();
    await first;
    const second = send(producer, "1");
    await turns();
    await cluster.next().refuse(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    await cluster.clock.advance(200);
    const again = cluster.next();
    expect(ids).toBe(2);
    expect(again.partitions).toMatchObject([{ producerEpoch: 0, baseSequence: 0, values: ["1"] }]);
    await again.succeed();
    await second;
    await producer.close();
  });
});

describe("a producer id", () => {
  it("that the cluster refuses fails what needs it, and nothing else", async () => {
    const { cluster, producer } = start();
    cluster.initProducerId = () => ({
      errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
      producerId: -1n,
      producerEpoch: -1,
    });
    const call = failure(send(producer, "a"));
    const other = producer.send({ topic: "orders", messages: [{ value: "b" }], acks: 1 });
    await turns();
    expect((await call).failed).toMatchObject([{ code: "CLUSTER_AUTHORIZATION_FAILED", written: "no" }]);
    await turns();
    await cluster.next().succeed();
    await other;
    await producer.close();
  });

  it("is asked for again while the cluster is not ready", async () => {
    const { cluster, producer } = start();
    let asked = 0;
    cluster.initProducerId = () => ({
      errorCode: asked++ < 2 ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : 0,
      producerId: 7n,
      producerEpoch: 0,
    });
    const sent = send(producer, "a");
    await cluster.clock.advance(1000);
    await cluster.next().succeed();
    await sent;
    expect(asked).toBe(3);
    await producer.close();
  });
});
