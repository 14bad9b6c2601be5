import { ApiVersions, Metadata } from "@moldau/protocol-codec";
import { systemClock, type Clock } from "@moldau/connection-pool";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster, until } from "../support/connecting.js";
import { ScriptedBroker, silence } from "../support/scripted-broker.js";

let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

describe("an owner that is over", () => {
  it("opens nothing any more, whatever of it still runs", async () => {
    const cluster = newCluster([broker]);
    await cluster.connect();
    const lease = cluster.lease({ name: "producer" });
    const connection = await lease.connection(7, "produce");
    await Promise.all([lease.close(), lease.close()]);
    expect([connection.isOpen, lease.isClosed]).toEqual([false, true]);
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await failureOf(lease.connection(7, "produce"));
      expect(error).toMatchObject({
        code: "CLIENT_CLOSED",
        message: "The producer has been closed.",
        retriable: false,
      });
    }
    expect(broker.accepted).toBe(2);
  });

  it("leaves no connection behind that was on its way", async () => {
    const cluster = newCluster([broker]);
    await cluster.connect();
    const lease = cluster.lease({ name: "producer" });
    broker.on(ApiVersions, () => silence);
    const opening = failureOf(lease.connection(7, "produce"));
    await until(() => broker.accepted === 2);
    await lease.close();
    expect((await opening).code).toBe("CLIENT_CLOSED");
    await expect.poll(() => broker.sockets.size).toBe(1);
  });

  it("opens no connection to a node that was still being asked for when it ended", async () => {
    const cluster = newCluster([broker]);
    let answer = (): void => undefined;
    broker.on(Metadata, async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return broker.metadata();
    });
    const lease = cluster.lease({ name: "producer" });
    const opening = failureOf(lease.connection(7, "produce"));
    await until(() => broker.seen("Metadata").length === 1);
    await lease.close();
    answer();
    expect((await opening).code).toBe("CLIENT_CLOSED");
    expect(broker.accepted).toBe(1);
  });

  it("leaves the connections of others alone", async () => {
    const cluster = newCluster([broker]);
    await cluster.connect();
    const [mine, yours] = [cluster.lease({ name: "mine" }), cluster.lease({ name: "yours" })];
    const connections = await Promise.all([
      mine.connection(7, "produce"),
      mine.connection(7, "produce"),
      mine.connection(7, "fetch"),
      yours.connection(7, "produce"),
    ]);
    expect(connections[0]).toBe(connections[1]);
    expect(broker.accepted).toBe(4);
    await mine.close();
    expect(connections.map(({ isOpen }) => isOpen)).toEqual([false, false, false, true]);
  });

  it("is refused from the beginning by a client that was closed", async () => {
    const cluster = newCluster([broker]);
    const lease = cluster.lease({ name: "producer" });
    await cluster.close();
    expect(() => cluster.lease({ name: "other" })).toThrow(/client has been closed/u);
    expect((await failureOf(lease.connection(7, "produce"))).code).toBe("CLIENT_CLOSED");
    expect(lease.isClosed).toBe(true);
    await lease.close();
  });
});

describe("a connection that nobody has used for long", () => {
  it("is closed, and the next to ask for it gets another one", async () => {
    const cluster = newCluster([broker], { connectionsMaxIdleMs: 60 });
    await cluster.connect();
    const lease = cluster.lease({ name: "producer" });
    const connection = await lease.connection(7, "produce");
    await expect.poll(() => broker.sockets.size).toBe(0);
    expect(connection.isOpen).toBe(false);
    expect((await failureOf(connection.request(Metadata, 12, { topics: [] }))).message).toContain(
      "connectionsMaxIdleMs",
    );
    expect((await lease.connection(7, "produce")).isOpen).toBe(true);
    await cluster.refreshTopics(["t"]);
  });

  it("stays while it is used, or an answer is due on it", async () => {
    const cluster = newCluster([broker], { connectionsMaxIdleMs: 80 });
    await cluster.connect();
    const lease = cluster.lease({ name: "producer" });
    const [used, waiting] = await Promise.all([lease.connection(7, "produce"), lease.connection(7, "fetch")]);
    broker.on(Metadata, ({ topics }, { connection }) =>
      topics === null && connection > 0 ? silence : broker.metadata(),
    );
    const unanswered = failureOf(waiting.request(Metadata, 12, { topics: null }, { timeoutMs: 1000 }));
    for (let round = 0; round < 10; round++) {
      await systemClock.sleep(30);
      await used.request(Metadata, 12, { topics: [] });
    }
    expect([used.isOpen, waiting.isOpen]).toEqual([true, true]);
    await lease.close();
    await unanswered;
  });

  it("costs one timer for all connections, set again only when it fires", async () => {
    let timers = 0;
    const timer: Clock["timer"] = (ms, fire, options) => {
      if (ms > 100_000) timers += 1;
      return systemClock.timer(ms, fire, options);
    };
    const cluster = newCluster([broker], { clock: { ...systemClock, timer }, connectionsMaxIdleMs: 200_000 });
    await cluster.connect();
    const lease = cluster.lease({ name: "producer" });
    const connections = await Promise.all([lease.connection(7, "produce"), lease.connection(7, "fetch")]);
    for (let round = 0; round < 100; round++) await connections[0].request(Metadata, 12, { topics: [] });
    expect(timers).toBe(1);
  });
});
