// Messages with a type: checked when they are sent, and again when they are read, since others write to the topic as well.

import type { Consumer, Kafka, Message, Producer } from "moldau";
import { z } from "zod";

/** A producer whose values are of a schema's type. One that is not is refused before anything is sent. */
export function typedProducer<Value>(kafka: Kafka, schema: z.ZodType<Value>): Producer<string, Value> {
  return kafka.producer<string, Value>({
    serialize: { key: (key) => key, value: (value) => JSON.stringify(schema.parse(value)) },
  });
}

/** A message, and its value as the schema reads it. */
export interface Typed<Value> {
  readonly message: Message;
  readonly value: Value;
}

/**
 * The messages of a consumer, with typed values. One that cannot be read goes to `aside`, and the loop goes on: a single bad message
 * must not hold up all behind it for ever. What `aside` throws ends the loop, and the message comes again.
 */
export async function* typedMessages<Value>(
  consumer: Consumer,
  schema: z.ZodType<Value>,
  aside: (message: Message, reason: string) => Promise<void>,
): AsyncGenerator<Typed<Value>> {
  for await (const message of consumer) {
    const read = readValue(message, schema);
    if (read.success) yield { message, value: read.data };
    else await aside(message, read.reason);
  }
}

type Read<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly reason: string };

function readValue<Value>({ value }: Message, schema: z.ZodType<Value>): Read<Value> {
  if (value === null) return { success: false, reason: "a tombstone" };
  let json: unknown;
  try {
    json = JSON.parse(value.toString());
  } catch {
    return { success: false, reason: "no JSON" };
  }
  const read = schema.safeParse(json);
  return read.success ? read : { success: false, reason: z.prettifyError(read.error) };
}
