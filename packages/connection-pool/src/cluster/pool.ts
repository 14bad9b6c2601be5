import type { KafkaError } from "@moldau/protocol-codec";
import { formatAddress, type Address } from "../addresses.js";
import { Negotiation } from "../connection/api-versions.js";
import { Broker } from "./broker.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import { Connection } from "../connection/connection.js";
import { connectionOpenChannel, type ConnectionOpenEvent } from "../diagnostics.js";
import { clientClosed, connectionFailed } from "../errors.js";
import { abortable, sleep } from "../attempts/wait.js";

/** What a connection is for. A broker works on one request of a connection at a time, so requests that may wait long get connections of their own. */
export type ConnectionPurpose = "produce" | "fetch" | "group" | "general";

/** Which of the connections to a broker is meant. */
export interface ConnectionKey {
  readonly purpose: ConnectionPurpose;
  /** The producer or consumer that has it to itself; null: shared by all. */
  readonly owner: object | null;
}

/** The key of the connection that everybody shares for short questions. */
export const generalKey: ConnectionKey = { purpose: "general", owner: null };

/** Where a broker is, as metadata tells. */
export interface BrokerAddress extends Address {
  readonly nodeId: number;
  readonly rack?: string | null;
}

/** A place in the pool: empty, on the way, or filled. */
interface Slot {
  readonly node: number;
  readonly opening: Promise<Connection>;
  readonly abort: AbortController;
  connection?: Connection;
}

/**
 * All connections of one client, at most one per (broker, purpose, owner). It opens them when they are first asked for, and closes them all.
 *
 * Seeds are brokers too, with the node ids -1, -2, … in the order of the option.
 */
export class ConnectionPool {
  readonly #options: ResolvedClusterOptions;
  readonly #seeds: ReadonlyMap<number, Broker>;
  readonly #slots = new Map<object | null, Map<string, Slot>>();
  readonly #negotiation = new Negotiation();
  #brokers = new Map<number, Broker>();
  #closed = false;

