import { performance } from "node:perf_hooks";
import { startBroker } from "@moldau/reference-broker";
import { Metadata, SaslHandshake } from "@moldau/protocol-codec";
import type { Cluster, OperationOptions } from "@moldau/connection-pool";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { brokerTls, testAuthority } from "../support/certificates.js";
import { closeAll, failureOf, newCluster, until } from "../support/connecting.js";
import { ScriptedBroker, silence } from "../support/scripted-broker.js";
import { deadAddress } from "../support/free-ports.js";

let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

/** Everything that can be asked of a cluster. */
const questions: readonly [string, (cluster: Cluster, options: OperationOptions) => Promise<unknown>][] = [
  ["connect", (cluster, options) => cluster.connect(options)],
  ["topic", (cluster, options) => cluster.topic("orders", options)],
  ["refreshTopics", (cluster, options) => cluster.refreshTopics(["orders"], options)],
  ["request", (cluster, options) => cluster.request(Metadata, { topics: [] }, options)],
  ["controller", (cluster, options) => cluster.controller(options)],
  ["coordinator", (cluster, options) => cluster.coordinator("group", "billing", options)],
];

async function timed(work: Promise<unknown>): Promise<{ error: Awaited<ReturnType<typeof failureOf>>; ms: number }> {
  const before = performance.now();
  const error = await failureOf(work);
  return { error, ms: performance.now() - before };
}

describe.each(questions)("%s", (_, ask) => {
  it("repeats what may pass for as long as its caller says, then tells the last reason", async () => {
    const { error, ms } = await timed(ask(newCluster([await deadAddress()]), { timeoutMs: 250 }));
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_FAILED", retriable: true });
    expect(error.message).toContain("ECONNREFUSED");
    expect(ms).toBeGreaterThan(150);
    expect(ms).toBeLessThan(900);
  });

  it("succeeds when what it waited for has passed", async () => {
    const address = await deadAddress();
    const outcome = ask(newCluster([address]), { timeoutMs: 5000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const late = await startBroker({ port: Number(address.split(":")[1]), topics: [{ topic: "orders" }] });
    try {
      await outcome;
    } finally {
      await closeAll();
      await late.close();
    }
  });

  it.each([
    [
      "a wrong password",
      { sasl: { mechanism: "PLAIN", username: "u", password: "wrong" } as const },
      "SASL_AUTHENTICATION_FAILED",
    ],
    [
      "a mechanism that the broker has not",
      { sasl: { mechanism: "SCRAM-SHA-512", username: "u", password: "p" } as const },
      "UNSUPPORTED_SASL_MECHANISM",
    ],
  ])("fails at once for %s", async (_cause, login, code) => {
    const secured = await startBroker({
      sasl: { users: [{ username: "u", password: "right" }], mechanisms: ["PLAIN"] },
    });
    try {
      const { error, ms } = await timed(ask(newCluster([...secured.bootstrapServers], login), { timeoutMs: 5000 }));
      expect(error).toMatchObject({ code, retriable: false });
      expect(ms).toBeLessThan(2500);
    } finally {
      await closeAll();
      await secured.close();
    }
  });

  it("fails at once for a certificate that nobody vouches for", async () => {
    const secured = await ScriptedBroker.start({ tls: brokerTls });
    try {
      const { error, ms } = await timed(ask(newCluster([secured], { tls: true }), { timeoutMs: 5000 }));
      expect(error).toMatchObject({ code: "CLIENT_TLS_FAILED", retriable: false });
      expect(ms).toBeLessThan(2500);
    } finally {
      await closeAll();
      await secured.close();
    }
  });
});

describe("the reason", () => {
  it("says what to look at when encryption or login are other than the port's", async () => {
    const encrypted = await ScriptedBroker.start({ tls: brokerTls });
    const plain = await startBroker();
    try {
      const toEncrypted = await failureOf(newCluster([encrypted]).connect({ timeoutMs: 200 }));
      expect(toEncrypted.message).toMatch(/option tls/u);
      const cluster = newCluster([...plain.bootstrapServers], { tls: { ca: testAuthority } });
      expect((await failureOf(cluster.connect({ timeoutMs: 200 }))).message).toMatch(/leave out the option tls/u);
      broker.on(SaslHandshake, () => ({ errorCode: 34, mechanisms: [] }));
      const login = { mechanism: "PLAIN", username: "u", password: "p" } as const;
      const { error, ms } = await timed(newCluster([broker], { sasl: login }).connect({ timeoutMs: 5000 }));
      expect(error).toMatchObject({ code: "ILLEGAL_SASL_STATE", retriable: false });
      expect(error.message).toMatch(/wants no login on this port: leave out the option sasl/u);
      expect(ms).toBeLessThan(1000);
    } finally {
      await closeAll();
      await Promise.all([encrypted.close(), plain.close()]);
    }
  });

  it("is told to each who waits for the same answer, at the end of his own time", async () => {
    const cluster = newCluster([await deadAddress()], { requestTimeoutMs: 10_000 });
    const waits = await Promise.all([100, 300, 500].map((timeoutMs) => timed(cluster.topic("orders", { timeoutMs }))));
    waits.forEach(({ error, ms }, index) => {
      expect(error.message).toContain("ECONNREFUSED");
      expect(error.message).toContain(`"orders" was not found within ${[100, 300, 500][index]} ms`);
      expect(ms).toBeLessThan(((waits[index + 1]?.ms ?? Infinity) + ms) / 2 + 100);
    });
  });

  it("is told when a topic does not exist, with the topic's name and what to do", async () => {
    const plain = await startBroker();
    try {
      const retried: string[] = [];
      const cluster = newCluster([...plain.bootstrapServers]);
      const options = { timeoutMs: 200, retrying: ({ error }: { error: Error }) => void retried.push(error.message) };
      const error = await failureOf(cluster.topic("no-such", options));
      expect(error).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "no-such" });
      expect(error.message).toMatch(/"no-such" was not found within 200 ms.*auto\.create\.topics\.enable/u);
      expect(retried.length).toBeGreaterThan(0);
      expect(retried[0]).toContain('"no-such"');
    } finally {
      await closeAll();
      await plain.close();
    }
  });
});

