// Transforms a topic into another, and halts in the middle of its second transaction, after it wrote what it made of the messages.
//
//   node transforms.mjs ADDRESSES FROM TO TRANSACTIONAL-ID before-the-offsets|before-the-commit
//
// The group is the transactional id without its last part. Prints "written but not committed" when it halts, and waits for its end.
import { Kafka } from "moldau";

const [addresses, from, to, transactionalId, halt] = process.argv.slice(2);
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
let transactions = 0;

/** The producer, but for its second transaction. */
const halting = {
  fence: (options) => producer.fence(options),
  transaction: (work) => producer.transaction((tx) => work(++transactions === 2 ? haltingAt(tx) : tx)),
};

function haltingAt(tx) {
  return {
    sendBatch: (options) => tx.sendBatch(options),
    sendOffsets: async (options) => {
      if (halt === "before-the-commit") await tx.sendOffsets(options);
      process.stdout.write("written but not committed\n");
      await new Promise(() => setInterval(() => undefined, 1000));
    },
  };
}

await consumer.transform({ producer: halting, to, maxMessages: 20 }, (batch) =>
  Array.from(batch, ({ value }) => ({ key: String(value), value: String(value) })),
);
