import type { Api, Fields, StructOut, Uuid } from "@moldau/protocol-codec";
import { EventEmitter } from "eventemitter3";
import type { BrokerConnection } from "../connection/broker-connection.js";
import { isAddress } from "../addresses.js";
import { backgroundClock, type Clock } from "@moldau/platform";
import { maxTimerMs, OptionReader } from "../options.js";
import { resolveClusterOptions, type ClusterOptions, type ResolvedClusterOptions } from "./cluster-options.js";
import { Coordinators, type CoordinatorType } from "./coordinators.js";
import { clientClosed, invalidArgument } from "../errors.js";
import type { TopicMetadata } from "./metadata.js";
import type { ConnectionPurpose, ConnectionSlots } from "./connection-slots.js";
import { ConnectionReports } from "../connection/connection-reports.js";
import { startDebugLog } from "../debug-log.js";
import type { ClientName } from "../diagnostics.js";
import { ClientLogWriter, type ClientLog } from "../log/client-log.js";
import type { Lease, LeaseOwner } from "./lease.js";
import { ConnectionPool, type BrokerAddress } from "./pool.js";
import { Requester, type ClusterRequestOptions, type OperationOptions, type RequestBody } from "./requester.js";
import { Topics, type TopicOptions } from "./topics.js";

/** What a cluster tells. */
export interface ClusterEvents {
  /** These topics have been read anew, or a newer leader of theirs was learnt. */
  metadata: [topics: readonly string[]];
}

/**
 * One Kafka cluster as a client sees it: its brokers, its topics, its coordinators, and the connections to them.
 *
 * Producers, consumers and admin share one; nothing is connected before something is asked for, and {@link close} closes all.
 */
export class Cluster extends EventEmitter<ClusterEvents> implements AsyncDisposable {
  /** The options, checked and complete. */
  readonly options: ResolvedClusterOptions;
  /** What tells this client from others in everything that it says. */
  readonly client: ClientName;
  /** What this client tells people. */
  readonly clientLog: ClientLog;
  readonly #pool: ConnectionPool;
  readonly #requester: Requester;
  readonly #topics: Topics;
  readonly #coordinators: Coordinators;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; nothing is connected yet. */
  constructor(options: ClusterOptions) {
    super();
    this.options = resolveClusterOptions(options);
    this.client = { clientId: this.options.clientId, clientInstance: ++instances };
    const log = new ClientLogWriter(this.client, this.options);
    this.clientLog = log;
    startDebugLog();
    const { client } = this;
    const reports = new ConnectionReports(log);
    this.#pool = new ConnectionPool(this.options, client, reports);
    this.#requester = new Requester(this.#pool, this.options, this.#closing.signal);
    // What is asked on behalf of all keeps no process alive by itself: those who wait for it do.
    const inBackground = { ...this.options, clock: backgroundClock(this.options.clock) };
    const requester = new Requester(this.#pool, inBackground, this.#closing.signal);
    this.#coordinators = new Coordinators(requester, this.#pool, this.options);
    const updated = (topics: readonly string[]): void => {
      this.emit("metadata", topics);
    };
    this.#topics = new Topics({ requester, pool: this.#pool, options: this.options, client, reports, updated });
  }

  /** Where this client's time comes from. */
  get clock(): Clock {
    return this.options.clock;
  }

  /** Where this client's chance comes from: numbers from 0 up to, but not including, 1. */
  get random(): () => number {
    return this.options.random;
  }

  /** The cluster's id; null before it is known. */
  get clusterId(): string | null {
    return this.#topics.clusterId;
  }

  /** The brokers that are known, in no particular order; none before the first answer. */
  get brokers(): readonly BrokerAddress[] {
    return this.#pool.brokers.map(({ node, address, rack }) => ({ nodeId: node, ...address, rack }));
  }

  /** Whether {@link close} has been called. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Connects to any of the brokers, to fail early: each of them is tried once. With `timeoutMs` they are tried again and again until then.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED, saying what each had to say; CLIENT_SASL_FAILED, CLIENT_TLS_FAILED and the broker's own;
   * CLIENT_INVALID_ARGUMENT.
   */
  async connect(options: OperationOptions = {}): Promise<void> {
    const read = new OptionReader<OperationOptions>("connect", options);
    const timeoutMs = read.integer("timeoutMs", { min: 1, max: maxTimerMs, default: null }) ?? undefined;
    const signal = read.signal("signal");
    read.done();
    this.#checkOpen();
    await this.#topics.connect({ timeoutMs, signal });
  }

  /**
   * Gives what is known of a topic, and asks for it when nothing is: again and again while the answer may change, as it does right after a
   * topic was created.
   *
   * @throws {KafkaError} UNKNOWN_TOPIC_OR_PARTITION when the time is over, TOPIC_AUTHORIZATION_FAILED and others at once.
   */
  async topic(name: string, options: TopicOptions = {}): Promise<TopicMetadata> {
    this.#checkOpen();
    if (typeof name !== "string" || name === "")
      throw invalidArgument('topic: expected the name of a topic, such as "orders".');
    return this.#topics.get(name, options);
  }

  /** What is known of a topic, at once, and never newer for the asking; too old, it is refreshed behind the caller's back. */
  cachedTopic(name: string): TopicMetadata | undefined {
    return this.#topics.cached(name);
  }

  /** The name of the topic with this id, when it is one that was asked for by name. */
  topicNameOf(topicId: Uuid): string | undefined {
    return this.#topics.nameOf(topicId);
  }

  /**
   * Asks anew for topics because an answer showed that what is known is stale. Asks that come together become one, and those that bring
   * nothing new are made ever more slowly.
   *
   * @throws {KafkaError} when no broker could be asked.
   */
  async refreshTopics(names: Iterable<string>, options: OperationOptions = {}): Promise<void> {
    this.#checkOpen();
    await this.#topics.refresh(names, options);
  }

  /** Takes a newer leader that an error answer named (KIP-951); older epochs than the known one are ignored. */
  leaderHint(topic: string, partition: number, leader: number, leaderEpoch: number): void {
    this.#topics.hintLeader(topic, partition, { leader, leaderEpoch });
  }

  /** Takes the addresses of brokers that an error answer named (`nodeEndpoints`, KIP-951). */
  brokerHints(brokers: readonly BrokerAddress[]): void {
    for (const broker of brokers.filter(isAddress)) this.#pool.addBroker(broker);
  }

  /**
   * Makes a request on a shared connection and gives the answer, whatever error codes stand in it.
   *
   * Failures of the connection are tried again, with back-off, on the same node or, without one, on any.
   *
   * @throws {KafkaError} the connection's failure when the time is over, UNSUPPORTED_VERSION, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: ClusterRequestOptions = {},
  ): Promise<StructOut<Res>> {
    await this.#reach(options);
    return this.#requester.request(api, body, options);
  }

  /**
   * Asks one broker once, or, without a node, each until one answers: for callers that would rather ask elsewhere than wait.
   *
   * @throws {KafkaError} the connection's failure at once; otherwise as {@link request}.
   */
  async requestOnce<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: ClusterRequestOptions = {},
  ): Promise<StructOut<Res>> {
    await this.#reach(options);
    return this.#requester.once(api, body, options);
  }

