// Transforms a topic into another, and halts in the middle of its third transaction: with what it wrote, and before the commit.
//
//   node transforms.mjs ADDRESSES FROM TO TRANSACTIONAL-ID
//
// The group is the transactional id without its last part. Prints "written but not committed" then, and waits for its end.
import { Kafka } from "moldau";

const [addresses, from, to, transactionalId] = process.argv.slice(2);
const kafka = new Kafka({ brokers: addresses.split(",") });

const consumer = kafka.consumer({
  groupId: transactionalId.replace(/-[^-]*$/, ""),
  topics: [from],
  startFrom: "earliest",
  autoCommit: false,
  // The group is not to wait long for a member that is dead.
  sessionTimeoutMs: 6000,
  heartbeatIntervalMs: 100,
});
const producer = kafka.producer({ transactionalId, lingerMs: 0 });
let calls = 0;

await consumer.transform({ producer, to, maxMessages: 20, transactionMs: 10_000 }, async (batch) => {
  calls++;
  // The second batch of a transaction: what was made of the first is on its way, or there.
  if (calls === 6) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.stdout.write("written but not committed\n");
    await new Promise(() => setInterval(() => undefined, 1000));
  }
  return Array.from(batch, ({ value }) => ({ key: String(value), value: String(value) }));
});
