import { randomUUID } from "node:crypto";
import { Kafka, type Admin } from "moldau";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { ReferenceBroker } from "./reference-broker.js";

/** A broker under which clients are compared. */
export interface BenchBroker {
  readonly name: string;
  readonly address: string;
  close(): Promise<void>;
}

/** Those that this machine can run. */
export function brokers(): (() => Promise<BenchBroker>)[] {
  const missing = missingForApacheKafka();
  if (missing === undefined) return [referenceBroker, apacheKafka];
  console.log(`Apache Kafka is left out: ${missing}`);
  return [referenceBroker];
}

async function referenceBroker(): Promise<BenchBroker> {
  const broker = await ReferenceBroker.start();
  return { name: "the reference broker, in memory", address: broker.address, close: () => broker.close() };
}

async function apacheKafka(): Promise<BenchBroker> {
  const kafka = await startApacheKafka({ java: ["-XX:+UseSerialGC"] });
  return { name: "Apache Kafka 4.3.1", address: kafka.bootstrapServers, close: () => kafka.close() };
}

/** Makes a topic of its own, for one comparison. */
export async function newTopic(broker: BenchBroker, partitions: number): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  await withAdmin(broker, (admin) => admin.createTopics({ topics: [{ topic, partitions }] }));
  return topic;
}

/** Takes a topic away when nothing is read from it any more: a run of minutes writes a gigabyte. */
export async function dropTopic(broker: BenchBroker, topic: string): Promise<void> {
  await withAdmin(broker, (admin) => admin.deleteTopics({ topics: [topic] }));
}

async function withAdmin(broker: BenchBroker, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const kafka = new Kafka({ clientId: "bench", brokers: [broker.address] });
  await work(kafka.admin());
  await kafka.close();
}
