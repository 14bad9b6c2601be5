import { Cluster } from "@moldau/connection-pool";
import { EndTxn } from "@moldau/protocol-codec";
import { Kafka, type Producer } from "moldau";
import type { BenchedClient, Measure, Workload } from "../workload.js";
import { messagesOfCall, sendInLanes } from "./lanes.js";

/** This project's client. */
export const moldau: BenchedClient = {
  name: "moldau",

  async produce(workload: Workload, measure: Measure): Promise<void> {
    const kafka = new Kafka({ clientId: "bench", brokers: [workload.brokers] });
    const messages = messagesOfCall(workload);
    const { request, close } = workload.roundTrips === true ? await shortRequests(workload) : noRequests;
    await measureSending(kafka, workload, measure, async (producer) => {
      await producer.send({ topic: workload.topic, messages });
      await request?.();
    });
    await close();
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
    const messages = messagesOfCall(workload);
    await measureSending(kafka, workload, measure, async (producer) => {
      const transaction = await producer.beginTransaction();
      await transaction.send({ topic: workload.topic, messages });
      const before = performance.now();
      await transaction.commit();
      measure.committed(performance.now() - before);
    });
    await kafka.close();
  },
};

/** Has each producer of the workload send in lanes of its own: all of them warm up, and then are measured together. */
async function measureSending(
  kafka: Kafka,
  workload: Workload,
  measure: Measure,
  send: (producer: Producer) => Promise<void>,
): Promise<void> {
  const { direction, producers: count = 1, messages, warmUpMessages } = workload;
  const producers = Array.from({ length: count }, (_, index) =>
    kafka.producer({
      ...producerOptions(workload),
      ...(direction === "transact" ? { transactionalId: `moldau-${Date.now()}-${index}` } : {}),
    }),
  );
  const sendAll = (all: number): Promise<unknown> =>
    Promise.all(producers.map((producer) => sendInLanes(workload, all / count, () => send(producer))));
  await sendAll(warmUpMessages);
  measure.start();
  await sendAll(messages);
  measure.stop();
}

const noRequests = { request: undefined, close: async (): Promise<void> => undefined };

/** Makes requests that a broker refuses at once, over a connection for them alone: as many bytes, and as few, as an end of a transaction. */
async function shortRequests({
  brokers,
}: Workload): Promise<{ readonly request: () => Promise<unknown>; readonly close: () => Promise<void> }> {
  const cluster = new Cluster({ clientId: "bench", brokers: [brokers] });
  const connection = await cluster.lease({ name: "bench" }).connection(-1, "transaction");
  const version = connection.versionOf(EndTxn);
  const body = { transactionalId: "nobody", producerId: 1n, producerEpoch: 0, committed: true };
  return { request: () => connection.request(EndTxn, version, body), close: () => cluster.close() };
}

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
