import { beginTrace, endTrace, traceChannel } from "@moldau/connection-pool/internal";
import type { TraceChannel, TraceOutcome } from "@moldau/connection-pool";
import type { ConsumerName } from "../events.js";
import type { MessageBatch } from "./message-batch.js";
import type { Message } from "./message.js";

/** What became of what was handed out: done, or not, so that it will be handed out again unless reading continues elsewhere. */
export type HandOutcome = "done" | "given back";

/** A message in the hands of the application; on the tracing channel `moldau:consumer:message`. */
export interface MessageTrace extends ConsumerName, TraceOutcome<HandOutcome> {
  readonly message: Message;
}

/** A batch in the hands of the application; on the tracing channel `moldau:consumer:batch`. */
export interface MessageBatchTrace extends ConsumerName, TraceOutcome<HandOutcome> {
  readonly batch: MessageBatch;
}

/** Carries {@link MessageTrace}. */
export const messageChannel = traceChannel<MessageTrace>("moldau:consumer:message");
/** Carries {@link MessageBatchTrace}. */
export const messageBatchChannel = traceChannel<MessageBatchTrace>("moldau:consumer:batch");

/** Ends the trace of what is in hand. */
export type EndHandTrace = (result: HandOutcome) => void;

/** Tells subscribers that something is handed out; what tells them its outcome. */
export function traceHand<Context extends TraceOutcome<HandOutcome>>(
  channel: TraceChannel<Context>,
  context: Context,
): EndHandTrace {
  beginTrace(channel, context);
  return (result) => endTrace<HandOutcome, Context>(channel, context, { result });
}
