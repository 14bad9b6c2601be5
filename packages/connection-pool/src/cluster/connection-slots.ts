import type { KafkaError } from "@moldau/protocol-codec";
import { abortable } from "../attempts/wait.js";
import type { Connection } from "../connection/connection.js";
import { clientClosed } from "../errors.js";
import type { Broker } from "./broker.js";

/**
 * What a connection is for. A broker works on one request of a connection at a time, so requests that may wait long get connections of
 * their own: `group` is for what waits until a group has come together, `offsets` for commits that must not wait behind it.
 */
export type ConnectionPurpose = "general" | "produce" | "fetch" | "group" | "offsets" | "transaction";

/** What the connections of one owner are made with. */
export interface ConnectionSlotsOptions {
  /** The owner's name. */
  readonly name: string;
  /** Opens a connection; the signal ends it, also once it is open. */
  readonly open: (broker: Broker, purpose: ConnectionPurpose, signal: AbortSignal) => Promise<Connection>;
  /** Finds a broker. @throws {KafkaError} CLIENT_CONNECTION_FAILED when it is not known. */
  readonly find: (node: number) => Broker;
}

/** A place for a connection: on its way, or filled. */
interface Slot {
  readonly opening: Promise<Connection>;
  readonly abort: AbortController;
  connection?: Connection;
}

/** The connections of one owner, at most one per (broker, purpose); none can be opened any more once it is closed. */
export class ConnectionSlots {
  readonly name: string;
  readonly #options: ConnectionSlotsOptions;
  readonly #slots = new Map<string, Slot>();
  #closed: { readonly reason: KafkaError; readonly done: Promise<void> } | undefined;

  constructor(options: ConnectionSlotsOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Whether {@link close} has been called. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** The connection that is open already, if one is. */
  opened(node: number, purpose: ConnectionPurpose): Connection | undefined {
    const connection = this.#slots.get(slotName(node, purpose))?.connection;
    return connection?.isOpen === true ? connection : undefined;
  }

  /**
   * The connection to a broker: open already, on the way, or opened now. All who ask while it is on the way get the same.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and the other errors of {@link Connection.open}; CLIENT_ABORTED; CLIENT_CLOSED.
   */
  async get(
    node: number,
    purpose: ConnectionPurpose,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Connection> {
    this.checkOpen();
    const slot = this.#slots.get(slotName(node, purpose));
    if (slot && slot.connection?.isOpen !== false) return abortable(slot.opening, signal);
    return abortable(this.#fill(this.#options.find(node), purpose).opening, signal);
  }

  /** @throws {KafkaError} the reason for which it was closed, once it is. */
  checkOpen(): void {
    if (this.#closed) throw this.#closed.reason;
  }

  /** Closes all connections, for good; resolves when the sockets are gone. */
  close(reason: KafkaError = clientClosed(`The ${this.name}`)): Promise<void> {
    if (this.#closed) return this.#closed.done;
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    const done = Promise.all(slots.map((slot) => closeSlot(slot, reason))).then(() => undefined);
    this.#closed = { reason, done };
    return done;
  }

  #fill(broker: Broker, purpose: ConnectionPurpose): Slot {
    const name = slotName(broker.node, purpose);
    const abort = new AbortController();
    const slot: Slot = { abort, opening: this.#options.open(broker, purpose, abort.signal) };
    this.#slots.set(name, slot);
    const vacate = (): void => {
      if (this.#slots.get(name) === slot) this.#slots.delete(name);
    };
    slot.opening.then((connection) => {
      slot.connection = connection;
      connection.once("close", vacate);
      if (!connection.isOpen) vacate();
    }, vacate);
    return slot;
  }
}

function slotName(node: number, purpose: ConnectionPurpose): string {
  return `${node}/${purpose}`;
}

async function closeSlot(slot: Slot, reason: KafkaError): Promise<void> {
  slot.abort.abort(reason);
  try {
    const connection = slot.connection ?? (await slot.opening);
    connection.destroy(reason);
    await connection.closed();
  } catch {
    // It never opened: there is nothing to close, and whoever asked for it has the error.
  }
}
