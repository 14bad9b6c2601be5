import { invalidArgument, isPlainObject, show } from "@moldau/connection-pool";
import { Message } from "../reading/message.js";
import type { TopicResults } from "./transactional-producer.js";
import type { TransformResult, TransformResults } from "./transform-options.js";

/**
 * Sorts what was made of a batch by the topics that it is for, in its order.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT for what is no message, or names no topic where `to` names none either.
 */
export function resultsByTopic<Result>(
  results: TransformResults<Result>,
  to: string | undefined,
): TopicResults<Result>[] {
  const byTopic = new Map<string, TransformResult<Result>[]>();
  if (results === undefined || results === null) return [];
  if (!isIterable(results)) throw wrong(noList(results));
  for (const result of results) {
    const topic = topicOf(result) ?? to;
    if (topic === undefined) throw wrong("a message names no topic, and there is no option `to`");
    const messages = byTopic.get(topic);
    if (messages === undefined) byTopic.set(topic, [result]);
    else messages.push(result);
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}

function noList(results: unknown): string {
  if (isPlainObject(results) && Symbol.asyncIterator in results)
    return "an async generator is no list: collect first what it yields";
  return `expected a list of messages, or nothing, not ${show(results)}`;
}

function topicOf(result: unknown): string | undefined {
  if (result instanceof Promise)
    throw wrong("a message is a promise: wait for all of them, as with `await Promise.all(…)`");
  if (!isPlainObject(result)) throw wrong(`a message must be an object such as { key, value }, not ${show(result)}`);
  // It would go back to the topic and partition that it came from.
  if (result instanceof Message) throw wrong("make a message of what was received: { key, value, headers }");
  const topic: unknown = Reflect.get(result, "topic");
  if (topic === undefined || typeof topic === "string") return topic;
  throw wrong(`the topic of a message must be a text, not ${show(topic)}`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function wrong(what: string): Error {
  return invalidArgument(`transform: what was made of a batch cannot be written: ${what}.`);
}
