import type { BrokerConnection } from "../connection/broker-connection.js";
import type { ConnectionPurpose } from "./connection-slots.js";

/** Who has connections to itself. */
export interface LeaseOwner {
  /** What it is, as errors and diagnostics call it: `producer`, `consumer of "billing"`. */
  readonly name: string;
}

/**
 * The right of one producer, consumer or loop to connections of its own, at most one per (broker, purpose).
 *
 * A lease is closed once, for good: what it had is closed then, what is on its way never opens, and whoever still asks is refused. So an
 * owner that is over leaves no connection behind, whatever of it is still running.
 */
export interface Lease {
  /** The owner's name. */
  readonly name: string;
  /** Whether {@link close} has been called, or the whole client was closed. */
  readonly isClosed: boolean;
  /**
   * The connection to a broker for a purpose: opened, negotiated and logged in when there is none. A connection that is over is replaced
   * by the next call.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and the other errors of opening, after which the next attempt waits a little; CLIENT_ABORTED;
   * CLIENT_CLOSED, for ever, once the lease is closed.
   */
  connection(
    node: number,
    purpose: ConnectionPurpose,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<BrokerConnection>;
  /** Closes all its connections, those on their way included; resolves when their sockets are gone. Again and again does no harm. */
  close(): Promise<void>;
}
