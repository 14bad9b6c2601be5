import { invalidArgument, isPlainObject, messageOf } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import type { Message, HeadersToSend, Payload } from "./message.js";
import type { NumberedMessages } from "./send-options.js";

/** What a serializer is told about the message. */
export interface SerializeContext {
  readonly topic: string;
  readonly headers: HeadersToSend;
}

/** Turns a key or a value into bytes or text; null stays null without being asked. May be asynchronous, as a schema registry needs. */
export type Serializer<Type> = (data: Type, context: SerializeContext) => Payload | Promise<Payload>;

/** The serializers of a producer. Without one, keys or values have to be bytes or text. */
export interface Serializers<Key, Value> {
  readonly key?: Serializer<Key>;
  readonly value?: Serializer<Value>;
}

const noHeaders: HeadersToSend = Object.freeze({});

/** Checks the `serialize` option. @throws {KafkaError} CLIENT_INVALID_ARGUMENT. */
export function readSerializers<Key, Value>(serializers: Serializers<Key, Value> | undefined): Serializers<Key, Value> {
  if (serializers === undefined) return {};
  const known =
    isPlainObject(serializers) && Object.keys(serializers).every((name) => name === "key" || name === "value");
  if (!known || !isFunctionOrAbsent(serializers.key) || !isFunctionOrAbsent(serializers.value)) {
    throw invalidArgument("producer options: serialize must be an object with the functions key, value, or both.");
  }
  return serializers;
}

/**
 * Serializes the messages of one topic; a promise only if a serializer gave one. The messages given are not changed.
 *
 * @throws {KafkaError} CLIENT_SERIALIZATION_FAILED with what the serializer threw as its cause.
 */
export function serializeMessages<Key, Value>(
  { topic, messages, indexBase }: NumberedMessages<Key, Value>,
  serializers: Serializers<Key, Value>,
): readonly unknown[] | Promise<readonly unknown[]> {
  if (serializers.key === undefined && serializers.value === undefined) return messages;
  const results = messages.map((message, position) => {
    const index = indexBase + position;
    try {
      const result = serializeOne(topic, message, serializers);
      return result instanceof Promise ? result.catch((error: unknown) => raise(failed(topic, index, error))) : result;
    } catch (error) {
      throw failed(topic, index, error);
    }
  });
  return results.some((result) => result instanceof Promise) ? Promise.all(results) : results;
}

function serializeOne<Key, Value>(
  topic: string,
  message: Message<Key, Value>,
  serializers: Serializers<Key, Value>,
): unknown {
  // What is no message is left for the check that follows, which has the words for it.
  if (!isPlainObject(message)) return message;
  const context = { topic, headers: message.headers ?? noHeaders };
  const key = serializePart(message.key, serializers.key, context);
  const value = serializePart(message.value, serializers.value, context);
  if (!(key instanceof Promise) && !(value instanceof Promise)) return { ...message, key, value };
  return Promise.all([key, value]).then((parts) => ({ ...message, key: parts[0], value: parts[1] }));
}

function serializePart<Type>(
  data: Type | null | undefined,
  serializer: Serializer<Type> | undefined,
  context: SerializeContext,
): unknown {
  return data === null || data === undefined || serializer === undefined ? data : serializer(data, context);
}

function isFunctionOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "function";
}

function failed(topic: string, index: number, cause: unknown): KafkaError {
  const message = `Nothing was sent to topic ${JSON.stringify(topic)}: message ${index} could not be serialized: ${messageOf(cause)}`;
  return new KafkaError("CLIENT_SERIALIZATION_FAILED", message, { topic, index, cause, written: false });
}

function raise(error: KafkaError): never {
  throw error;
}
