import dns from "node:dns";
import { Metadata } from "@moldau/protocol-codec";
import { systemClock, type Clock } from "@moldau/connection-pool";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { closeAll, newCluster } from "../support/connecting.js";
import { ScriptedBroker } from "../support/scripted-broker.js";

let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await closeAll();
  await broker.close();
});

/** The computer's clock, which notes how many timers were set and how many are pending. */
function watchedClock(): Clock & { set: number; pending: number } {
  return {
    set: 0,
    pending: 0,
    now: systemClock.now,
    monotonic: systemClock.monotonic,
    sleep: systemClock.sleep,
    soon: systemClock.soon,
    timer(ms, fire, options) {
      this.set += 1;
      this.pending += 1;
      let over = false;
      const end = (): void => {
        if (!over) this.pending -= 1;
        over = true;
      };
      const timer = systemClock.timer(
        ms,
        () => {
          end();
          fire();
        },
        options,
      );
      return {
        cancel: () => {
          end();
          timer.cancel();
        },
      };
    },
  };
}

it("sets no timer and sends nothing while nobody asks it for anything", async () => {
  const clock = watchedClock();
  const cluster = newCluster([broker], { clock, metadataMaxAgeMs: 10, requestTimeoutMs: 30_000 });
  const connection = await cluster.connect().then(() => cluster.lease({ name: "test" }).connection(7, "produce"));
  const before = { set: clock.set, requests: broker.requests.length };
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect({ set: clock.set, requests: broker.requests.length }).toEqual(before);
  // A thousand requests in a row need no more than the timer that is set already.
  for (let round = 0; round < 1000; round++) await connection.request(Metadata, 12, { topics: [] });
  expect(clock.set - before.set).toBeLessThanOrEqual(1);
  await cluster.close();
  expect(clock.pending).toBe(0);
});

it("keeps no process alive for what it refreshes behind everybody's back, although no broker answers", async () => {
  broker.on(Metadata, ({ topics }) =>
    broker.metadata((topics ?? []).map(({ name }) => ({ name, partitions: [{ partitionIndex: 0, leaderId: 7 }] }))),
  );
  let holding = 0;
  const timer: Clock["timer"] = (ms, fire, options) => {
    // A connection on its way may take its second.
    if (options?.background !== true && ms !== connectionTimeoutMs) holding += 1;
    return systemClock.timer(ms, fire, options);
  };
  const connectionTimeoutMs = 1001;
  const clock = { ...systemClock, timer };
  const cluster = newCluster([broker], { clock, connectionTimeoutMs, metadataMaxAgeMs: 0, requestTimeoutMs: 30_000 });
  await cluster.topic("orders");
  await broker.close();
  await systemClock.sleep(5);
  holding = 0;
  cluster.cachedTopic("orders");
  await systemClock.sleep(200);
  expect(holding).toBe(0);
});

it("leaves no connection and no timer behind when it is closed", async () => {
  const clock = watchedClock();
  const cluster = newCluster([broker], { clock });
  await cluster.connect();
  const connections = await Promise.all(["one", "two"].map((name) => cluster.lease({ name }).connection(7, "fetch")));
  const unanswered = connections.map((connection) =>
    connection.request(Metadata, 12, { topics: [] }).catch(() => undefined),
  );
  await cluster.close();
  await Promise.all(unanswered);
  expect(clock.pending).toBe(0);
  await expect.poll(() => broker.sockets.size).toBe(0);
});

it("tries every address that a name has", async () => {
  vi.spyOn(dns, "lookup").mockImplementation(((
    name: string,
    _options: unknown,
    done: (error: null, addresses: { address: string; family: number }[]) => void,
  ) => {
    expect(name).toBe("kafka.test");
    done(
      null,
      ["127.0.0.98", "127.0.0.99", "127.0.0.1"].map((address) => ({ address, family: 4 })),
    );
  }) as never);
  const cluster = newCluster([`kafka.test:${broker.port}`]);
  await cluster.connect();
  expect(broker.seen("Metadata")).toHaveLength(1);
});
