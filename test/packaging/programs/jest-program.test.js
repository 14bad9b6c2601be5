// Jest loads packages with a module system of its own, as CommonJS, and by other rules than Node's.
const { KafkaError, kafkaError } = require("@moldau/protocol-codec");
const { startBroker } = require("@moldau/reference-broker");
const { Kafka } = require("moldau");

test("an error is a KafkaError", () => {
  expect(kafkaError(3, { topic: "orders" })).toBeInstanceOf(KafkaError);
});

test("a message goes to the broker and comes back", async () => {
  const broker = await startBroker();
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  try {
    const sent = await kafka.producer().send({ topic: "orders", messages: [{ key: "42", value: "paid" }] });
    expect(sent).toMatchObject([{ topic: "orders", baseOffset: 0n, count: 1 }]);
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    for await (const message of consumer) {
      expect(message.value).toEqual(Buffer.from("paid"));
      break;
    }
  } finally {
    await kafka.close();
    await broker.close();
  }
});
