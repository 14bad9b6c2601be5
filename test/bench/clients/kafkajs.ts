import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import type { BenchedClient, Measure, Workload } from "../workload.js";
import { messagesOfCall, sendInLanes } from "./lanes.js";

function connect({ brokers }: Workload): Kafka {
  return new Kafka({ clientId: "bench", brokers: [brokers], logLevel: logLevel.NOTHING });
}

/** kafkajs 2.2.4, the client that most Node applications use. */
export const kafkajs: BenchedClient = {
  name: "kafkajs",

  async produce(workload: Workload, measure: Measure): Promise<void> {
    process.env["KAFKAJS_NO_PARTITIONER_WARNING"] = "1";
    const producer = connect(workload).producer({
      maxInFlightRequests: workload.inFlight,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    const messages = messagesOfCall(workload);
    const send = async (): Promise<void> => {
      await producer.send({ topic: workload.topic, acks: workload.acks, compression: CompressionTypes.None, messages });
    };
    await sendInLanes(workload, workload.warmUpMessages, send);
    measure.start();
    await sendInLanes(workload, workload.messages, send);
    measure.stop();
    await producer.disconnect();
  },

  async consume(workload: Workload, measure: Measure): Promise<void> {
    const consumer = connect(workload).consumer({ groupId: `kafkajs-${Date.now()}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: workload.topic, fromBeginning: true });
    let seen = 0;
    let bytes = 0;
    await new Promise<void>((resolve, reject) => {
      const eachBatch = async ({ batch }: { batch: { messages: { value: Buffer | null }[] } }): Promise<void> => {
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
      consumer.run({ eachBatch, partitionsConsumedConcurrently: 1 }).catch(reject);
    });
    if (bytes === 0) throw new Error("the messages were empty");
  },

  async transact(workload: Workload, measure: Measure): Promise<void> {
    process.env["KAFKAJS_NO_PARTITIONER_WARNING"] = "1";
    const producer = connect(workload).producer({
      transactionalId: `kafkajs-${Date.now()}`,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    const messages = messagesOfCall(workload);
    const send = async (): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: workload.topic, acks: workload.acks, messages });
      const before = performance.now();
      await transaction.commit();
      measure.committed(performance.now() - before);
    };
    await sendInLanes(workload, workload.warmUpMessages, send);
    measure.start();
    await sendInLanes(workload, workload.messages, send);
    measure.stop();
    await producer.disconnect();
  },
};
