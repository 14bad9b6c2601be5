import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, type KafkaOptions } from "moldau";
import { SendError, type ProducerOptions } from "@moldau/producer";
import { onTestFinished } from "vitest";

/** A producer, its client and the broker that it sends to; all are closed when the test is over. */
export interface Producing {
  readonly broker: ReferenceBroker;
  readonly kafka: Kafka;
  readonly producer: ReturnType<Kafka["producer"]>;
}

/** Starts a broker with the topic `orders` and a producer with short waits. */
export async function startProducing(
  options: ProducerOptions = {},
  {
    partitions = 1,
    broker: brokerOptions = {},
    client = {},
  }: { readonly partitions?: number; readonly broker?: BrokerOptions; readonly client?: Partial<KafkaOptions> } = {},
): Promise<Producing> {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions }], ...brokerOptions });
  onTestFinished(() => broker.close());
  const kafka = new Kafka({
    brokers: broker.bootstrapServers,
    retry: { initialDelayMs: 10, maxDelayMs: 50 },
    ...client,
  });
  onTestFinished(() => kafka.close());
  return { broker, kafka, producer: kafka.producer(options) };
}

/** The values in a partition's log, in order. */
export async function valuesIn(broker: ReferenceBroker, partition = 0, topic = "orders"): Promise<string[]> {
  return (await broker.log(topic, partition).records()).map(({ value }) => String(value));
}

/** Messages with these values. */
export function messagesOf(values: readonly string[], partition?: number): { value: string; partition?: number }[] {
  return values.map((value) => (partition === undefined ? { value } : { value, partition }));
}

/** `from`, `from` + 1, … as texts. */
export function numbers(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}

/** The SendError that a call rejects with. */
export async function sendErrorOf(call: Promise<unknown>): Promise<SendError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SendError) return error;
  throw new Error("the call did not fail with a SendError", { cause: error });
}
