// Jest's fake timers replace everything by which a program can wait, process.nextTick and queueMicrotask with it.
const { startBroker } = require("@moldau/reference-broker");
const { Kafka } = require("moldau");

afterEach(() => {
  jest.useRealTimers();
});

test("a message goes to the broker and comes back while Jest has its fake timers", async () => {
  jest.useFakeTimers();
  const broker = await startBroker();
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  await kafka.producer().send({ topic: "orders", messages: [{ key: "42", value: "paid" }] });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
  for await (const message of consumer) {
    expect(message.value).toEqual(Buffer.from("paid"));
    break;
  }
  await kafka.close();
  await broker.close();
});
