// A message to the broker and back, compressed, with whichever copy of the packages was loaded.
exports.roundTrip = async function roundTrip({ startBroker, Kafka }) {
  const broker = await startBroker();
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  try {
    const producer = kafka.producer({ compression: "lz4" });
    await producer.send({ topic: "orders", messages: [{ key: "42", value: "paid" }] });
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    for await (const message of consumer) {
      console.log(`${message.topic} ${message.key} ${message.value}`);
      break;
    }
  } finally {
    await kafka.close();
    await broker.close();
  }
};