describe("questions about topics", () => {
  it("end when nobody waits for them any more", async () => {
    const cluster = newCluster([await deadAddress()], { requestTimeoutMs: 10_000 });
    await failureOf(cluster.topic("orders", { timeoutMs: 50 }));
    // Nothing of it is left: the next question begins anew and has its own attempts.
    let retries = 0;
    await failureOf(cluster.topic("orders", { timeoutMs: 100, retrying: () => (retries += 1) }));
    expect(retries).toBeGreaterThan(0);
  });

  it("about a topic that is not there wait their turn like all others, however many ask", async () => {
    const cluster = newCluster([broker], { retry: { initialDelayMs: 100, maxDelayMs: 100, jitter: 0 } });
    broker.on(Metadata, ({ topics }) => broker.metadata((topics ?? []).map(({ name }) => ({ name, errorCode: 3 }))));
    await Promise.all(
      Array.from({ length: 20 }, async (_unused, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 5));
        await failureOf(cluster.topic("gone", { timeoutMs: 500 }));
      }),
    );
    // One every 100 ms, and one at each end.
    expect(broker.seen("Metadata").length).toBeLessThanOrEqual(8);
  });

  it("about a topic that nobody has asked for before wait for nobody else's pause", async () => {
    const cluster = newCluster([broker], { retry: { initialDelayMs: 2000, maxDelayMs: 2000, jitter: 0 } });
    broker.on(Metadata, ({ topics }) =>
      broker.metadata((topics ?? []).map(({ name }) => ({ name, partitions: [{ partitionIndex: 0, leaderId: 7 }] }))),
    );
    await cluster.topic("old");
    await cluster.refreshTopics(["old"]).catch(() => undefined);
    const pausing = cluster.refreshTopics(["old"], { timeoutMs: 1500 }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = performance.now();
    await cluster.topic("new");
    expect(performance.now() - before).toBeLessThan(500);
    await pausing;
  });

  it("stop asking a broker that is silent once nobody listens", async () => {
    broker.on(Metadata, () => silence);
    const cluster = newCluster([broker], { requestTimeoutMs: 100 });
    const asking = failureOf(cluster.topic("orders", { timeoutMs: 600 }));
    await until(() => broker.seen("Metadata").length > 0);
    await asking;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const asked = broker.seen("Metadata").length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(broker.seen("Metadata")).toHaveLength(asked);
  });
});
