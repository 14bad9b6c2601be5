import { startBroker, type BrokerEventMap, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { describe, expect, onTestFinished, test } from "vitest";
import { RawConnection } from "../support/raw-connection.js";
import { commitInTransaction } from "../support/transactional-commit.js";
import { topicToCommit } from "../support/group-dialogue.js";
import { DeleteGroups, FindCoordinator, JoinGroup, OffsetCommit } from "@moldau/protocol-codec";

async function start(options: BrokerOptions = {}): Promise<ReferenceBroker> {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions: 2 }], ...options });
  onTestFinished(() => broker.close());
  return broker;
}

function client(broker: ReferenceBroker, options: object = {}): Kafka {
  const kafka = new Kafka({ brokers: broker.bootstrapServers, clientId: "shop", ...options });
  onTestFinished(() => kafka.close());
  return kafka;
}

/** Everything of these names that is told from now on, in its order. */
function heard(broker: ReferenceBroker, ...names: readonly (keyof BrokerEventMap)[]): Record<string, any>[] {
  const events: Record<string, any>[] = [];
  for (const name of names) broker.on(name, (event: any) => void events.push({ name, ...event }));
  return events;
}

describe("a broker tells", () => {
  test("of messages that were written and read, and what went over each connection", async () => {
    const broker = await start();
    const [written, read, gone] = [heard(broker, "appended"), heard(broker, "fetched"), heard(broker, "disconnected")];
    const kafka = client(broker);
    const messages = Array.from({ length: 50 }, (_, index) => ({ partition: 1, value: `v${index}` }));
    await kafka.producer().send({ topic: "orders", messages });
    const size = broker.log("orders", 1).sizeInBytes;
    expect(written).toEqual([
      {
        name: "appended",
        broker: 1,
        clientId: "shop",
        topic: "orders",
        partition: 1,
        baseOffset: 0n,
        messages: 50,
        bytes: size,
      },
    ]);
    const consumer = kafka.consumer({ groupId: "g", topics: ["orders"], startFrom: "earliest" });
    let count = 0;
    for await (const _message of consumer.messages()) if (++count === 50) break;
    expect(read).toEqual([
      {
        name: "fetched",
        broker: 1,
        clientId: "shop",
        topic: "orders",
        partition: 1,
        offset: 0n,
        messages: 50,
        bytes: size,
      },
    ]);
    await kafka.close();
    await broker.close();
    for (const connection of gone) {
      expect(connection).toMatchObject({ broker: 1, listener: "PLAINTEXT", remoteAddress: "127.0.0.1" });
      expect(connection["requests"]).toBeGreaterThan(0);
    }
    const total = (field: string): number => gone.reduce((sum, connection) => sum + connection[field], 0);
    expect(total("bytesReceived")).toBeGreaterThan(size);
    expect(total("bytesSent")).toBeGreaterThan(size);
  });

  test("of members that come and go, of rebalances, commits and deletions", async () => {
    const broker = await start();
    const events = heard(broker, "memberJoined", "memberLeft", "groupChanged", "offsetsCommitted");
    const kafka = client(broker);
    await kafka.producer().send({ topic: "orders", messages: [{ partition: 0, value: "one" }] });
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    for await (const message of consumer.messages()) {
      await consumer.commit(message);
      break;
    }
    await consumer.close();
    const states = events
      .filter(({ name }) => name === "groupChanged")
      .map(({ state, generation }) => [state, generation]);
    expect(states).toEqual([
      ["PreparingRebalance", 0],
      ["CompletingRebalance", 1],
      ["Stable", 1],
      ["Empty", 2],
    ]);
    const [joined] = events.filter(({ name }) => name === "memberJoined");
    const [left] = events.filter(({ name }) => name === "memberLeft");
    expect(joined).toMatchObject({
      groupId: "billing",
      clientId: "shop",
      clientHost: "127.0.0.1",
      groupInstanceId: null,
    });
    expect(left).toMatchObject({ groupId: "billing", memberId: joined?.["memberId"], reason: "left" });
    expect(events.find(({ state }) => state === "Stable")).toMatchObject({
      protocol: "range",
      members: [joined?.["memberId"]],
    });
    const commits = events.filter(({ name }) => name === "offsetsCommitted");
    expect(commits.flatMap(({ topics }) => topics.flatMap(({ partitions }: any) => partitions))).toContainEqual({
      partition: 0,
      offset: 1n,
    });
    expect(broker.contents.groups).toEqual(["billing"]);

    const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "tool");
    await connection.request(DeleteGroups, 2, { groupsNames: ["billing"] });
    connection.close();
    expect(events.at(-1)).toMatchObject({ name: "groupChanged", groupId: "billing", state: "Dead", members: [] });
    expect(broker.contents.groups).toEqual([]);
  });

  test("of next-generation groups as of classic ones, with the epoch in the place of the generation", async () => {
    const broker = await start();
    const events = heard(broker, "memberJoined", "memberLeft", "groupChanged");
    const kafka = client(broker);
    const options = { groupId: "billing", topics: ["orders"], protocol: "consumer", startFrom: "earliest" } as const;
    await kafka.producer().send({ topic: "orders", messages: [{ partition: 0, value: "one" }] });
    const stays = kafka.consumer({ ...options, groupInstanceId: "shop-1" });
    for await (const message of stays.messages()) {
      await stays.commit(message);
      break;
    }
    const [joined] = events.filter(({ name }) => name === "memberJoined");
    expect(joined).toMatchObject({ groupId: "billing", clientId: "shop", groupInstanceId: "shop-1" });
    const memberId = joined?.["memberId"];
    expect(events.filter(({ name }) => name === "groupChanged")).toEqual([
      expect.objectContaining({ state: "Stable", generation: 2, protocol: "uniform", members: [memberId] }),
    ]);
    await stays.close();
    const left = events.filter(({ name }) => name === "memberLeft");
    expect(left).toEqual([expect.objectContaining({ groupId: "billing", memberId, reason: "left" })]);
  });

  test("of the offsets of a transaction when it is committed, and not of those of one that is aborted", async () => {
    const broker = await start();
    const commits = heard(broker, "offsetsCommitted");
    const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "shop");
    for (const [end, offset] of [
      ["abort", 3n],
      ["commit", 7n],
    ] as const) {
      const topics = [topicToCommit("orders", offset)];
      // The second one begins when the first one is over.
      await commitInTransaction(connection, { transactionalId: "transfer", groupId: "billing", topics, end });
    }
    await expect.poll(() => commits.length).toBe(1);
    const topics = [{ topic: "orders", partitions: [{ partition: 0, offset: 7n }] }];
    expect(commits).toEqual([{ name: "offsetsCommitted", broker: 1, groupId: "billing", memberId: "", topics }]);
    connection.close();
  });

  test("of a member that fell silent, and of no commit that was refused", async () => {
    const broker = await start({ configs: { "group.min.session.timeout.ms": 100 } });
    const events = heard(broker, "memberLeft", "offsetsCommitted");
    const silent = broker.waitFor("memberLeft");
    const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "silent");
    onTestFinished(() => connection.close());
    await connection.request(FindCoordinator, 3, { key: "g" });
    const { memberId, generationId } = await connection.request(JoinGroup, 3, {
      groupId: "g",
      sessionTimeoutMs: 100,
      rebalanceTimeoutMs: 100,
      memberId: "",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.alloc(0) }],
    });
    await connection.request(OffsetCommit, 8, {
      groupId: "g",
      generationIdOrMemberEpoch: generationId + 1,
      memberId,
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }] }],
    });
    expect(await silent).toMatchObject({ groupId: "g", memberId, clientId: "silent" });
    expect(events.map(({ name, reason }) => [name, reason])).toEqual([
      ["memberLeft", expect.stringMatching(/^(sessionExpired|missedRebalance)$/)],
    ]);
  });

  test("of logins, and why one was refused", async () => {
    const sasl = {
      users: [{ username: "alice", password: "secret" }],
      mechanisms: ["PLAIN", "SCRAM-SHA-256"] as const,
    };
    const broker = await start({ sasl });
    const events = heard(broker, "loggedIn", "loginRefused");
    const login = (mechanism: string, password: string): Kafka =>
      client(broker, { sasl: { mechanism, username: "alice", password } });
    await login("scram-sha-256", "secret").connect();
    await expect(login("plain", "wrong").connect()).rejects.toThrow();
    await expect(login("scram-sha-512", "secret").connect()).rejects.toThrow();
    expect(events).toMatchObject([
      { name: "loggedIn", broker: 1, listener: "SASL_PLAINTEXT", mechanism: "SCRAM-SHA-256", username: "alice" },
      { name: "loginRefused", mechanism: "PLAIN", reason: "Authentication failed: Invalid username or password" },
      {
        name: "loginRefused",
        mechanism: "SCRAM-SHA-512",
        reason: "the mechanism is not offered, but PLAIN, SCRAM-SHA-256",
      },
    ]);
  });
});