  /** Node id of the controller, or of a broker that passes requests on to it. @throws {KafkaError} when no broker answers. */
  async controller(options: OperationOptions = {}): Promise<number> {
    this.#checkOpen();
    if (this.#topics.controllerId < 0) await this.#topics.refresh([], options);
    return this.#topics.controllerId;
  }

  /** Node id of the broker that coordinates a group or a transactional id, looked up when it is not known. @throws {KafkaError} the broker's reason. */
  async coordinator(type: CoordinatorType, key: string, options: OperationOptions = {}): Promise<number> {
    this.#checkOpen();
    return this.#coordinators.find(type, key, options);
  }

  /** Forgets a coordinator: it said NOT_COORDINATOR, or does not answer. */
  forgetCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.forget(type, key);
  }

  /** Gives an owner the right to connections of its own, until it is closed. @throws {KafkaError} CLIENT_CLOSED. */
  lease({ name }: LeaseOwner): Lease {
    this.#checkOpen();
    return new ClusterLease(this.#pool, this.#pool.lease(name), (node, options) => this.#find(node, options));
  }

  /** Closes everything, at once: requests on their way fail with CLIENT_CLOSED. Again and again does no harm. */
  close(): Promise<void> {
    this.#closing.abort(clientClosed("The client"));
    this.#closed ??= this.#pool.close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A node that some answer named may be newer than what is known of brokers. */
  async #find(node: number, { signal, timeoutMs }: OperationOptions = {}): Promise<void> {
    if (!this.#pool.knows(node)) await this.#topics.refresh([], { signal, timeoutMs });
  }

  /** What comes before every request: the client is open, and the node is one that can be connected to. */
  async #reach(options: ClusterRequestOptions): Promise<void> {
    this.#checkOpen();
    if (options.node !== undefined) await this.#find(options.node, options);
  }

  #checkOpen(): void {
    if (this.isClosed) throw clientClosed("The client");
  }
}

/** How many clusters this process has made: nothing else tells two clients of one name apart. */
let instances = 0;

/** Sees to it that a node is known, if it can be. */
type FindNode = (node: number, options: OperationOptions) => Promise<void>;

/** The connections of one owner, for nodes that may have to be asked for first. */
class ClusterLease implements Lease {
  readonly name: string;
  readonly #pool: ConnectionPool;
  readonly #slots: ConnectionSlots;
  readonly #find: FindNode;

  constructor(pool: ConnectionPool, slots: ConnectionSlots, find: FindNode) {
    this.name = slots.name;
    this.#pool = pool;
    this.#slots = slots;
    this.#find = find;
  }

  get isClosed(): boolean {
    return this.#slots.isClosed;
  }

  async connection(
    node: number,
    purpose: ConnectionPurpose,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<BrokerConnection> {
    this.#slots.checkOpen();
    await this.#find(node, { signal });
    return this.#slots.get(node, purpose, { signal });
  }

  close(): Promise<void> {
    return this.#pool.endLease(this.#slots);
  }
}
