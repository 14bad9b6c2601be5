import type { KafkaError } from "@moldau/protocol-codec";
import { formatAddress, type Address } from "../addresses.js";
import { Negotiation } from "../connection/api-versions.js";
import { Connection } from "../connection/connection.js";
import type { ConnectionReports } from "../connection/connection-reports.js";
import type { ClientName } from "../diagnostics.js";
import { asKafkaError, clientClosed, connectionFailed } from "../errors.js";
import { Broker } from "./broker.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import { ConnectionSlots, type ConnectionPurpose } from "./connection-slots.js";
import { IdleConnections } from "./idle-connections.js";

/** Where a broker is, as metadata tells. */
export interface BrokerAddress extends Address {
  readonly nodeId: number;
  readonly rack?: string | null;
}

/**
 * All connections of one client, each belonging to one owner. It opens them when they are first asked for, and closes them all.
 *
 * Seeds are brokers too, with the node ids -1, -2, … in the order of the option.
 */
export class ConnectionPool {
  /** The connections that everybody shares for short questions. */
  readonly general: ConnectionSlots;
  readonly #options: ResolvedClusterOptions;
  readonly #client: ClientName;
  readonly #reports: ConnectionReports;
  readonly #seeds: ReadonlyMap<number, Broker>;
  readonly #leases = new Set<ConnectionSlots>();
  readonly #negotiation = new Negotiation();
  readonly #idle: IdleConnections;
  #brokers = new Map<number, Broker>();

  /** `client` is how diagnostics name this client, and `reports` where they go. */
  constructor(options: ResolvedClusterOptions, client: ClientName, reports: ConnectionReports) {
    this.#options = options;
    this.#client = client;
    this.#reports = reports;
    this.#idle = new IdleConnections(options.clock, options.connectionsMaxIdleMs);
    this.#seeds = new Map(
      options.seeds.map((address, index) => [-1 - index, new Broker(-1 - index, { ...options, address })]),
    );
    this.general = this.#slots("client");
  }

  /** The brokers that metadata has told of. */
  get brokers(): readonly Broker[] {
    return [...this.#brokers.values()];
  }

  /** Whether this node id can be connected to. */
  knows(node: number): boolean {
    return this.#find(node) !== undefined;
  }

  /** Why a broker cannot be connected to at the moment, as far as that was tried; undefined when it can, or it was not. */
  failureOf(node: number): KafkaError | undefined {
    return this.#find(node)?.failure;
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

  /** Makes room for the connections of an owner; closing it closes them. @throws {KafkaError} CLIENT_CLOSED when the client is closed. */
  lease(name: string): ConnectionSlots {
    this.general.checkOpen();
    const slots = this.#slots(name);
    this.#leases.add(slots);
    return slots;
  }

  /** Closes the connections of an owner, for good. */
  async endLease(slots: ConnectionSlots): Promise<void> {
    this.#leases.delete(slots);
    await slots.close();
  }

  /** Closes everything, for good; resolves when the sockets are gone. */
  async close(): Promise<void> {
    const all = [this.general, ...this.#leases];
    this.#leases.clear();
    await Promise.all(all.map((slots) => slots.close(clientClosed("The client"))));
  }

  #slots(name: string): ConnectionSlots {
    return new ConnectionSlots({
      name,
      open: (broker, purpose, signal) => this.#open(broker, { purpose, owner: name }, signal),
      find: (node) => this.#find(node) ?? unknownBroker(node),
    });
  }

  #find(node: number): Broker | undefined {
    return this.#brokers.get(node) ?? this.#seeds.get(node);
  }

  async #open(
    broker: Broker,
    { purpose, owner }: { readonly purpose: ConnectionPurpose; readonly owner: string },
    signal: AbortSignal,
  ): Promise<Connection> {
    const reports = this.#reports;
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const { node, address } = broker;
    const negotiation = this.#negotiation;
    const origin = { ...this.#client, owner, purpose };
    const event = { ...origin, node, address: formatAddress(address) };
    try {
      const waitMs = broker.waitMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const connection = await Connection.open(
        { ...this.#options, node, address, origin, reports, isShared: purpose === "general", negotiation },
        signal,
      );
      broker.succeeded();
      this.#idle.watch(connection);
      reports.opened({ ...event, durationMs: clock.monotonic() - startedAt });
      return connection;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      broker.failed(asKafkaError(error));
      if (error instanceof Error) reports.opened({ ...event, durationMs: clock.monotonic() - startedAt, error });
      throw error;
    }
  }

  #updated(known: Broker | undefined, { nodeId, host, port, rack = null }: BrokerAddress): Broker {
    if (!known) return new Broker(nodeId, { ...this.#options, address: { host, port }, rack });
    known.update({ host, port }, rack);
    return known;
  }

  #rank(broker: Broker): number {
    if (this.general.opened(broker.node, "general")) return 0;
    return (broker.isFailing ? 2 : 1) + (broker.node < 0 ? 2 : 0);
  }

  #shuffled<Item>(items: readonly Item[]): readonly Item[] {
    return items
      .map((item) => ({ item, at: this.#options.random() }))
      .toSorted((left, right) => left.at - right.at)
      .map(({ item }) => item);
  }
}

function unknownBroker(node: number): never {
  throw connectionFailed(`Broker ${node} is not known: it may have left the cluster.`, {
    broker: node,
    refreshMetadata: true,
  });
}
