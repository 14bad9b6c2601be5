import { connectionChannels, type EventChannel, type TraceChannel } from "@moldau/connection-pool";
import { consumerChannels, consumerTraces } from "@moldau/consumer";
import { producerChannels, producerTraces } from "@moldau/producer";

/**
 * The channels of `node:diagnostics_channel` on which all clients of this process tell what happens, by name, with types:
 * `diagnosticsChannels["moldau:request"].subscribe((event) => …)` is the same as `subscribe("moldau:request", …)`. An event is made only while somebody has
 * subscribed.
 */
export const diagnosticsChannels = { ...connectionChannels, ...producerChannels, ...consumerChannels } as const;

/** What is published on each of the {@link diagnosticsChannels}, by its name. */
export type DiagnosticsEvents = {
  readonly [Name in keyof typeof diagnosticsChannels]: (typeof diagnosticsChannels)[Name] extends EventChannel<
    infer Event
  >
    ? Event
    : never;
};

/**
 * The tracing channels on which spans hang, by name, with types: `diagnosticsTraces["moldau:producer:send"].subscribe({ start, asyncEnd })` is the same
 * as `tracingChannel("moldau:producer:send").subscribe(…)`. One context object goes from `start` to `asyncEnd`, with `result` or `error` at the end.
 */
export const diagnosticsTraces = { ...producerTraces, ...consumerTraces } as const;

/** The context that goes through each of the {@link diagnosticsTraces}, by its name. */
export type DiagnosticsContexts = {
  readonly [Name in keyof typeof diagnosticsTraces]: (typeof diagnosticsTraces)[Name] extends TraceChannel<
    infer Context
  >
    ? Context
    : never;
};
