import { eventChannel, type EventChannels } from "@moldau/connection-pool/internal";
import { commitChannel } from "./offsets/commit-trace.js";
import { messageBatchChannel, messageChannel } from "./reading/hand-trace.js";
import type { ConsumerEvents } from "./events.js";

/** The channels of a consumer's events, by the names of the events. */
export const channelsOfEvents: EventChannels<ConsumerEvents> = {
  assigned: eventChannel("moldau:consumer:assigned"),
  revoked: eventChannel("moldau:consumer:revoked"),
  lost: eventChannel("moldau:consumer:lost"),
  committed: eventChannel("moldau:consumer:committed"),
  commitRefused: eventChannel("moldau:consumer:commitRefused"),
  lag: eventChannel("moldau:consumer:lag"),
  retrying: eventChannel("moldau:consumer:retrying"),
  failed: eventChannel("moldau:consumer:failed"),
  closed: eventChannel("moldau:consumer:closed"),
};

/** The diagnostics channels on which consumers tell what {@link ConsumerEvents} tells, by name. */
export const consumerChannels = {
  "moldau:consumer:assigned": channelsOfEvents.assigned,
  "moldau:consumer:revoked": channelsOfEvents.revoked,
  "moldau:consumer:lost": channelsOfEvents.lost,
  "moldau:consumer:committed": channelsOfEvents.committed,
  "moldau:consumer:commitRefused": channelsOfEvents.commitRefused,
  "moldau:consumer:lag": channelsOfEvents.lag,
  "moldau:consumer:retrying": channelsOfEvents.retrying,
  "moldau:consumer:failed": channelsOfEvents.failed,
  "moldau:consumer:closed": channelsOfEvents.closed,
} as const;

/** The tracing channels of consumers, by name. */
export const consumerTraces = {
  "moldau:consumer:message": messageChannel,
  "moldau:consumer:batch": messageBatchChannel,
  "moldau:consumer:commit": commitChannel,
} as const;
