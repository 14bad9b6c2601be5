import { ApiVersions, FindCoordinator, Metadata, Uuid, type KafkaError } from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { brokerTls, testAuthority } from "../support/certificates.js";
import { closeAll, failureOf, newCluster, until } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";
import { deadAddress } from "../support/free-ports.js";

let broker: ScriptedBroker;
const others: ScriptedBroker[] = [];

beforeEach(async () => {
  broker = await ScriptedBroker.start();
});
afterEach(async () => {
  await closeAll();
  await broker.close();
  await Promise.all(others.splice(0).map((other) => other.close()));
});

async function another(options: Parameters<typeof ScriptedBroker.start>[0] = {}): Promise<ScriptedBroker> {
  const other = await ScriptedBroker.start(options);
  others.push(other);
  return other;
}

function topic(
  name: string,
  { leader = 7, epoch = 0, id = Uuid.parse("AAAAAAAAAAAAAAAAAAAABQ"), errorCode = 0 } = {},
): NonNullable<ReturnType<ScriptedBroker["metadata"]>["topics"]>[number] {
  if (errorCode !== 0) return { name, errorCode };
  return {
    name,
    topicId: id,
    partitions: [
      { partitionIndex: 0, leaderId: leader, leaderEpoch: epoch, replicaNodes: [leader], isrNodes: [leader] },
    ],
  };
}

/** Answers Metadata with `make`'s topics for the names asked for. */
function serveTopics(make: (name: string, times: number) => ReturnType<typeof topic>): void {
  broker.on(Metadata, ({ topics }) =>
    broker.metadata((topics ?? []).map(({ name }) => make(name ?? "", broker.seen("Metadata").length))),
  );
}

