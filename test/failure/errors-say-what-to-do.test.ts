import { startBroker, type BrokerOptions } from "@moldau/reference-broker";
import { Kafka, KafkaError, type KafkaOptions } from "moldau";
import { expect, it, onTestFinished } from "vitest";

/** A client of a broker of its own; both end with the test. */
async function start(options: BrokerOptions = {}, client: Partial<KafkaOptions> = {}): Promise<Kafka> {
  const broker = await startBroker(options);
  onTestFinished(() => broker.close());
  return clientOf({ brokers: broker.bootstrapServers, ...client });
}

function clientOf(options: KafkaOptions): Kafka {
  const kafka = new Kafka(options);
  onTestFinished(() => kafka.close({ timeoutMs: 1000 }));
  return kafka;
}

/** The error that something rejects with. */
async function errorOf(work: Promise<unknown>): Promise<KafkaError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof KafkaError) return error;
  throw new Error("it did not fail with a KafkaError", { cause: error });
}

const messages = [{ value: "a" }];

it("nobody listens there", async () => {
  const { message } = await errorOf(clientOf({ brokers: ["127.0.0.1:1"] }).connect());
  expect(message).toMatch(
    /^No connection to 127\.0\.0\.1:1: .*ECONNREFUSED.*\. Does a broker run there, and is the port right\?$/,
  );
});

it("nobody knows the name", async () => {
  const { message } = await errorOf(clientOf({ brokers: ["kafka.invalid:9092"] }).connect());
  expect(message).toMatch(/(ENOTFOUND|EAI_AGAIN).*\. Is the name right, and known here\?$/);
});

it("the cluster names an address that is not reachable from here, as brokers in containers do", async () => {
  const broker = await startBroker({ advertisedHost: "kafka.invalid", topics: ["orders"] });
  onTestFinished(() => broker.close());
  const reachable = broker.bootstrapServers.map((address) => address.replace("kafka.invalid", "127.0.0.1"));
  const kafka = clientOf({ brokers: reachable });
  const { message } = await errorOf(kafka.producer().send({ topic: "orders", messages, timeoutMs: 300 }));
  expect(message).toContain("kafka.invalid");
  expect(message).toContain("The cluster names this address for a broker (advertised.listeners)");
});

it("a topic does not exist, also for whoever asks soon after somebody else, and has no time for an answer of his own", async () => {
  const kafka = await start({ configs: { "auto.create.topics.enable": false } });
  const producer = kafka.producer();
  for (const timeoutMs of [300, 20]) {
    const error = await errorOf(producer.send({ topic: "oders", messages, timeoutMs }));
    expect(error.code).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(error.message).toContain(`The topic "oders" was not found within ${timeoutMs} ms: `);
    expect(error.message).toContain('the topic "oders". Create it first');
  }
});

it("a broker refuses one of several topics, or a group: which one", async () => {
  const admin = (await start({ topics: ["orders"] })).admin();
  const [orders, oders] = await admin.describeTopics({ topics: ["orders", "oders"] });
  expect(orders?.error).toBeUndefined();
  expect(oders?.error?.message).toMatch(/ It was asked about the topic "oders"\.$/);
  const [group] = await admin.describeGroups({ groups: ["billing"] });
  expect(group?.error?.message.match(/billing/g)).toHaveLength(1); // the broker's own sentence names it, or ours
});

it("no broker can be reached, also for whoever has no time for another attempt", async () => {
  const kafka = clientOf({ brokers: ["127.0.0.1:1"], retry: { initialDelayMs: 5000, maxDelayMs: 5000 } });
  await errorOf(kafka.connect());
  const { code, message } = await errorOf(kafka.admin().listOffsets({ topics: ["orders"], timeoutMs: 50 }));
  expect(code).toBe("CLIENT_CONNECTION_FAILED");
  expect(message).toContain("ECONNREFUSED");
});

it("a message is larger than the topic admits", async () => {
  const kafka = await start({ topics: [{ topic: "orders", configs: { "max.message.bytes": 1000 } }] });
  const send = kafka.producer().send({ topic: "orders", messages: [{ value: "a".repeat(5000) }] });
  const { message } = await errorOf(send);
  expect(message).toMatch(/\. Send less in a message, compress it, or raise max\.message\.bytes of topic "orders"\.$/);
});

it("the members of a group share out partitions by different rules", async () => {
  const kafka = await start({ topics: ["orders"] });
  const wanted = { groupId: "billing", topics: ["orders"] };
  await kafka.consumer({ ...wanted, assignors: ["roundrobin"] }).connect();
  const error = await errorOf(kafka.consumer(wanted).connect({ timeoutMs: 10_000 }));
  expect(error).toMatchObject({ code: "INCONSISTENT_GROUP_PROTOCOL", groupId: "billing" });
  expect(error.message).toContain(
    'The other members of group "billing" do not share out partitions by range or cooperative-sticky: give all of them the same assignors, or take another groupId.',
  );
});

it("the broker does not admit a session timeout", async () => {
  const kafka = await start({ topics: ["orders"] });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], sessionTimeoutMs: 1000 });
  const error = await errorOf(consumer.connect());
  expect(error).toMatchObject({ code: "INVALID_SESSION_TIMEOUT", groupId: "billing" });
  expect(error.message).toContain("sessionTimeoutMs is 1000: the broker's limits are its group.min.session.timeout.ms");
});

it("a listener threw: which, and what", async () => {
  const kafka = await start({ topics: ["orders"] });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"] });
  consumer.on("assigned", () => {
    throw new TypeError("no such map");
  });
  const error = await errorOf(consumer.messages()[Symbol.asyncIterator]().next());
  expect(error).toMatchObject({
    code: "CLIENT_LISTENER_FAILED",
    message: 'A listener of "assigned" threw: no such map',
  });
  expect(error.cause).toBeInstanceOf(TypeError);
});

it("a listener threw what the client itself had thrown at it: its code is kept", async () => {
  const kafka = await start({ topics: ["orders"] });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"] });
  consumer.on("assigned", () => consumer.seek({ topic: "orders", partition: 9, offset: 0n }));
  const error = await errorOf(consumer.messages()[Symbol.asyncIterator]().next());
  expect(error).toMatchObject({ code: "CLIENT_NOT_ASSIGNED", topic: "orders", partition: 9 });
  expect(error.message).toMatch(/^A listener of "assigned" threw: Partition orders-9 /);
});

it("a producer was closed while a message was on its way: it does not say that it could not be sent", async () => {
  const broker = await startBroker({ topics: ["orders"] });
  onTestFinished(() => broker.close());
  broker.intercept({ api: "Produce" }, (request) => request.hang());
  const producer = clientOf({ brokers: broker.bootstrapServers }).producer();
  const sending = errorOf(producer.send({ topic: "orders", messages }));
  await producer.close({ timeoutMs: 100 });
  expect((await sending).message).toBe(
    'The message was not delivered to topic "orders": The producer was closed before this had an outcome.',
  );
});

it("one message, or some of several", async () => {
  const kafka = await start({ topics: [{ topic: "orders", partitions: 2, configs: { "max.message.bytes": 1000 } }] });
  const send = kafka.producer().send({
    topic: "orders",
    messages: [
      { value: "a".repeat(5000), partition: 0 },
      { value: "a", partition: 1 },
    ],
  });
  expect((await errorOf(send)).message).toMatch(
    /^1 of 2 messages were not delivered to topic "orders": |^1 of 2 messages were not delivered: /,
  );
});