  constructor(options: ResolvedClusterOptions) {
    this.#options = options;
    this.#seeds = new Map(
      options.seeds.map((address, index) => [-1 - index, new Broker(-1 - index, { ...options, address })]),
    );
  }

  /** The brokers that metadata has told of. */
  get brokers(): readonly Broker[] {
    return [...this.#brokers.values()];
  }

  /** Whether this node id can be connected to. */
  knows(node: number): boolean {
    return this.#find(node) !== undefined;
  }

  /** Takes the whole list of brokers from metadata; those that are missing are forgotten, and their connections live on until they end. */
  setBrokers(brokers: readonly BrokerAddress[]): void {
    const previous = this.#brokers;
    this.#brokers = new Map();
    for (const broker of brokers) this.#brokers.set(broker.nodeId, this.#updated(previous.get(broker.nodeId), broker));
  }

  /** Takes one broker that some other answer told of. */
  addBroker(broker: BrokerAddress): void {
    this.#brokers.set(broker.nodeId, this.#updated(this.#brokers.get(broker.nodeId), broker));
  }

  /** Forgets every broker but the seeds (KIP-1102): what is known has nothing to do with the cluster any more. */
  forgetBrokers(): void {
    this.#brokers = new Map();
  }

  /** The nodes to ask when any will do: first those already connected, then those not failing lately, and the seeds when no broker is left. */
  candidates(): readonly number[] {
    const known = this.#shuffled([...this.#brokers.values()]);
    const seeds = this.#shuffled([...this.#seeds.values()]);
    return [...known, ...seeds]
      .map((broker, index) => ({ node: broker.node, rank: this.#rank(broker), index }))
      .toSorted((left, right) => left.rank - right.rank || left.index - right.index)
      .map(({ node }) => node);
  }

  /**
   * The connection to a broker for a key: open already, on the way, or opened now. All who ask while it is on the way get the same.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and the other errors of {@link Connection.open}; CLIENT_ABORTED; CLIENT_CLOSED.
   */
  async get(
    node: number,
    key: ConnectionKey,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Connection> {
    if (this.#closed) throw clientClosed("The client");
    const slots = this.#slotsOf(key.owner);
    const name = `${node}/${key.purpose}`;
    const slot = slots.get(name);
    if (slot && slot.connection?.isOpen !== false) return abortable(slot.opening, signal);
    const broker = this.#find(node);
    if (!broker)
      throw connectionFailed(`Broker ${node} is not known: it may have left the cluster.`, {
        broker: node,
        refreshMetadata: true,
      });
    return abortable(this.#fill(slots, name, { broker, key }).opening, signal);
  }

  /** Closes all connections of an owner, those on their way included; resolves when their sockets are gone. */
  async release(owner: object): Promise<void> {
    const slots = this.#slots.get(owner);
    this.#slots.delete(owner);
    await closeAll(slots?.values() ?? [], clientClosed("The connection's owner"));
  }

  /** Closes everything, for good; resolves when the sockets are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const slots = [...this.#slots.values()].flatMap((ofOwner) => [...ofOwner.values()]);
    this.#slots.clear();
    await closeAll(slots, clientClosed("The client"));
  }

  #find(node: number): Broker | undefined {
    return this.#brokers.get(node) ?? this.#seeds.get(node);
  }

  #slotsOf(owner: object | null): Map<string, Slot> {
    const known = this.#slots.get(owner);
    if (known) return known;
    const created = new Map<string, Slot>();
    this.#slots.set(owner, created);
    return created;
  }

  #fill(
    slots: Map<string, Slot>,
    name: string,
    { broker, key }: { readonly broker: Broker; readonly key: ConnectionKey },
  ): Slot {
    const abort = new AbortController();
    const slot: Slot = { node: broker.node, abort, opening: this.#open(broker, key, abort.signal) };
    slots.set(name, slot);
    const vacate = (): void => {
      if (slots.get(name) === slot) slots.delete(name);
    };
    slot.opening.then((connection) => {
      slot.connection = connection;
      connection.once("close", vacate);
      if (!connection.isOpen) vacate();
    }, vacate);
    return slot;
  }

  async #open(broker: Broker, key: ConnectionKey, signal: AbortSignal): Promise<Connection> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const event = { node: broker.node, address: formatAddress(broker.address), purpose: key.purpose };
    try {
      const waitMs = broker.waitMs();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      const connection = await Connection.open(
        { ...this.#options, node: broker.node, address: broker.address, negotiation: this.#negotiation },
        signal,
      );
      broker.succeeded();
      publishOpen({ ...event, durationMs: clock.monotonic() - startedAt });
      return connection;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      broker.failed();
      if (error instanceof Error) publishOpen({ ...event, durationMs: clock.monotonic() - startedAt, error });
      throw error;
    }
  }

  #updated(known: Broker | undefined, { nodeId, host, port, rack = null }: BrokerAddress): Broker {
    if (!known) return new Broker(nodeId, { ...this.#options, address: { host, port }, rack });
    known.update({ host, port }, rack);
    return known;
  }

  #rank(broker: Broker): number {
    const connected = this.#slots.get(null)?.get(`${broker.node}/${generalKey.purpose}`)?.connection?.isOpen === true;
    if (connected) return 0;
    return (broker.isFailing ? 2 : 1) + (broker.node < 0 ? 2 : 0);
  }

  #shuffled<Item>(items: readonly Item[]): readonly Item[] {
    return items
      .map((item) => ({ item, at: this.#options.random() }))
      .toSorted((left, right) => left.at - right.at)
      .map(({ item }) => item);
  }
}

async function closeAll(slots: Iterable<Slot>, reason: KafkaError): Promise<void> {
  await Promise.all([...slots].map((slot) => closeSlot(slot, reason)));
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

function publishOpen(event: ConnectionOpenEvent): void {
  if (connectionOpenChannel.hasSubscribers) connectionOpenChannel.publish(event);
}
