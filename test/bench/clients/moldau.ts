import { Kafka } from "moldau";
import type { BenchedClient, Measure, Workload } from "../workload.js";
import { sendInLanes } from "./lanes.js";

/** This project's client. */
export const moldau: BenchedClient = {
  name: "moldau",

  async produce(workload: Workload, measure: Measure): Promise<void> {
    const kafka = new Kafka({ clientId: "bench", brokers: [workload.brokers] });
    const producer = kafka.producer({
      acks: workload.acks === -1 ? "all" : workload.acks,
      lingerMs: workload.lingerMs,
      batchSize: workload.batchBytes,
      maxInFlight: workload.inFlight,
    });
    const messages = Array.from({ length: workload.callMessages }, () => ({
      value: Buffer.alloc(workload.messageBytes, "x"),
    }));
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
    });
    let seen = 0;
    let bytes = 0;
    for await (const batch of consumer.batches()) {
      const before = seen;
      for (const message of batch) bytes += message.value?.length ?? 0;
      seen += batch.length;
      if (before < workload.warmUpMessages && seen >= workload.warmUpMessages) {
        measure.start();
        // What the batch brought beyond the warm-up is not counted.
        seen = workload.warmUpMessages;
      }
      if (seen >= workload.warmUpMessages + workload.messages) {
        measure.stop();
        break;
      }
    }
    if (bytes === 0) throw new Error("the messages were empty");
    await kafka.close();
  },
};
