import type { Consumer, Producer } from "platformatic-kafka-1";
import { newestPlatformatic } from "../codec/platformatic-version.js";
import type { BenchedClient, Measure, Workload } from "../workload.js";
import { sendInLanes } from "./lanes.js";

/** What is used of @platformatic/kafka; both versions that are installed have it in the same shape. */
interface Library {
  readonly Producer: typeof Producer;
  readonly Consumer: typeof Consumer;
}

async function load(): Promise<Library> {
  return (await newestPlatformatic().load()) as Library;
}

/** The newest @platformatic/kafka that runs on this Node. It has no batches: messages come as a stream of objects. */
export const platformatic: BenchedClient = {
  name: "platformatic",

  async produce(workload: Workload, measure: Measure): Promise<void> {
    const library = await load();
    const producer = new library.Producer({ clientId: "bench", bootstrapBrokers: [workload.brokers] });
    const { topic, acks } = workload;
    const messages = Array.from({ length: workload.callMessages }, () => ({
      topic,
      value: Buffer.alloc(workload.messageBytes, "x"),
    }));
    const send = async (): Promise<void> => {
      await producer.send({ acks, messages });
    };
    await sendInLanes(workload, workload.warmUpMessages, send);
    measure.start();
    await sendInLanes(workload, workload.messages, send);
    measure.stop();
    await producer.close();
  },

  async consume(workload: Workload, measure: Measure): Promise<void> {
    const library = await load();
    const consumer = new library.Consumer({
      groupId: `platformatic-${Date.now()}`,
      clientId: "bench",
      bootstrapBrokers: [workload.brokers],
    });
    const stream = await consumer.consume({ topics: [workload.topic], mode: "earliest", maxWaitTime: 100 });
    let seen = 0;
    let bytes = 0;
    await new Promise<void>((resolve, reject) => {
      stream.once("error", reject);
      stream.on("data", ({ value }: { readonly value: Buffer }) => {
        bytes += value.length;
        seen += 1;
        if (seen === workload.warmUpMessages) measure.start();
        if (seen !== workload.warmUpMessages + workload.messages) return;
        measure.stop();
        resolve();
      });
    });
    if (bytes === 0) throw new Error("the messages were empty");
  },
};
