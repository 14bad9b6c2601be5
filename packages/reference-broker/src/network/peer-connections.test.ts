import { Metadata, Produce, writeBatch } from "@moldau/protocol-codec";
import { expect, onTestFinished, test } from "vitest";
import { ReferenceBroker } from "../broker.js";
import { RunningCluster } from "../running-cluster.js";
import type { PeerRequest } from "../partitions/peers.js";

/** Two brokers and the way from the first to the one that leads "orders". */
async function start() {
  const cluster = await RunningCluster.start({ brokers: 2 });
  const broker = new ReferenceBroker(cluster);
  onTestFinished(() => broker.close());
  await broker.createTopic("orders");
  await broker.moveLeader("orders", 0, 2);
  const peers = cluster.nodes.find(({ nodeId }) => nodeId === 1)?.peers;
  if (peers === undefined) throw new Error("there is no first broker");
  const produce = (more: Partial<PeerRequest<typeof Produce.request.fields>> = {}) =>
    peers.request(Produce, {
      nodeId: 2,
      version: 9,
      body: {
        acks: -1,
        timeoutMs: 1000,
        topicData: [{ name: "orders", partitionData: [{ index: 0, records: writeBatch({}, [{ value: "a" }]) }] }],
      },
      ...more,
    });
  const errorOf = async () => (await produce()).responses[0]?.partitionResponses[0]?.errorCode;
  return { broker, peers, produce, errorOf };
}

test("a broker writes into partitions that another one leads, and is told as any client who leads", async () => {
  const { broker, peers, errorOf } = await start();
  const told = broker.waitFor("request", ({ api, broker: nodeId }) => api === "Produce" && nodeId === 2);
  expect(await errorOf()).toBe(0);
  expect(await told).toMatchObject({ clientId: "broker-1" });
  expect(broker.log("orders", 0).logEndOffset).toBe(1n);
  await broker.moveLeader("orders", 0, 1);
  expect(await errorOf()).toBe(6);
  const { brokers } = await peers.request(Metadata, { nodeId: 1, version: 12, body: { topics: [] } });
  expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
});

test("faults hit its requests as those of clients", async () => {
  const { broker, errorOf, produce } = await start();
  const unreachable = { code: "BROKER_PEER_UNREACHABLE", retriable: true, broker: 2, apiName: "Produce" };
  broker.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("NOT_ENOUGH_REPLICAS"));
  expect(await errorOf()).toBe(19);
  broker.clearIntercepts();
  broker.intercept({ api: "Produce", nth: 1 }, async (request) => {
    await request.apply();
    request.drop();
  });
  await expect(produce()).rejects.toMatchObject(unreachable);
  expect(broker.log("orders", 0).logEndOffset).toBe(1n);
  broker.clearIntercepts();
  broker.intercept({ api: "Produce" }, (request) => request.hang());
  await expect(produce({ timeoutMs: 20 })).rejects.toMatchObject(unreachable);
  const abort = new AbortController();
  const given = produce({ signal: abort.signal });
  abort.abort(new Error("not wanted any more"));
  await expect(given).rejects.toThrow("not wanted any more");
  const cut = produce().catch((error: unknown) => error);
  await broker.stopNode(2);
  expect(await cut).toMatchObject(unreachable);
});

test("a broker that is stopped is not reached, and is again when it is started", async () => {
  const { broker, produce, errorOf } = await start();
  await broker.stopNode(2);
  await expect(produce()).rejects.toThrow("the broker 2 did not answer Produce: it does not run");
  await broker.startNode(2);
  expect(await errorOf()).toBe(0);
});
