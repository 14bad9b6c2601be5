import { channel } from "node:diagnostics_channel";
import type { Clock } from "@moldau/platform";
import type { PendingRequest } from "./connection/pending-request.js";

/** A connection was opened, or could not be; published on `moldau:connection:open`. */
export interface ConnectionOpenEvent {
  readonly node: number;
  readonly address: string;
  readonly purpose: string;
  readonly durationMs: number;
  readonly error?: Error;
}

/** A connection ended; published on `moldau:connection:close`. */
export interface ConnectionCloseEvent {
  readonly node: number;
  readonly address: string;
  readonly error: Error;
}

/** A request was answered or failed; published on `moldau:request`. */
export interface RequestEvent {
  readonly node: number;
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly durationMs: number;
  /** Size of the answer without its length prefix; 0 when none came. */
  readonly responseBytes: number;
  readonly throttleTimeMs: number;
  readonly error?: Error;
}

/** Metadata could not be refreshed in the background; published on `moldau:metadata:error`. The next call that needs it gets the error itself. */
export interface MetadataErrorEvent {
  readonly topics: readonly string[];
  readonly error: Error;
}

// Nothing is built, and nothing costs, until somebody subscribes: ask `hasSubscribers` before making an event.
export const connectionOpenChannel = channel("moldau:connection:open");
export const connectionCloseChannel = channel("moldau:connection:close");
export const requestChannel = channel("moldau:request");
export const metadataErrorChannel = channel("moldau:metadata:error");

/** Tells subscribers what became of a request. */
export function publishRequest(
  { node, clock }: { readonly node: number; readonly clock: Clock },
  { api, version, correlationId, startedAt }: PendingRequest,
  outcome: Pick<RequestEvent, "responseBytes" | "throttleTimeMs" | "error">,
): void {
  const durationMs = clock.monotonic() - startedAt;
  const { key: apiKey, name: apiName } = api;
  const event: RequestEvent = { node, apiKey, apiName, apiVersion: version, correlationId, durationMs, ...outcome };
  requestChannel.publish(event);
}
