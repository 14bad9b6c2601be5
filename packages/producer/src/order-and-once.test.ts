import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { turns } from "moldau-testing";
import { Producer, type ProducerOptions } from "./index.js";

function start(
  options: ProducerOptions = {},
  topics?: Record<string, number>,
): { cluster: FakeCluster; producer: Producer } {
  const cluster = new FakeCluster(topics);
  return { cluster, producer: new Producer(cluster, options) };
}

function send(producer: Producer, ...values: string[]): Promise<unknown> {
  return producer.send({ topic: "orders", messages: values.map((value) => ({ value })) });
}

/** Sends one batch for each value, and gets the first acknowledged, so that the rest may be under way together. */
async function pipelined(
  cluster: FakeCluster,
  producer: Producer,
  values: readonly string[],
): Promise<Promise<unknown>[]> {
  const sent: Promise<unknown>[] = [];
  for (const [index, value] of values.entries()) {
    sent.push(send(producer, value));
    await turns();
    if (index === 0) await cluster.next().succeed();
  }
  return sent;
}

describe("a producer", () => {
  it("delivers messages and says where they are", async () => {
    const { cluster, producer } = start();
    const sent = send(producer, "a", "b");
    await turns();
    await cluster.next().succeed();
    expect(await sent).toEqual([{ topic: "orders", partition: 0, baseOffset: 0n, count: 2, indexes: [0, 1] }]);
    expect(cluster.log("orders", 0).values).toEqual(["a", "b"]);
    await producer.close();
  });

  it("puts what is sent in one turn of the event loop into one request", async () => {
    const { cluster, producer } = start();
    const sent = ["a", "b", "c"].map((value) => send(producer, value));
    await turns();
    expect(cluster.pending.length).toBe(1);
    await cluster.next().succeed();
    expect((await Promise.all(sent)).flat()).toMatchObject([
      { baseOffset: 0n },
      { baseOffset: 1n },
      { baseOffset: 2n },
    ]);
    await producer.close();
  });
});

describe("after an ambiguous failure", () => {
  it("sends the same batch again under the same numbers, and it is in the log once", async () => {
    const { cluster, producer } = start();
    const sent = send(producer, "a");
    await turns();
    const first = cluster.next().apply();
    await first.disconnect();
    await cluster.clock.advance(150);
    const second = cluster.next();
    expect(second.partitions[0]?.records).toEqual(first.partitions[0]?.records);
    await second.succeed();
    expect(await sent).toMatchObject([{ baseOffset: 0n, count: 1 }]);
    expect(cluster.log("orders", 0).values).toEqual(["a"]);
    await producer.close();
  });

  it("keeps the order of five requests under way that are lost together", async () => {
    const { cluster, producer } = start();
    const sent = await pipelined(cluster, producer, ["0", "1", "2", "3", "4", "5"]);
    expect(cluster.pending.length).toBe(5);
    cluster.pending[0]?.apply();
    cluster.pending[1]?.apply();
    await cluster.pending[0]?.disconnect();
    cluster.pending.length = 0;
    cluster.onRequest = (request) => void request.succeed();
    await cluster.clock.advance(1000);
    await Promise.all(sent);
    expect(cluster.log("orders", 0).values).toEqual(["0", "1", "2", "3", "4", "5"]);
    await producer.close();
  });

  it("sends nothing new while something waits to be sent again", async () => {
    const { cluster, producer } = start();
    const sent = await pipelined(cluster, producer, ["0", "1", "2"]);
    const [one, two] = [cluster.next(), cluster.next()];
    await one.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
    sent.push(send(producer, "3"));
    await cluster.clock.advance(500);
    expect(cluster.pending.length).toBe(0);
    await two.succeed();
    await cluster.clock.advance(500);
    expect(cluster.pending[0]?.values).toEqual(["1"]);
    expect(cluster.pending[1]?.values).toEqual(["2"]);
    cluster.onRequest = (request) => void request.succeed();
    while (cluster.pending.length > 0) await cluster.next().succeed();
    await cluster.clock.advance(500);
    await Promise.all(sent);
    expect(cluster.log("orders", 0).values).toEqual(["0", "1", "2", "3"]);
    await producer.close();
  });
});
