import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { turns } from "moldau-testing";
import { Producer, SendError } from "./index.js";

const toOrders = (value: string): { topic: string; messages: { value: string }[] } => ({
  topic: "orders",
  messages: [{ value }],
});

describe("when the leadership moves", () => {
  for (const acks of ["all", 1] as const) {
    it(`a batch under way to the old leader is not overtaken at the new one (acks ${acks})`, async () => {
      const cluster = new FakeCluster();
      const producer = new Producer(cluster, { acks });
      const first = producer.send(toOrders("0"));
      await turns();
      cluster.moveLeader("orders", 0, 2);
      const second = producer.send(toOrders("1"));
      await cluster.clock.advance(5000);
      const old = cluster.next();
      expect(old.node).toBe(1);
      expect(cluster.pending).toEqual([]);
      await old.refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      await cluster.clock.advance(200);
      const moved = cluster.next();
      expect([moved.node, moved.values]).toEqual([2, ["0"]]);
      await moved.succeed();
      await cluster.clock.advance(200);
      for (const request of cluster.pending.splice(0)) await request.succeed();
      await Promise.all([first, second]);
      expect(cluster.log("orders", 0).values).toEqual(["0", "1"]);
      await producer.close();
    });
  }

  it("a leader that the answer names gets the batch at once", async () => {
    const cluster = new FakeCluster();
    const producer = new Producer(cluster);
    const sent = producer.send(toOrders("0"));
    await turns();
    await cluster.next().refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, { currentLeader: { leaderId: 3, leaderEpoch: 9 } });
    const moved = cluster.next();
    expect(moved.node).toBe(3);
    await moved.succeed();
    await sent;
    expect(cluster.refreshes).toBe(0);
    await producer.close();
  });

  it("a partition without a leader waits for one, and asks for it ever more slowly", async () => {
    const cluster = new FakeCluster();
    cluster.moveLeader("orders", 0, -1);
    const producer = new Producer(cluster);
    const sent = producer.send(toOrders("0"));
    await cluster.clock.advance(10_000);
    expect(cluster.refreshes).toBeGreaterThan(5);
    expect(cluster.refreshes).toBeLessThan(20);
    cluster.moveLeader("orders", 0, 1);
    await turns();
    await cluster.next().succeed();
    await sent;
    const { refreshes } = cluster;
    await cluster.clock.advance(10_000);
    expect(cluster.refreshes - refreshes).toBeLessThanOrEqual(1);
    await producer.close();
  });

  it("a broker that cannot be reached may not lead any more: the metadata is read again", async () => {
    const cluster = new FakeCluster();
    cluster.unreachable = connectionClosed("nobody listens", { written: false });
    const producer = new Producer(cluster, { deliveryTimeoutMs: 1000 });
    const waitFor = cluster.connection.bind(cluster);
    cluster.connection = async (...args) => {
      await cluster.clock.sleep(50);
      return waitFor(...args);
    };
    const call = producer.send(toOrders("0")).catch((error: unknown) => error);
    await cluster.clock.advance(1000);
    const error = await call;
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ code: "CLIENT_DELIVERY_TIMEOUT", failed: [{ written: "no" }] });
    expect((error as SendError).message).toContain("nobody listens");
    expect(cluster.refreshes).toBeGreaterThan(3);
    await producer.close();
  });

  it("a login that is refused fails what was to go there, at once", async () => {
    const cluster = new FakeCluster();
    cluster.unreachable = new KafkaError("CLIENT_SASL_FAILED", "wrong password");
    const producer = new Producer(cluster);
    await expect(producer.send(toOrders("0"))).rejects.toMatchObject({
      code: "CLIENT_SASL_FAILED",
      failed: [{ written: "no" }],
    });
    await producer.close();
  });
});
