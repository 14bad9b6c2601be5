import { resolveClusterOptions, systemClock, type ClusterOptions } from "@moldau/connection-pool";
import { clusterOptionsAsData, secretOf } from "@moldau/connection-pool/internal";
import type { RetryNotice } from "@moldau/consumer";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { describe, expect, it } from "vitest";
import type { RepeatedHeartbeat } from "../../packages/consumer/src/membership/stand-in/repeated-heartbeat.js";
import { StandIn } from "../../packages/consumer/src/membership/stand-in/stand-in.js";

const heartbeat: RepeatedHeartbeat = {
  protocol: "classic",
  groupId: "billing",
  memberId: "m",
  generationId: 3,
  groupInstanceId: null,
  intervalMs: 200,
  timeoutMs: 5000,
};

interface Bench extends AsyncDisposable {
  readonly broker: ReferenceBroker;
  readonly standIn: StandIn;
  readonly beats: () => number;
  readonly notices: RetryNotice[];
}

async function bench(
  options: Partial<ClusterOptions> = {},
  asBroker: Parameters<typeof startBroker>[0] = {},
): Promise<Bench> {
  const broker = await startBroker(asBroker);
  let beats = 0;
  broker.on("request", ({ api }) => {
    if (api === "Heartbeat") beats++;
  });
  const resolved = resolveClusterOptions({ brokers: broker.bootstrapServers, ...options });
  const notices: RetryNotice[] = [];
  const standIn = new StandIn({
    groupId: "billing",
    maxPollIntervalMs: 60_000,
    cluster: clusterOptionsAsData(resolved, "This"),
    secret: secretOf(resolved),
    clock: systemClock,
    asked: () => 0,
    isWaiting: () => true,
    retrying: (notice) => void notices.push(notice),
  });
  return {
    broker,
    standIn,
    notices,
    beats: () => beats,
    [Symbol.asyncDispose]: async () => {
      await standIn.close();
      await broker.close();
    },
  };
}

/** Blocks this thread, as an application would that the worker stands in for. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("a stand-in in a thread of its own", () => {
  it("leaves heartbeats to a loop that breathes, and gives the turn back to one that was blocked", async () => {
    await using made = await bench();
    const { standIn, broker, beats } = made;
    const reached = new Promise((resolve) => broker.on("connected", resolve));
    standIn.prepare();
    await reached;
    standIn.repeat(heartbeat);
    expect(await standIn.claim()).toBeUndefined();
    standIn.release();
    block(1000);
    const claimed = standIn.claim();
    await claimed;
    standIn.release();
    // What the worker sent while this thread, in which the broker runs too, was blocked is answered now.
    await expect.poll(beats).toBeGreaterThan(0);
  });

  it("asks for a password that a function gives at each login, and logs in with it", async () => {
    let asked = 0;
    const password = (): string => `secret-${asked++ === 0 ? "before" : "now"}`;
    const sasl = { mechanism: "SCRAM-SHA-256", username: "alice", password } as const;
    await using made = await bench({ sasl }, { sasl: { users: [{ username: "alice", password: "secret-now" }] } });
    const login = new Promise<string>((resolve) => made.broker.on("loggedIn", ({ username }) => resolve(username)));
    made.standIn.prepare();
    expect(await login).toBe("alice");
    expect(asked).toBeGreaterThan(1);
  });

  it("lets the main thread heartbeat alone when its worker cannot begin, and says why", async () => {
    const password = (): string => {
      throw new Error("no vault");
    };
    await using made = await bench({ sasl: { mechanism: "PLAIN", username: "alice", password } });
    made.standIn.repeat(heartbeat);
    await expect.poll(() => made.notices.length).toBe(1);
    expect(made.notices[0]).toMatchObject({ operation: "heartbeat worker", error: { message: "no vault" } });
    expect(await made.standIn.claim()).toBeUndefined();
  });

  it("is over when it is closed, whatever comes then", async () => {
    await using made = await bench();
    made.standIn.prepare();
    await made.standIn.close();
    made.standIn.repeat(heartbeat);
    made.standIn.prepare();
    expect(await made.standIn.claim()).toBeUndefined();
    expect(made.notices).toEqual([]);
  });
});
