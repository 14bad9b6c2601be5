import { Admin } from "@moldau/admin";
import { CreateTopics, FindCoordinator, KafkaError, Metadata } from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, describe, expect, it } from "vitest";
import { brokerTls, testAuthority } from "../support/certificates.js";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";

const brokers: ReferenceBroker[] = [];

afterEach(async () => {
  await closeAll();
  await Promise.all(brokers.splice(0).map((broker) => broker.close()));
});

async function start(options: BrokerOptions = {}): Promise<ReferenceBroker> {
  const broker = await startBroker(options);
  brokers.push(broker);
  return broker;
}

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("several brokers", () => {
  it("are found from any one of them, and a leader that moves is found again", async () => {
    const broker = await start({ brokers: 3, topics: [{ topic: "t", partitions: 6 }] });
    const cluster = newCluster([broker.bootstrapServers[1] ?? ""]);
    const topic = await cluster.topic("t");
    expect(cluster.brokers.map(({ nodeId }) => nodeId).toSorted((left, right) => left - right)).toEqual([1, 2, 3]);
    expect(new Set(topic.partitions.map(({ leader }) => leader)).size).toBe(3);
    const [first] = topic.partitions;
    const other = ((first?.leader ?? 1) % 3) + 1;
    await broker.moveLeader("t", 0, other);
    await cluster.refreshTopics(["t"]);
    expect(cluster.cachedTopic("t")?.partitions[0]).toMatchObject({
      leader: other,
      leaderEpoch: (first?.leaderEpoch ?? 0) + 1,
    });
    const lease = cluster.lease({ name: "test" });
    for (const { nodeId } of cluster.brokers) {
      const connection = await lease.connection(nodeId, "produce");
      expect(connection.node).toBe(nodeId);
    }
  });

  it("coordinate groups where they say, and groups are deleted there", async () => {
    const broker = await start({ brokers: 3 });
    const cluster = newCluster(broker.bootstrapServers);
    const groups = Array.from({ length: 12 }, (_, index) => `group-${index}`);
    const nodes = await Promise.all(groups.map((group) => cluster.coordinator("group", group)));
    expect(new Set(nodes).size).toBeGreaterThan(1);
    const results = await new Admin(cluster).deleteGroups({ groups });
    expect(results.map(({ error }) => error?.code)).toEqual(groups.map(() => "GROUP_ID_NOT_FOUND"));
  });
});

describe("an encrypted broker with logins", () => {
  it.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
    "takes %s, and nobody without a password",
    async (mechanism) => {
      const broker = await start({
        tls: brokerTls,
        sasl: { users: [{ username: "alice", password: "secret" }] },
        topics: ["t"],
      });
      const tls = { ca: testAuthority };
      const login = { mechanism, username: "alice", password: "secret" };
      expect((await newCluster(broker.bootstrapServers, { tls, sasl: login }).topic("t")).name).toBe("t");
      const refused = await failureOf(
        newCluster(broker.bootstrapServers, { tls, sasl: { ...login, password: "wrong" } }).connect(),
      );
      expect(refused.code).toBe("SASL_AUTHENTICATION_FAILED");
      const stranger = await failureOf(newCluster(broker.bootstrapServers, { tls }).connect());
      expect(stranger.code).toBe("CLIENT_CONNECTION_CLOSED");
      expect(stranger.message).toContain("option sasl");
    },
  );
});

describe("answers that get lost", () => {
  it("are asked for again, each request on a connection of its own", async () => {
    const broker = await start({ topics: ["t"] });
    broker.intercept({ api: Metadata, times: 3 }, (request) => request.drop());
    expect((await newCluster(broker.bootstrapServers).topic("t")).partitions).toHaveLength(1);
  });

  it("of what must not be done twice are left to the caller to judge", async () => {
    const broker = await start();
    broker.intercept({ api: CreateTopics, nth: 1 }, async (request) => {
      await request.apply();
      request.drop();
    });
    const admin = new Admin(newCluster(broker.bootstrapServers));
    const error = await failureOf(admin.createTopics({ topics: [{ topic: "t" }] }));
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    const [again] = await admin.createTopics({ topics: [{ topic: "t" }] });
    expect(again?.error?.code).toBe("TOPIC_ALREADY_EXISTS");
  });

  it("hold up nobody beyond the time for an answer", async () => {
    const broker = await start({ topics: ["t"] });
    broker.intercept({ api: FindCoordinator, times: 1 }, (request) => request.hang());
    const cluster = newCluster(broker.bootstrapServers, { requestTimeoutMs: 100 });
    const late = await failureOf(cluster.coordinator("group", "g"));
    expect(late.code).toBe("CLIENT_REQUEST_TIMEOUT");
    // The connection is given up as well: whoever asks over it at that moment asks again over another one.
    expect(await cluster.coordinator("group", "g", { timeoutMs: 2000 })).toBe(1);
  });
});

it("connections that break at random leave no request without an outcome, and the cluster as usable as before", async () => {
  const broker = await start({ brokers: 3, topics: [{ topic: "t", partitions: 6 }], seed: 5 });
  const random = seeded(11);
  broker.intercept({ probability: 0.15 }, async (request) => {
    if (random() < 0.3) await request.delay(random() * 30);
    if (random() < 0.5) await request.apply();
    request.drop();
  });
  const cluster = newCluster(broker.bootstrapServers, { random, requestTimeoutMs: 5000, metadataMaxAgeMs: 20 });
  const codes = new Map<string, number>();
  const note = (code: string): void => void codes.set(code, (codes.get(code) ?? 0) + 1);
  const worker = async (): Promise<void> => {
    let lease = cluster.lease({ name: "worker" });
    for (let round = 0; round < 40; round++) {
      const node = 1 + Math.floor(random() * 3);
      try {
        await cluster.topic("t");
        cluster.cachedTopic("t");
        if (random() < 0.2) await cluster.refreshTopics(["t"]);
        if (random() < 0.2) await cluster.coordinator("group", `g${Math.floor(random() * 4)}`);
        const connection = await lease.connection(node, random() < 0.5 ? "produce" : "fetch");
        const version = connection.versionOf(Metadata);
        await Promise.all([1, 2, 3].map(() => connection.request(Metadata, version, { topics: [{ name: "t" }] })));
        if (random() < 0.1) {
          await lease.close();
          lease = cluster.lease({ name: "worker" });
        }
        note("answered");
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        note(error.code);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, () => worker()));
  broker.clearIntercepts();
  expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(320);
  expect(
    [...codes.keys()].filter(
      (code) => !["answered", "CLIENT_CONNECTION_CLOSED", "CLIENT_CONNECTION_FAILED", "CLIENT_CLOSED"].includes(code),
    ),
  ).toEqual([]);
  expect(codes.get("answered")).toBeGreaterThan(100);
  expect((await cluster.topic("t")).partitions).toHaveLength(6);
  await cluster.refreshTopics(["t"]);
});

it("a cluster that is restarted elsewhere is found again through the seeds", async () => {
  const first = await start({ topics: ["t"] });
  const port = Number(first.bootstrapServers[0]?.split(":")[1]);
  const cluster = newCluster(first.bootstrapServers, { requestTimeoutMs: 5000 });
  const before = await cluster.topic("t");
  await first.close();
  const refresh = cluster.refreshTopics(["t"]);
  await start({ port, topics: [{ topic: "t", partitions: 3 }] });
  await refresh;
  const after = cluster.cachedTopic("t");
  expect(after?.partitions).toHaveLength(3);
  expect(after?.topicId.equals(before.topicId)).toBe(false);
});
