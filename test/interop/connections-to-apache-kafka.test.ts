import { Admin } from "@moldau/admin";
import type { ClusterOptions, SaslOptions } from "@moldau/connection-pool";
import { ApiVersions, Metadata } from "@moldau/protocol-codec";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { brokerTls, testAuthority } from "../support/certificates.js";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { RawConnection } from "../support/raw-connection.js";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;
  const scramLogin = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const oneLine = (text: string): string => text.replaceAll("\n", "\\n");

  beforeAll(async () => {
    kafka = await startApacheKafka({
      listeners: { SASL: "SASL_PLAINTEXT", TLS: "SSL", BOTH: "SASL_SSL" },
      properties: {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.sasl.scram-sha-256.sasl.jaas.config": scramLogin,
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": scramLogin,
        "listener.name.sasl.plain.sasl.jaas.config":
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="wonderland";',
        "listener.name.both.scram-sha-512.sasl.jaas.config": scramLogin,
        "listener.name.both.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.both.connections.max.reauth.ms": "2000",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": oneLine(brokerTls.cert),
        "ssl.keystore.key": oneLine(brokerTls.key),
      },
      scramUsers: { alice: "wonderland" },
    });
  });

  afterEach(closeAll);
  afterAll(() => kafka.close());

  const slow: Partial<ClusterOptions> = { connectionTimeoutMs: 10_000, requestTimeoutMs: 20_000 };
  const login = (mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512", password = "wonderland"): SaslOptions => ({
    mechanism,
    username: "alice",
    password,
  });
  const listener = (name: string): string => kafka.listeners[name] ?? "";

  test("creates, lists, describes and deletes topics, with a result for each", async () => {
    const cluster = newCluster([kafka.bootstrapServers], slow);
    const admin = new Admin(cluster);
    const [good, bad] = await admin.createTopics({
      topics: [{ topic: "admin-made", partitions: 3, configs: { "retention.ms": 60_000 } }, { topic: "not a name" }],
    });
    expect(good).toMatchObject({ topic: "admin-made", partitions: 3, replicationFactor: 1 });
    expect(bad?.error?.code).toBe("INVALID_TOPIC_EXCEPTION");
    const topic = await cluster.topic("admin-made");
    expect(topic.partitions.map(({ leader }) => leader)).toEqual(Array(3).fill(cluster.brokers[0]?.nodeId));
    expect(topic.topicId.toString()).toBe(good?.topicId?.toString());
    expect((await admin.listTopics()).map((listed) => listed.topic)).toContain("admin-made");
    const [again] = await admin.createTopics({ topics: [{ topic: "admin-made" }] });
    expect(again?.error?.code).toBe("TOPIC_ALREADY_EXISTS");
    const deleted = await admin.deleteTopics({ topics: ["admin-made", "no-such-topic"] });
    expect(deleted.map(({ error }) => error?.code)).toEqual([undefined, "UNKNOWN_TOPIC_OR_PARTITION"]);
    const [group] = await admin.deleteGroups({ groups: ["no-such-group"] });
    expect(group?.error?.code).toBe("GROUP_ID_NOT_FOUND");
    expect(await admin.describeCluster()).toMatchObject({ clusterId: "MoldauInteropTest00000" });
  });

  test("finds the topic that was created again under an old name", async () => {
    const cluster = newCluster([kafka.bootstrapServers], slow);
    const admin = new Admin(cluster);
    await admin.createTopics({ topics: [{ topic: "again", partitions: 1 }] });
    const first = await cluster.topic("again");
    await admin.deleteTopics({ topics: ["again"] });
    await admin.createTopics({ topics: [{ topic: "again", partitions: 2 }] });
    await expect
      .poll(
        async () => {
          await cluster.refreshTopics(["again"]);
          return cluster.cachedTopic("again")?.partitions.length;
        },
        { timeout: 20_000 },
      )
      .toBe(2);
    expect(cluster.cachedTopic("again")?.topicId.equals(first.topicId)).toBe(false);
  });

  test("tells its versions once before a login, and again only where the version of the question was refused", async () => {
    const connection = await RawConnection.open(listener("SASL"), "versions");
    const asked = { clientSoftwareName: "test", clientSoftwareVersion: "1" };
    await expect(connection.request(ApiVersions, 5, asked)).resolves.toMatchObject({ errorCode: 35 });
    await expect(connection.request(ApiVersions, 4, asked)).resolves.toMatchObject({ errorCode: 0 });
    await expect(connection.request(ApiVersions, 4, asked)).rejects.toThrow();
    connection.close();
  });

  test.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
    "takes a login by %s, and refuses a wrong password",
    async (mechanism) => {
      await newCluster([listener("SASL")], { ...slow, sasl: login(mechanism) }).connect();
      const error = await failureOf(
        newCluster([listener("SASL")], { ...slow, sasl: login(mechanism, "looking glass") }).connect(),
      );
      expect(error).toMatchObject({ code: "SASL_AUTHENTICATION_FAILED", retriable: false });
    },
  );

  test("is reached over TLS, and a login renews itself on a connection in use", async () => {
    await newCluster([listener("TLS")], { ...slow, tls: { ca: testAuthority } }).connect();
    const cluster = newCluster([listener("BOTH")], {
      ...slow,
      tls: { ca: testAuthority },
      sasl: login("SCRAM-SHA-512"),
    });
    await cluster.connect();
    const [broker] = cluster.brokers;
    const connection = await cluster.lease({ name: "test" }).connection(broker?.nodeId ?? -1, "fetch");
    const end = performance.now() + 6000;
    let requests = 0;
    while (performance.now() < end) {
      await Promise.all(
        [1, 2, 3].map(() => connection.request(Metadata, connection.versionOf(Metadata), { topics: [] })),
      );
      requests += 3;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(requests).toBeGreaterThan(300);
    expect(connection.isOpen).toBe(true);
  });

  test("does not trust a certificate that nobody vouches for", async () => {
    expect((await failureOf(newCluster([listener("TLS")], { ...slow, tls: true }).connect())).code).toBe(
      "CLIENT_TLS_FAILED",
    );
  });

  test("says so when a plain client knocks at an encrypted port", async () => {
    const error = await failureOf(newCluster([listener("TLS")], slow).connect());
    expect(error.message).toMatch(/tls/i);
  });
});
