import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodeRequest, Fetch } from "@moldau/protocol-codec";
import { expect, onTestFinished, test } from "vitest";
import { VirtualClock } from "moldau-testing";
import { startBroker, type ReferenceBroker } from "./broker.js";
import type { BrokerOptions } from "./options.js";

async function start(options: BrokerOptions = {}): Promise<ReferenceBroker> {
  const broker = await startBroker(options);
  onTestFinished(() => broker.close());
  return broker;
}

test("a broker in memory is ready in less than 100 ms", async () => {
  const times: number[] = [];
  // The best of several: one start can be held up by whatever else the machine does.
  for (let round = 0; round < 6; round++) {
    const began = performance.now();
    await start({ topics: [{ topic: "orders", partitions: 6 }] });
    times.push(performance.now() - began);
  }
  expect(Math.min(...times)).toBeLessThan(100);
});

test.each<[string, unknown, RegExp]>([
  ["an unknown option", { topic: ["orders"] }, /startBroker has no option "topic": did you mean "topics"/],
  ["no brokers", { brokers: 0 }, /brokers must be a whole number from 1 to 100, not 0/],
  ["an empty list of brokers", { brokers: [] }, /brokers is empty/],
  ["a node id twice", { brokers: [{ nodeId: 1 }, { nodeId: 1 }] }, /two brokers have the node id 1/],
  ["a negative node id", { brokers: [{ nodeId: -1 }] }, /nodeId must be a whole number from 0/],
  ["an impossible port", { port: 70_000 }, /port must be a whole number from 0 \(any free port\) to 65535, not 70000/],
  ["a wildcard without a name", { host: "0.0.0.0" }, /give advertisedHost/],
  ["listeners and tls", { listeners: [{}], tls: {} }, /belong into the listeners/],
  ["more brokers than ports", { brokers: 3, port: 65_534 }, /3 brokers from port 65534 on would need port 65536/],
  ["tls without a certificate", { tls: {} }, /tls needs a certificate/],
  ["no listeners", { listeners: [] }, /listeners is empty/],
  ["two listeners of one name", { listeners: [{}, {}] }, /two listeners are named PLAINTEXT/],
  ["no users", { sasl: { users: [] } }, /sasl needs users/],
  ["a user without a password", { sasl: { users: [{ username: "alice" }] } }, /the user alice needs a password/],
  [
    "an unknown mechanism",
    { sasl: { users: [{ username: "a", password: "b" }], mechanisms: ["GSSAPI"] } },
    /unknown SASL mechanism "GSSAPI": write one of PLAIN/,
  ],
  ["a topic that cannot be named so", { topics: ["a b"] }, /Topic name is invalid: 'a b' contains/],
  [
    "a topic of no partitions",
    { topics: [{ topic: "a", partitions: 0 }] },
    /needs a whole number of partitions from 1 on, not 0/,
  ],
  [
    "an unknown setting",
    { configs: { "num.partition": 1 } },
    /configs has no option "num.partition": did you mean "num.partitions"/,
  ],
  [
    "an impossible setting",
    { configs: { "num.partitions": "many" } },
    /Invalid value many for configuration num.partitions: Not a number of type INT/,
  ],
  [
    "an unknown setting of a topic",
    { topics: [{ topic: "a", configs: { "retention.m": 1 } }] },
    /did you mean "retention.ms"/,
  ],
  ["a setting that is a list", { configs: { "num.partitions": [1] } }, /num.partitions must be a text, a number or/],
  ["settings that are none", { configs: 5 }, /configs takes an object/],
  ["brokers in words", { brokers: "three" }, /brokers must be a number, or a list of/],
  ["a rack that is a number", { brokers: [{ nodeId: 1, rack: 1 }] }, /rack must be a text, not 1/],
  [
    "an unknown option of a broker",
    { brokers: [{ nodeID: 1 }] },
    /a broker has no option "nodeID": did you mean "nodeId"/,
  ],
  ["a host that is none", { host: 5 }, /host must be a text, not 5/],
  ["topics that are no list", { topics: "orders" }, /topics must be a list, not "orders"/],
  ["listeners that are no list", { listeners: {} }, /listeners must be a list/],
  [
    "an unknown option of a listener",
    { listeners: [{ prot: 1 }] },
    /a listener has no option "prot": did you mean "port"/,
  ],
  ["an unknown option of a user", { sasl: { users: [{ user: "a" }] } }, /a user has no option "user"/],
  ["tls that is a switch", { tls: true }, /tls takes Node's options of a TLS server/],
  [
    "mechanisms in a text",
    { sasl: { users: [{ username: "a", password: "b" }], mechanisms: "PLAIN" } },
    /mechanisms must be a list/,
  ],
  ["half a clock", { clock: {} }, /clock must be an object with now, monotonic, timer, sleep, soon/],
  ["half an acceptor", { acceptor: {} }, /acceptor must be an object with listen/],
  ["half a seed", { seed: 0.5 }, /seed must be a whole number/],
  ["an empty directory name", { dataDir: "" }, /dataDir is empty/],
])("%s is refused with a sentence", async (_, options, sentence) => {
  // Such options come from programs that nobody type-checks.
  const wrong: BrokerOptions = JSON.parse(JSON.stringify(options));
  await expect(startBroker(wrong)).rejects.toThrow(sentence);
});

test("a start that fails leaves nothing behind: the port can be had again", async () => {
  const broker = await start();
  const port = Number(broker.bootstrapServers[0]?.split(":")[1]);
  await expect(startBroker({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await broker.close();
  await expect(startBroker({ port, topics: [{ topic: "a", configs: { "retention.ms": "soon" } }] })).rejects.toThrow(
    "the topic a could not be created",
  );
  await start({ port });
});

test("the same seed gives the same ids and the same leaders", async () => {
  const look = async (seed: number) => {
    const broker = await start({ seed, brokers: 3, topics: [{ topic: "orders", partitions: 6 }] });
    const { id, partitions } = broker.topic("orders") ?? {};
    return { clusterId: broker.clusterId, id: id?.toString(), leaders: partitions?.map(({ leader }) => leader) };
  };
  const first = await look(7);
  expect(await look(7)).toEqual(first);
  expect(await look(8)).not.toEqual(first);
});

test("node ids may be chosen, 0 included, and racks are told", async () => {
  const broker = await start({ brokers: [{ nodeId: 5, rack: "west" }, { nodeId: 0 }] });
  expect(broker.brokers).toMatchObject([
    { nodeId: 0, rack: null },
    { nodeId: 5, rack: "west" },
  ]);
});

test("closing twice is closing once, and what is asked of it then fails", async () => {
  const broker = await start({ topics: ["orders"] });
  await Promise.all([broker.close(), broker.close()]);
  await broker.close();
  await expect(broker.createTopic("late")).rejects.toThrow();
});

test("topics are made once, with settings; a wrong one is refused with Kafka's name of the error", async () => {
  const broker = await start();
  await broker.createTopic("orders", { partitions: 2 });
  await expect(broker.createTopic("orders")).rejects.toMatchObject({ code: "TOPIC_ALREADY_EXISTS", topic: "orders" });
  await broker.createMissingTopics(["orders", { topic: "more", configs: { "retention.ms": 5 } }]);
  expect(broker.topic("orders")?.partitions).toHaveLength(2);
  expect(() => broker.log("orders", 2)).toThrow("there is no log of orders-2");
  await expect(broker.moveLeader("orders", 0, 9)).rejects.toThrow("there is no running broker with node id 9");
  await expect(broker.moveLeader("nowhere", 0, 1)).rejects.toThrow("there is no partition nowhere-0");
});

test("a connection that says nothing for connections.max.idle.ms is closed, one that is waited for is not", async () => {
  const clock = new VirtualClock();
  const broker = await start({ clock, configs: { "connections.max.idle.ms": 60_000 }, topics: ["orders"] });
  const open = async (): Promise<Socket> => {
    const [host, port] = broker.bootstrapServers[0]?.split(":") ?? [];
    const socket = connect({ host: host ?? "", port: Number(port) });
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  const silent = await open();
  const waiting = await open();
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }];
  const head = { correlationId: 1, clientId: "waiting" };
  const asked = broker.waitFor("request");
  const body = { maxWaitMs: 100_000_000, minBytes: 1, topics: [{ topic: "orders", partitions }] };
  for (const piece of encodeRequest(Fetch, 12, head, body)) waiting.write(piece);
  await asked;
  const closed = broker.waitFor("disconnected");
  await clock.advance(61_000);
  expect(String((await closed).reason)).toContain("was idle for 60000 ms");
  if (!silent.closed) await once(silent, "close");
  expect(waiting.closed).toBe(false);
});
