import { asKafkaError, type ClientName, type TraceOutcome } from "@moldau/connection-pool";
import { endTrace, traceChannel } from "@moldau/connection-pool/internal";
import { openHeaders, type Message, type Payload } from "./accept/message.js";
import type { SendCall } from "./accept/send-call.js";
import type { TopicMessages } from "./accept/send-options.js";
import type { SentBatch } from "./send-error.js";

/** A message of a call that is traced, before it is serialized. */
export interface TracedMessage {
  readonly topic: string;
  readonly key: unknown;
  readonly value: unknown;
  /** The partition that the caller wants, if any. */
  readonly partition: number | undefined;
  /** The time that the caller gives, if any. */
  readonly timestamp: number | undefined;
  /** What is sent as headers: whoever hears `start` may add to it, for example the context of a trace. */
  readonly headers: [name: string, value: Payload][];
}

/** A call that sends, from its beginning to the outcome of all its messages; on the tracing channel `moldau:producer:send`. */
export interface SendTrace extends ClientName, TraceOutcome<readonly SentBatch[]> {
  /** Which call it is; a stream (`writable`) makes one for all messages that have piled up in it. */
  readonly operation: "send" | "sendBatch" | "writable";
  readonly messages: readonly TracedMessage[];
}

/** Carries {@link SendTrace}. */
export const sendChannel = traceChannel<SendTrace>("moldau:producer:send");

/** Makes a call with these messages. */
type Open<Key, Value> = (entries: readonly TopicMessages<Key, Value>[]) => SendCall;

/**
 * Makes a call that subscribers follow: with copies of the messages, whose headers they may add to. The application's own
 * objects stay as they are.
 */
export function traceSend<Key, Value>(
  facts: ClientName & Pick<SendTrace, "operation">,
  entries: readonly TopicMessages<Key, Value>[],
  open: Open<Key, Value>,
): SendCall {
  const copies = entries.map(({ topic, messages }) => ({ topic, messages: messages.map((each) => copy(topic, each)) }));
  const context: SendTrace = { ...facts, messages: copies.flatMap(({ messages }) => messages.map(({ seen }) => seen)) };
  return sendChannel.start.runStores(context, () => {
    try {
      const call = open(
        copies.map(({ topic, messages }) => ({ topic, messages: messages.map(({ toSend }) => toSend) })),
      );
      sendChannel.end.publish(context);
      call.watch((outcome) => endTrace(sendChannel, context, outcome));
      return call;
    } catch (error) {
      sendChannel.end.publish(context);
      endTrace(sendChannel, context, { error: asKafkaError(error) });
      throw error;
    }
  });
}

/** What is sent, and what subscribers see: the same object, unless there is something wrong with the message, which the call itself says. */
function copy<Key, Value>(
  topic: string,
  message: Message<Key, Value>,
): { readonly toSend: Message<Key, Value>; readonly seen: TracedMessage } {
  const given: Partial<Message<Key, Value>> = typeof message === "object" && message !== null ? message : {};
  const { key, value, partition, timestamp } = given;
  const headers = openHeaders(given.headers);
  const seen = { topic, key, value, partition, timestamp, headers: headers ?? [] };
  if (headers === undefined || value === undefined) return { toSend: message, seen };
  const toSend = { ...seen, value };
  return { toSend, seen: toSend };
}
