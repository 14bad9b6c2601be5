import { connectionChannels, type EventChannel } from "@moldau/connection-pool";
import { consumerChannels } from "@moldau/consumer";
import { producerChannels } from "@moldau/producer";

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
