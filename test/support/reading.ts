import { randomUUID } from "node:crypto";
import type { Kafka, Message } from "moldau";

/** A message as texts, to be compared. */
export interface PlainMessage {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

/** The first `count` messages of a topic from its beginning, read by a group of one that is new. */
export async function readTopic(kafka: Kafka, topic: string, count: number): Promise<PlainMessage[]> {
  const consumer = kafka.consumer({ groupId: `reading-${randomUUID()}`, topics: [topic], startFrom: "earliest" });
  const messages: PlainMessage[] = [];
  for await (const message of consumer) {
    messages.push(plain(message));
    if (messages.length === count) break;
  }
  await consumer.close();
  return messages;
}

function plain({ key, value, headers }: Message): PlainMessage {
  return { key: text(key), value: text(value), headers: [...headers].map(([name, bytes]) => [name, text(bytes)]) };
}

function text(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString();
}
