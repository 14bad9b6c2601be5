import type { Connection } from "../connection/connection.js";
import { clientClosed } from "../errors.js";
import type { ConnectionPool, ConnectionPurpose } from "./pool.js";

/** Who has connections to itself, as errors and diagnostics call it. */
export interface LeaseOwner {
  /** For example `consumer of group "billing"`. */
  readonly name: string;
}

/** What a {@link Lease} needs of the cluster. */
export interface LeaseInit {
  readonly owner: LeaseOwner;
  readonly pool: ConnectionPool;
  /** Learns of a node that some answer named and that is not known yet. */
  readonly find: (node: number) => Promise<void>;
}

/**
 * One owner's right to connections of its own: at most one to each broker for each purpose, opened when first asked for.
 *
 * A lease that was closed stays closed: whatever still runs for the owner opens nothing any more, so nothing is left open behind it.
 */
export class Lease {
  readonly owner: LeaseOwner;
  readonly #pool: ConnectionPool;
  readonly #find: (node: number) => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor({ owner, pool, find }: LeaseInit) {
    this.owner = owner;
    this.#pool = pool;
    this.#find = find;
  }

  /** Whether {@link close} has been called. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /**
   * The owner's connection to a broker for a purpose: opened, negotiated and logged in when there is none. A connection that is over is
   * replaced by the next call.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and the other errors of opening; after a failure the next attempt waits a little.
   * CLIENT_CLOSED once the lease or the client is closed, for ever; CLIENT_ABORTED.
   */
  async connection(
    node: number,
    purpose: ConnectionPurpose,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Connection> {
    this.#checkOpen();
    await this.#find(node);
    this.#checkOpen();
    return this.#pool.get(node, { purpose, owner: this.owner }, { signal });
  }

  /** Closes the owner's connections, those on their way included; resolves when their sockets are gone. Again and again does no harm. */
  close(): Promise<void> {
    this.#closed ??= this.#pool.release(this.owner);
    return this.#closed;
  }

  #checkOpen(): void {
    if (this.isClosed) throw clientClosed(`The ${this.owner.name}`);
  }
}
