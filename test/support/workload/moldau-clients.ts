import { SendError, TransactionError, type Kafka, type Producer, type SentBatch, type Transaction } from "moldau";
import type { Key, Value } from "../history/operation.js";
import type { PlainProducer, WorkloadClients, WorkloadProducer, WorkloadTransaction } from "./clients.js";
import { partitionOf } from "./keys.js";
import { MoldauConsumer } from "./moldau-consumer.js";

/** How our clients are made for a workload. */
export interface MoldauClientsOptions {
  /** Makes what stands for a process of its own: its connections, and what it knows of the cluster. */
  newKafka(): Kafka;
  /** When the broker aborts a transaction by itself, in milliseconds. */
  readonly transactionTimeoutMs: number;
}

/** Our producers and consumers, as a workload asks for them. */
export function moldauClients({ newKafka, transactionTimeoutMs }: MoldauClientsOptions): WorkloadClients {
  return {
    transactional: async (transactionalId) => {
      const kafka = newKafka();
      const producer = kafka.producer({ transactionalId, transactionTimeoutMs });
      try {
        // The identity is asked for by the first transaction: whoever had it is fenced by now.
        await (await producer.beginTransaction()).abort();
      } catch (error) {
        await kafka.close({ timeoutMs: 1_000 });
        throw error;
      }
      return transactionalProducer(kafka, producer);
    },
    plain: () => {
      const kafka = newKafka();
      return Promise.resolve(plainProducer(kafka, kafka.producer()));
    },
    consumer: (group, keys) => Promise.resolve(new MoldauConsumer(newKafka(), group, keys)),
    judge: (error) => ({
      isAborted: error instanceof TransactionError && error.outcome === "aborted",
      // Whether its producer can go on shows when the transaction is aborted.
      isFatal: false,
    }),
  };
}

function transactionalProducer(kafka: Kafka, producer: Producer): WorkloadProducer {
  return {
    begin: async () => transactionOf(await producer.beginTransaction()),
    close: () => kafka.close({ timeoutMs: 5_000 }).catch(() => undefined),
  };
}

function transactionOf(transaction: Transaction): WorkloadTransaction {
  return {
    send: async (key, value) => offsetIn(await transaction.send(messageFor(key, value))),
    sendOffsets: async (consumer) => {
      if (!(consumer instanceof MoldauConsumer)) throw new TypeError("offsets are those of a consumer of ours");
      await consumer.giveOffsets(transaction);
    },
    commit: () => transaction.commit(),
    abort: () => transaction.abort(),
  };
}

function plainProducer(kafka: Kafka, producer: Producer): PlainProducer {
  return {
    send: async (key, value) => offsetIn(await producer.send(messageFor(key, value))),
    isUnwritten: (error) => error instanceof SendError && error.failed.every(({ written }) => written === "no"),
    close: () => kafka.close({ timeoutMs: 5_000 }).catch(() => undefined),
  };
}

function messageFor(key: Key, value: Value): Parameters<Producer["send"]>[0] {
  const { topic, partition } = partitionOf(key);
  return { topic, messages: [{ partition, value: String(value) }] };
}

function offsetIn([sent]: readonly SentBatch[]): number | null {
  return sent?.baseOffset === undefined ? null : Number(sent.baseOffset);
}