describe("connecting", () => {
  it("tries every seed", async () => {
    const cluster = newCluster([await deadAddress(), await deadAddress(), broker, await deadAddress()]);
    await cluster.connect();
    expect(cluster.brokers).toEqual([{ nodeId: 7, host: "127.0.0.1", port: broker.port, rack: null }]);
    expect(cluster.clusterId).toBe("scripted");
  });

  it("fails at once, naming each seed, when nobody answers", async () => {
    const dead = [await deadAddress(), await deadAddress()];
    const start = performance.now();
    const error = await failureOf(newCluster(dead, { requestTimeoutMs: 10_000 }).connect());
    expect(performance.now() - start).toBeLessThan(5000);
    expect(error.code).toBe("CLIENT_CONNECTION_FAILED");
    for (const address of dead) expect(error.message).toContain(address);
  });

  it("goes past a seed that takes the connection and says nothing", async () => {
    const mute = await another();
    mute.takeOver = () => undefined;
    const cluster = newCluster([mute, broker], { connectionTimeoutMs: 100, random: () => 0 });
    await cluster.connect();
    expect(cluster.clusterId).toBe("scripted");
  });

  it("goes past a seed that is no broker, and past one that is too old", async () => {
    const [page, old] = [await another(), await another()];
    page.takeOver = (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    old.on(ApiVersions, () => allVersions({ Metadata: null }));
    for (const chance of [0, 0.5, 0.9]) {
      let turn = 0;
      const cluster = newCluster([page, old, broker], { random: () => (chance + 0.3 * turn++) % 1 });
      await cluster.connect();
      expect(cluster.clusterId).toBe("scripted");
    }
    const error = await failureOf(newCluster([page, old]).connect());
    expect(error.retriable).toBe(false);
    expect(error.message).toContain("web server");
  });

  it("reaches a broker by IPv6", async () => {
    const six = await another({ host: "::1" });
    six.on(Metadata, () => ({
      brokers: [{ nodeId: 7, host: "::1", port: six.port }],
      clusterId: "six",
      controllerId: 7,
      topics: [],
    }));
    const cluster = newCluster([`[::1]:${six.port}`]);
    await cluster.connect();
    expect(await cluster.controller()).toBe(7);
    const before = six.accepted;
    await cluster.lease({ name: "test" }).connection(7, "produce");
    expect(six.accepted).toBe(before + 1);
  });

  it("tries each address of a name", async () => {
    const cluster = newCluster([`localhost:${broker.port}`]);
    await cluster.connect();
  });

  it("refuses an address that no socket could take", async () => {
    broker.on(Metadata, () => ({
      brokers: [{ nodeId: 7, host: "127.0.0.1", port: 99_999 }],
      controllerId: 7,
      topics: [],
    }));
    const error = await failureOf(newCluster([broker]).connect());
    expect(error).toMatchObject({ code: "CLIENT_PROTOCOL_VIOLATION", path: "MetadataResponse: brokers[0]" });
  });
});

describe("TLS", () => {
  it("encrypts, and checks the broker's name", async () => {
    const secure = await another({ tls: brokerTls });
    const cluster = newCluster([`localhost:${secure.port}`], { tls: { ca: testAuthority } });
    await cluster.connect();
    expect(secure.seen("Metadata")).toHaveLength(1);
    expect(
      await failureOf(
        newCluster([`127.0.0.1:${secure.port}`], { tls: { ca: testAuthority, servername: "elsewhere" } }).connect(),
      ),
    ).toMatchObject({ code: "CLIENT_TLS_FAILED", retriable: false });
  });

  it("does not trust a certificate that nobody vouches for", async () => {
    const secure = await another({ tls: brokerTls });
    const error = await failureOf(newCluster([`localhost:${secure.port}`], { tls: true }).connect());
    expect(error.code).toBe("CLIENT_TLS_FAILED");
  });

  it("is missed, with a hint, at an encrypted port and at an unencrypted one", async () => {
    const secure = await another({ tls: brokerTls });
    expect((await failureOf(newCluster([secure]).connect())).message).toMatch(/tls/i);
    broker.takeOver = (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect((await failureOf(newCluster([broker], { tls: true }).connect())).code).toBe("CLIENT_TLS_FAILED");
  });

  it("carries large frames both ways", async () => {
    const secure = await another({ tls: brokerTls });
    const long = "x".repeat(30_000);
    secure.on(Metadata, ({ topics }) => secure.metadata((topics ?? []).map(({ name }) => topic(name ?? ""))));
    const cluster = newCluster([`localhost:${secure.port}`], { tls: { ca: testAuthority } });
    const names = Array.from({ length: 100 }, (_, index) => `${index}${long}`);
    await cluster.refreshTopics(names);
    expect(cluster.cachedTopic(names[99] ?? "")?.partitions).toHaveLength(1);
  });
});

describe("topics", () => {
  it("are asked for by name, together when asked together, once while the answer holds", async () => {
    serveTopics((name) => topic(name));
    const cluster = newCluster([broker]);
    const [a, b] = await Promise.all([cluster.topic("a"), cluster.topic("b"), cluster.topic("a")]);
    expect([a.name, b.name]).toEqual(["a", "b"]);
    await cluster.topic("a");
    expect(
      broker
        .seen("Metadata")
        .map(({ body }) => (body as { topics: { name: string }[] }).topics.map(({ name }) => name)),
    ).toEqual([["a", "b"]]);
    expect(cluster.topicNameOf(a.topicId)).toBeDefined();
  });

  it("that do not exist yet are asked for until they do", async () => {
    serveTopics((name, times) => topic(name, { errorCode: times < 4 ? 3 : 0 }));
    expect((await newCluster([broker]).topic("new")).partitions[0]?.leader).toBe(7);
    expect(broker.seen("Metadata")).toHaveLength(4);
  });

  it("that never exist fail when the time is over, with Kafka's own code", async () => {
    serveTopics((name) => topic(name, { errorCode: 3 }));
    expect(await failureOf(newCluster([broker]).topic("none", { timeoutMs: 60 }))).toMatchObject({
      code: "UNKNOWN_TOPIC_OR_PARTITION",
      topic: "none",
    });
  });

  it("that are forbidden fail at once", async () => {
    serveTopics((name) => topic(name, { errorCode: 29 }));
    const start = performance.now();
    expect((await failureOf(newCluster([broker]).topic("secret"))).code).toBe("TOPIC_AUTHORIZATION_FAILED");
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("one that fails does not hide the others", async () => {
    serveTopics((name) => topic(name, { errorCode: name === "bad" ? 17 : 0 }));
    const cluster = newCluster([broker]);
    const [good, bad] = await Promise.allSettled([cluster.topic("good"), cluster.topic("bad")]);
    expect(good.status).toBe("fulfilled");
    expect((bad as PromiseRejectedResult).reason).toMatchObject({ code: "INVALID_TOPIC_EXCEPTION" });
  });

  it("an aborted wait does not end the question for others", async () => {
    let answer: () => void = () => undefined;
    broker.on(Metadata, (_, { reply }) => {
      answer = () => reply(broker.metadata([topic("t")]));
      return silence;
    });
    const cluster = newCluster([broker]);
    const abort = new AbortController();
    const aborted = failureOf(cluster.topic("t", { signal: abort.signal }));
    const waiting = cluster.topic("t");
    await until(() => broker.seen("Metadata").length === 1);
    abort.abort();
    expect((await aborted).code).toBe("CLIENT_ABORTED");
    answer();
    expect((await waiting).name).toBe("t");
  });

  it("are only created by the broker when asked to", async () => {
    serveTopics((name) => topic(name));
    const cluster = newCluster([broker]);
    await Promise.all([cluster.topic("a", { allowAutoCreate: true }), cluster.topic("b")]);
    const asked = broker
      .seen("Metadata")
      .map(({ body }) => body as { topics: { name: string }[]; allowAutoTopicCreation: boolean });
    expect(asked.map(({ topics, allowAutoTopicCreation }) => [topics[0]?.name, allowAutoTopicCreation])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  it("that grow old are refreshed behind the reader's back, and never by a timer", async () => {
    let epoch = 0;
    serveTopics((name) => topic(name, { epoch: epoch++ }));
    const cluster = newCluster([broker], { metadataMaxAgeMs: 30 });
    await cluster.topic("t");
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(broker.seen("Metadata")).toHaveLength(1);
    expect(cluster.cachedTopic("t")?.partitions[0]?.leaderEpoch).toBe(0);
    await until(() => cluster.cachedTopic("t")?.partitions[0]?.leaderEpoch === 1);
  });

  it("asks that bring nothing new are made ever more slowly, and asks that come together become one", async () => {
    serveTopics((name) => topic(name));
    const cluster = newCluster([broker], { retry: { initialDelayMs: 20, maxDelayMs: 100 } });
    await cluster.topic("t");
    const start = performance.now();
    for (let round = 0; round < 4; round++)
      await Promise.all([cluster.refreshTopics(["t"]), cluster.refreshTopics(["t"])]);
    expect(performance.now() - start).toBeGreaterThan(100);
    expect(broker.seen("Metadata")).toHaveLength(5);
  });
});

describe("leaders", () => {
  it("never go back to an older epoch, unless the topic is another one", async () => {
    const answers = [
      topic("t", { leader: 1, epoch: 5 }),
      topic("t", { leader: 2, epoch: 4 }),
      topic("t", { leader: 3, epoch: 0, id: Uuid.parse("AAAAAAAAAAAAAAAAAAAABg") }),
    ];
    serveTopics((_, times) => answers[times - 1] ?? topic("t"));
    const cluster = newCluster([broker]);
    await cluster.topic("t");
    await cluster.refreshTopics(["t"]);
    expect(cluster.cachedTopic("t")?.partitions[0]).toMatchObject({ leader: 1, leaderEpoch: 5 });
    await cluster.refreshTopics(["t"]);
    expect(cluster.cachedTopic("t")?.partitions[0]).toMatchObject({ leader: 3, leaderEpoch: 0 });
  });

  it("go by the answer alone when the broker is too old to count leaders reliably", async () => {
    broker.on(ApiVersions, () => allVersions({ Metadata: { max: 8 } }));
    serveTopics((name, times) => topic(name, times === 1 ? { leader: 3, epoch: 5 } : { leader: 4, epoch: 2 }));
    const cluster = newCluster([broker]);
    expect((await cluster.topic("t")).partitions[0]).toMatchObject({ leader: 3, leaderEpoch: -1 });
    await cluster.refreshTopics(["t"]);
    expect(cluster.cachedTopic("t")?.partitions[0]).toMatchObject({ leader: 4, leaderEpoch: -1 });
  });

  it("are learnt from error answers", async () => {
    serveTopics((name) => topic(name, { leader: 7, epoch: 3 }));
    const cluster = newCluster([broker]);
    const told: string[][] = [];
    await cluster.topic("t");
    cluster.on("metadata", (topics) => told.push([...topics]));
    cluster.leaderHint("t", 0, 9, 3);
    cluster.leaderHint("t", 5, 9, 9);
    expect(cluster.cachedTopic("t")?.partitions[0]?.leader).toBe(7);
    cluster.leaderHint("t", 0, 9, 4);
    expect(cluster.cachedTopic("t")?.partitions[0]).toMatchObject({ leader: 9, leaderEpoch: 4 });
    expect(told).toEqual([["t"]]);
  });
});

describe("losing brokers", () => {
  it("goes back to the seeds when no known broker can be reached", async () => {
    const dead = await deadAddress();
    broker.on(Metadata, () => ({
      brokers: [{ nodeId: 3, host: "127.0.0.1", port: Number(dead.split(":")[1]) }],
      controllerId: 3,
      topics: [],
    }));
    const cluster = newCluster([broker]);
    await cluster.connect();
    for (const socket of broker.sockets) socket.destroy();
    broker.on(Metadata, () => broker.metadata());
    await cluster.refreshTopics([]);
    expect(cluster.brokers.map(({ nodeId }) => nodeId)).toEqual([7]);
  });

  it("goes back to the seeds when a broker says that it belongs to another cluster", async () => {
    broker.on(Metadata, ({ topics }) =>
      broker.seen("Metadata").length === 1
        ? { errorCode: 129, brokers: [], topics: [] }
        : broker.metadata((topics ?? []).map(({ name }) => topic(name ?? ""))),
    );
    expect((await newCluster([broker]).topic("t")).name).toBe("t");
  });

  it("makes a request again on another connection when one breaks, with back-off, until the time is over", async () => {
    broker.on(Metadata, (_, { socket }) => {
      if (broker.seen("Metadata").length < 3) socket.destroy();
      return broker.metadata();
    });
    await newCluster([broker]).refreshTopics([]);
    expect(broker.accepted).toBe(3);
    broker.on(Metadata, (_, { socket }) => {
      socket.destroy();
      return silence;
    });
    expect(
      (await failureOf(newCluster([broker]).request(Metadata, { topics: [] }, { timeoutMs: 100 }))).retriable,
    ).toBe(true);
  });

  it("does not repeat what must not be done twice, once it was written", async () => {
    broker.on(Metadata, (_, { socket }) => {
      socket.destroy();
      return silence;
    });
    const error = await failureOf(newCluster([broker]).request(Metadata, { topics: [] }, { repeatable: false }));
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    expect(broker.seen("Metadata")).toHaveLength(1);
  });
});

describe("coordinators", () => {
  it("are looked up once, remembered, and forgotten on request", async () => {
    broker.on(FindCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => ({ key, nodeId: 7, host: "127.0.0.1", port: broker.port })),
    }));
    const cluster = newCluster([broker]);
    expect(await Promise.all([cluster.coordinator("group", "g"), cluster.coordinator("group", "g")])).toEqual([7, 7]);
    await cluster.coordinator("group", "g");
    expect(broker.seen("FindCoordinator")).toHaveLength(1);
    await cluster.coordinator("transaction", "g");
    cluster.forgetCoordinator("group", "g");
    await cluster.coordinator("group", "g");
    expect(broker.seen("FindCoordinator").map(({ body }) => (body as { keyType: number }).keyType)).toEqual([0, 1, 0]);
    expect((await cluster.lease({ name: "test" }).connection(7, "group")).node).toBe(7);
  });

  it("that are not available yet are asked for again; a refusal is final", async () => {
    broker.on(FindCoordinator, ({ coordinatorKeys: [key = ""] }) => {
      const again = broker.seen("FindCoordinator").length < 3;
      return {
        coordinators: [
          {
            key,
            nodeId: again ? -1 : 7,
            host: again ? "" : "127.0.0.1",
            port: again ? -1 : broker.port,
            errorCode: again ? 15 : 0,
          },
        ],
      };
    });
    expect(await newCluster([broker]).coordinator("group", "g")).toBe(7);
    broker.on(FindCoordinator, ({ coordinatorKeys: [key = ""] }) => ({
      coordinators: [{ key, nodeId: -1, host: "", port: -1, errorCode: 30, errorMessage: "not you" }],
    }));
    const error = await failureOf(newCluster([broker]).coordinator("group", "h"));
    expect(error).toMatchObject({ code: "GROUP_AUTHORIZATION_FAILED", groupId: "h" });
    expect(error.message).toContain("not you");
  });

  it("are asked of old brokers one by one", async () => {
    broker.on(ApiVersions, () => allVersions({ FindCoordinator: { max: 2 } }));
    broker.on(FindCoordinator, ({ key }) =>
      key === "g" ? { nodeId: 7, host: "127.0.0.1", port: broker.port } : { errorCode: 24 },
    );
    expect(await newCluster([broker]).coordinator("group", "g")).toBe(7);
  });
});

describe("connections", () => {
  it("that are over are replaced by the next that is asked for", async () => {
    const cluster = newCluster([broker]);
    await cluster.connect();
    const lease = cluster.lease({ name: "test" });
    const first = await lease.connection(7, "fetch");
    first.destroy();
    const second = await lease.connection(7, "fetch");
    expect(second).not.toBe(first);
    expect(second.isOpen).toBe(true);
  });

  it("to a broker that refuses them are tried ever more slowly", async () => {
    const cluster = newCluster([broker], { retry: { initialDelayMs: 30, maxDelayMs: 60, jitter: 0 } });
    await cluster.connect();
    broker.takeOver = (socket) => socket.destroy();
    const start = performance.now();
    const lease = cluster.lease({ name: "test" });
    for (let attempt = 0; attempt < 3; attempt++) await failureOf(lease.connection(7, "fetch"));
    expect(performance.now() - start).toBeGreaterThan(85);
    broker.takeOver = undefined;
    await lease.connection(7, "fetch");
  });

  it("to a broker that nobody knows fail with its number", async () => {
    const error = await failureOf(newCluster([broker]).lease({ name: "test" }).connection(99, "fetch"));
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_FAILED", broker: 99, retriable: true });
  });
});

describe("closing", () => {
  it("fails what is on its way, opens nothing any more, and can be repeated", async () => {
    broker.on(Metadata, () => silence);
    const cluster = newCluster([broker]);
    const pending: Promise<KafkaError>[] = [
      failureOf(cluster.topic("t")),
      failureOf(cluster.request(Metadata, { topics: [] })),
      failureOf(cluster.controller()),
      failureOf(cluster.coordinator("group", "g")),
    ];
    await until(() => broker.seen("Metadata").length >= 2);
    await Promise.all([cluster.close(), cluster.close()]);
    expect((await Promise.all(pending)).map(({ code }) => code)).toEqual([
      "CLIENT_CLOSED",
      "CLIENT_CLOSED",
      "CLIENT_CLOSED",
      "CLIENT_CLOSED",
    ]);
    expect((await failureOf(cluster.topic("t"))).code).toBe("CLIENT_CLOSED");
    expect((await failureOf(cluster.connect())).code).toBe("CLIENT_CLOSED");
    await until(() => broker.sockets.size === 0);
  });

  it("ends waits between attempts and openings on their way", async () => {
    const mute = await another();
    mute.takeOver = () => undefined;
    const cluster = newCluster([await deadAddress()], {
      retry: { initialDelayMs: 5000, maxDelayMs: 5000 },
      requestTimeoutMs: 60_000,
    });
    const waiting = failureOf(cluster.topic("t"));
    const opening = newCluster([mute], { connectionTimeoutMs: 60_000 });
    const asked = failureOf(opening.topic("t"));
    await until(() => mute.accepted === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const start = performance.now();
    await Promise.all([cluster.close(), opening.close()]);
    expect([(await waiting).code, (await asked).code]).toEqual(["CLIENT_CLOSED", "CLIENT_CLOSED"]);
    expect(performance.now() - start).toBeLessThan(2500);
  });
});
