// Uses the cluster at the address given, closes producer and consumer but not the Kafka that they came from, and has nothing left to do.
import { Kafka } from "moldau";

const [address] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [address] });
await kafka.connect();
const producer = kafka.producer();
await producer.send({ topic: "orders", messages: [{ value: "1" }] });
await kafka.admin().listTopics();
const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
for await (const message of consumer) {
  process.stdout.write(`${String(message.value)}\n`);
  break;
}
await Promise.all([producer.close(), consumer.close()]);
process.stdout.write("closed\n");
