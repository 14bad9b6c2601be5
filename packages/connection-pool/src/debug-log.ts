import { debuglog } from "node:util";
import {
  connectionCloseChannel,
  connectionOpenChannel,
  metadataErrorChannel,
  requestChannel,
  throttleChannel,
  type ConnectionOpenEvent,
  type EventOrigin,
} from "./diagnostics.js";

const debug = debuglog("moldau");
let isStarted = false;

/** Shows connections and requests, a line each, when the environment has `NODE_DEBUG=moldau`; otherwise it costs nothing. */
export function startDebugLog(): void {
  if (isStarted || !debug.enabled) return;
  isStarted = true;
  connectionOpenChannel.subscribe(({ durationMs, error, ...event }) => {
    const became = error === undefined ? "opened" : `failed: ${error.message}`;
    debug("%s connection to %s %s after %d ms", whose(event), broker(event), became, durationMs);
  });
  connectionCloseChannel.subscribe(({ wasOpen, error, ...event }) => {
    if (wasOpen) debug("%s connection to %s closed: %s", whose(event), broker(event), error.message);
  });
  requestChannel.subscribe(({ apiName, apiVersion, durationMs, responseBytes, error, ...event }) => {
    const outcome = error === undefined ? `${responseBytes} bytes` : error.message;
    debug("%s %s v%d to %s: %d ms, %s", whose(event), apiName, apiVersion, broker(event), durationMs, outcome);
  });
  throttleChannel.subscribe(({ apiName, throttleTimeMs, ...event }) =>
    debug("%s held back by %s for %d ms after %s", whose(event), broker(event), throttleTimeMs, apiName),
  );
  metadataErrorChannel.subscribe(({ topics, error, ...event }) =>
    debug("%s metadata of %s: %s", whose(event), topics.join(", "), error.message),
  );
}

function whose({ clientId, clientInstance, owner, purpose }: EventOrigin): string {
  return `${clientId}#${clientInstance} (${owner}, ${purpose})`;
}

function broker({ node, address }: Pick<ConnectionOpenEvent, "node" | "address">): string {
  return node < 0 ? address : `broker ${node} at ${address}`;
}
