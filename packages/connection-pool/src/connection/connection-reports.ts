import {
  connectionCloseChannel,
  connectionOpenChannel,
  metadataErrorChannel,
  throttleChannel,
  type ConnectionCloseEvent,
  type ConnectionOpenEvent,
  type MetadataErrorEvent,
  type ThrottleEvent,
} from "../diagnostics.js";
import type { BrokerLog } from "../log/broker-log.js";
import type { ClientLogWriter } from "../log/client-log.js";

/** Where the facts about a client's connections go: to subscribers of the channels, and to the client's log. */
export class ConnectionReports {
  readonly #log: BrokerLog | undefined;

  /** Without a log only subscribers are told. */
  constructor(log?: ClientLogWriter) {
    this.#log = log?.isOn === true ? log.brokers : undefined;
  }

  /** A connection was opened, or could not be. */
  opened(event: ConnectionOpenEvent): void {
    if (connectionOpenChannel.hasSubscribers) connectionOpenChannel.publish(event);
    this.#log?.opened(event);
  }

  /** A connection ended. */
  closed(event: ConnectionCloseEvent): void {
    if (connectionCloseChannel.hasSubscribers) connectionCloseChannel.publish(event);
    this.#log?.closed(event);
  }

  /** A broker holds this client back. */
  throttled(event: ThrottleEvent): void {
    if (throttleChannel.hasSubscribers) throttleChannel.publish(event);
    this.#log?.throttled(event);
  }

  /** Metadata could not be refreshed in the background. */
  metadataFailed(event: MetadataErrorEvent): void {
    if (metadataErrorChannel.hasSubscribers) metadataErrorChannel.publish(event);
    this.#log?.metadataFailed(event);
  }
}
