import { Kafka } from "moldau";
import type { BenchedClient, Measure, Workload } from "../workload.js";
import { messagesOfCall, sendInLanes } from "./lanes.js";

/** This project's client. */
export const moldau: BenchedClient = {
  name: "moldau",

  async produce(workload: Workload, measure: Measure): Promise<void> {
    const kafka = new Kafka({ clientId: "bench", brokers: [workload.brokers] });
    const producer = kafka.producer(producerOptions(workload));
    const messages = messagesOfCall(workload);
    const send = async (): Promise<void> => {
      await producer.send({ topic: workload.topic, messages });
    };
    await sendInLanes(workload, workload.warmUpMessages, send);
    measure.start();
    await sendInLanes(workload, workload.messages, send);
    measure.stop();
    await kafka.close();
  },

  async consume(workload: Workload, measure: Measure): Promise<void> {
    const kafka = new Kafka({ clientId: "bench", brokers: [workload.brokers] });
    const consumer = kafka.consumer({
      groupId: `moldau-${Date.now()}`,
      topics: [workload.topic],
      startFrom: "earliest",
      ...(workload.isolationLevel === undefined ? {} : { isolationLevel: workload.isolationLevel }),
    });
    const isEnough = counter(workload, measure);
    let bytes = 0;
    if (workload.byMessage === true) {
      for await (const { value } of consumer) {
        bytes += value?.length ?? 0;
        if (isEnough(1)) break;
      }
    } else {
      for await (const batch of consumer.batches()) {
        for (const { value } of batch) bytes += value?.length ?? 0;
        if (isEnough(batch.length)) break;
      }
    }
    if (bytes === 0) throw new Error("the messages were empty");
    await kafka.close();
  },

  async transact(workload: Workload, measure: Measure): Promise<void> {
    const kafka = new Kafka({ clientId: "bench", brokers: [workload.brokers] });
    const producer = kafka.producer({ ...producerOptions(workload), transactionalId: `moldau-${Date.now()}` });
    const messages = messagesOfCall(workload);
    const send = async (): Promise<void> => {
      const transaction = await producer.beginTransaction();
      await transaction.send({ topic: workload.topic, messages });
      const before = performance.now();
      await transaction.commit();
      measure.committed(performance.now() - before);
    };
    await sendInLanes(workload, workload.warmUpMessages, send);
    measure.start();
    await sendInLanes(workload, workload.messages, send);
    measure.stop();
    await kafka.close();
  },
};

function producerOptions({ acks, lingerMs, batchBytes, inFlight }: Workload) {
  return { acks: acks === -1 ? "all" : acks, lingerMs, batchSize: batchBytes, maxInFlight: inFlight } as const;
}

/** Counts what was read: begins to measure after the warm-up, and says when all was seen and measured. */
function counter({ warmUpMessages, messages }: Workload, measure: Measure): (read: number) => boolean {
  let seen = 0;
  return (read) => {
    const before = seen;
    seen += read;
    if (before < warmUpMessages && seen >= warmUpMessages) {
      measure.start();
      // What the batch brought beyond the warm-up is not counted.
      seen = warmUpMessages;
    }
    if (seen < warmUpMessages + messages) return false;
    measure.stop();
    return true;
  };
}
