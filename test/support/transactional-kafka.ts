import { startApacheKafka } from "./apache-kafka.js";
import { MarkerGate } from "./marker-gate.js";
import type { TransactionalBroker } from "./transaction-dialogue.js";

/** An Apache Kafka whose markers can be held. */
export interface TransactionalKafka extends TransactionalBroker {
  close(): Promise<void>;
}

/** Starts an Apache Kafka that talks with itself through a gate for markers. */
export async function startTransactionalKafka(
  transactionVersion: number,
  settings: Readonly<Record<string, string>>,
): Promise<TransactionalKafka> {
  const markers = await MarkerGate.open();
  const kafka = await startApacheKafka({
    features: { "transaction.version": transactionVersion },
    listeners: { BROKERS: "PLAINTEXT" },
    advertised: { BROKERS: markers.address },
    properties: { ...settings, "inter.broker.listener.name": "BROKERS" },
  });
  markers.target = kafka.listeners["BROKERS"] ?? "";
  return {
    bootstrapServers: kafka.bootstrapServers,
    transactionVersion,
    markers,
    async close() {
      await kafka.close();
      await markers.close();
    },
  };
}
