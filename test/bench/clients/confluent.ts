import { createRequire } from "node:module";
import { join } from "node:path";
import type { BenchedClient, Measure, Workload } from "../workload.js";
import { sendInLanes } from "./lanes.js";

/** What is used of @confluentinc/kafka-javascript. It is native, and not among what this repository installs. */
interface Library {
  readonly KafkaJS: { readonly Kafka: new (config: object) => ConfluentKafka };
}
interface ConfluentKafka {
  producer(config: object): ConfluentProducer;
  consumer(config: object): ConfluentConsumer;
}
interface ConfluentProducer {
  connect(): Promise<void>;
  send(record: object): Promise<unknown>;
  disconnect(): Promise<void>;
}
interface ConfluentConsumer {
  connect(): Promise<void>;
  subscribe(subscription: object): Promise<void>;
  run(config: { eachBatch(payload: ConfluentBatch): Promise<void> }): Promise<void>;
}
interface ConfluentBatch {
  readonly batch: { readonly messages: readonly { readonly value: Buffer | null }[] };
}

/** The environment variable with the folder in which it is installed. */
export const confluentFolder = "MOLDAU_BENCH_CONFLUENT";

function connect({ brokers }: Workload): ConfluentKafka {
  const folder = process.env[confluentFolder];
  if (folder === undefined) throw new Error(`${confluentFolder} does not say where the client is installed`);
  const library = createRequire(join(folder, "package.json"))("@confluentinc/kafka-javascript") as Library;
  return new library.KafkaJS.Kafka({ kafkaJS: { clientId: "bench", brokers: [brokers], logLevel: 0 } });
}

/** @confluentinc/kafka-javascript through its interface like kafkajs's; its own defaults but for what the workload says. */
export const confluent: BenchedClient = {
  name: "confluent",

  async produce(workload: Workload, measure: Measure): Promise<void> {
    const producer = connect(workload).producer({
      kafkaJS: { acks: workload.acks, maxInFlightRequests: workload.inFlight, allowAutoTopicCreation: false },
      "linger.ms": workload.lingerMs,
      "batch.size": workload.batchBytes,
    });
    await producer.connect();
    // It changes the messages that it is given, so that every call needs its own.
    const value = Buffer.alloc(workload.messageBytes, "x");
    const send = async (): Promise<void> => {
      const messages = Array.from({ length: workload.callMessages }, () => ({ value }));
      await producer.send({ topic: workload.topic, messages });
    };
    await sendInLanes(workload, workload.warmUpMessages, send);
    measure.start();
    await sendInLanes(workload, workload.messages, send);
    measure.stop();
    await producer.disconnect();
  },

  async consume(workload: Workload, measure: Measure): Promise<void> {
    const consumer = connect(workload).consumer({
      kafkaJS: { groupId: `confluent-${Date.now()}`, fromBeginning: true, maxWaitTimeInMs: 100 },
    });
    await consumer.connect();
    await consumer.subscribe({ topic: workload.topic });
    let seen = 0;
    let bytes = 0;
    await new Promise<void>((resolve, reject) => {
      const eachBatch = async ({ batch }: ConfluentBatch): Promise<void> => {
        const before = seen;
        for (const { value } of batch.messages) bytes += value?.length ?? 0;
        seen += batch.messages.length;
        if (before < workload.warmUpMessages && seen >= workload.warmUpMessages) {
          measure.start();
          // What the batch brought beyond the warm-up is not counted.
          seen = workload.warmUpMessages;
        }
        if (seen >= workload.warmUpMessages + workload.messages) {
          measure.stop();
          resolve();
        }
      };
      consumer.run({ eachBatch }).catch(reject);
    });
    if (bytes === 0) throw new Error("the messages were empty");
  },
};
