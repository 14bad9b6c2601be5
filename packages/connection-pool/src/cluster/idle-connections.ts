import type { Clock, Timer } from "@moldau/platform";
import type { KafkaError } from "@moldau/protocol-codec";
import type { Connection } from "../connection/connection.js";
import { connectionClosed } from "../errors.js";

/**
 * Closes connections that nobody has used for long, before the broker does: behind an address translation that has forgotten it, or a broker
 * that has gone without a word, a connection looks open, and its next user would wait for an answer until the request times out.
 *
 * There is one timer for all connections, and none while there are no connections; requests do not touch it.
 */
export class IdleConnections {
  readonly #clock: Clock;
  readonly #maxIdleMs: number;
  readonly #connections = new Set<Connection>();
  #timer: Timer | undefined;

  constructor(clock: Clock, maxIdleMs: number) {
    this.#clock = clock;
    this.#maxIdleMs = maxIdleMs;
  }

  /** Watches a connection until it is over. */
  watch(connection: Connection): void {
    if (!connection.isOpen) return;
    this.#connections.add(connection);
    connection.once("close", () => this.#forget(connection));
    this.#arm(this.#maxIdleMs);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer ??= this.#clock.timer(ms, () => this.#look(), { background: true });
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    let earliest = Infinity;
    for (const connection of [...this.#connections]) {
      const closesAt = (connection.pendingRequests > 0 ? now : connection.lastUsedAt) + this.#maxIdleMs;
      if (closesAt <= now) connection.destroy(unused(connection, this.#maxIdleMs));
      else earliest = Math.min(earliest, closesAt);
    }
    if (earliest < Infinity) this.#arm(earliest - now);
  }
}

function unused({ node, address }: Connection, maxIdleMs: number): KafkaError {
  return connectionClosed(
    `The connection to ${address} was closed because nobody had used it for ${maxIdleMs} ms (option connectionsMaxIdleMs).`,
    { address, ...(node < 0 ? {} : { broker: node }) },
  );
}
