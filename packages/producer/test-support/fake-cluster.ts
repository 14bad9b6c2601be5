import { randomBytes } from "node:crypto";
import type {
  BrokerConnection,
  ClientLog,
  PartitionMetadata,
  TopicMetadata,
  TopicOptions,
} from "@moldau/connection-pool";
import { kafkaError, Uuid, type InitProducerIdResponse, type ProduceResponsePartition } from "@moldau/protocol-codec";
import { EventEmitter } from "eventemitter3";
import { VirtualClock } from "moldau-testing";
import type { ProduceConnection, ProducerCluster, ProducerClusterOptions, ProducerLease } from "../src/index.js";
import { FakeConnection, type FakeRequest, type SentPartition } from "./fake-connection.js";
import { ModelLog } from "./model-log.js";

/** A cluster without a network: brokers are model logs, and the test decides the fate of each request. */
export class FakeCluster extends EventEmitter<{ metadata: [topics: readonly string[]] }> implements ProducerCluster {
  readonly clock = new VirtualClock();
  readonly client = { clientId: "test", clientInstance: 1 };
  readonly clientLog: ClientLog = { isOn: false, write: () => undefined };
  readonly random = (): number => 0.5;
  readonly options: ProducerClusterOptions = {
    clock: this.clock,
    random: this.random,
    retry: { initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: 0 },
    requestTimeoutMs: 30_000,
  };
  /** Requests that nothing was decided about, oldest first. */
  readonly pending: FakeRequest[] = [];
  /** Number of connections opened. */
  connections = 0;
  /** Number of times metadata was asked for. */
  refreshes = 0;
  /** Sockets keep the bytes until the test lets go of {@link heldBuffers}. */
  keepsBuffers = false;
  readonly heldBuffers: (() => void)[] = [];
  /** What InitProducerId answers. */
  initProducerId = (): { errorCode: number; producerId: bigint; producerEpoch: number } => ({
    errorCode: 0,
    producerId: 7n,
    producerEpoch: 0,
  });
  /** Called for every request; the default leaves it to the test. */
  onRequest: (request: FakeRequest) => void = (request) => void this.pending.push(request);
  /** What connecting fails with. */
  unreachable: Error | undefined;

  /** The coordinator of transactions and groups, for producers with a transactional id. */
  coordinatorConnection: BrokerConnection | undefined;
  coordinatorNode = 9;
  /** How often the coordinator has been forgotten. */
  coordinatorSearches = 0;

  readonly #topics = new Map<string, TopicMetadata>();
  readonly #names = new Map<string, string>();
  readonly #logs = new Map<string, ModelLog>();
  readonly #connections = new Map<number, FakeConnection>();
  #released = 0;

  constructor(topics: Readonly<Record<string, number>> = { orders: 1 }) {
    super();
    for (const [name, partitions] of Object.entries(topics)) this.createTopic(name, partitions);
  }

  createTopic(name: string, partitions: number, leader = 1): void {
    const topicId = Uuid.random(() => randomBytes(16));
    const all = Array.from({ length: partitions }, (_, partition) => partitionOf(partition, leader, 0));
    this.#topics.set(name, { name, topicId, isInternal: false, partitions: all });
    this.#names.set(topicId.toString(), name);
    this.emit("metadata", [name]);
  }

  moveLeader(topic: string, partition: number, leader: number): void {
    const metadata = this.#topics.get(topic)!;
    const before = metadata.partitions[partition];
    const partitions = metadata.partitions.with(
      partition,
      partitionOf(partition, leader, (before?.leaderEpoch ?? 0) + 1),
    );
    this.#topics.set(topic, { ...metadata, partitions });
    this.emit("metadata", [topic]);
  }

  log(topic: string, partition: number): ModelLog {
    const name = `${topic}-${partition}`;
    const known = this.#logs.get(name) ?? new ModelLog();
    this.#logs.set(name, known);
    return known;
  }

  append(node: number, { topic, partition, records }: SentPartition): Partial<ProduceResponsePartition> {
    if (this.cachedTopic(topic)?.partitions[partition]?.leader !== node) return { errorCode: 6 };
    return this.log(topic, partition).append(records);
  }

  arrived(request: FakeRequest): void {
    this.onRequest(request);
  }

  nameOf(topicId: Uuid): string {
    return this.#names.get(topicId.toString()) ?? "?";
  }

  /** The next request that nothing was decided about. */
  next(): FakeRequest {
    const request = this.pending.shift();
    if (request === undefined) throw new Error("No request has arrived.");
    return request;
  }

  get releasedOwners(): number {
    return this.#released;
  }

  cachedTopic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  async topic(name: string, { signal, timeoutMs = 30_000, retrying }: TopicOptions = {}): Promise<TopicMetadata> {
    const known = this.#topics.get(name);
    if (known) return known;
    retrying?.({ error: kafkaError(3, { topic: name }), delayMs: timeoutMs });
    await new Promise<void>((resolve, reject) => {
      const timer = this.clock.timer(timeoutMs, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason);
      });
      this.on("metadata", (names) => {
        if (names.includes(name)) resolve(timer.cancel());
      });
    });
    const found = this.#topics.get(name);
    if (found === undefined) throw kafkaError(3, { topic: name });
    return found;
  }

  async refreshTopics(names: Iterable<string>): Promise<void> {
    this.refreshes += 1;
    await Promise.resolve();
    this.emit("metadata", [...names]);
  }

  leaderHint(topic: string, partition: number, leader: number): void {
    if (this.#topics.get(topic)?.partitions[partition]?.leader !== leader) this.moveLeader(topic, partition, leader);
  }

  async connect(): Promise<void> {
    await this.connection(0);
  }

  brokerHints(): void {}

  lease(): ProducerLease {
    return new FakeLease(this, () => this.#release());
  }

  /** The node of every coordinator. */
  async coordinator(): Promise<number> {
    await Promise.resolve();
    return this.coordinatorNode;
  }

  forgetCoordinator(): void {
    this.coordinatorSearches += 1;
  }

  async connection(node: number): Promise<ProduceConnection> {
    await Promise.resolve();
    if (this.unreachable) throw this.unreachable;
    const known = this.#connections.get(node);
    if (known?.isOpen) return known;
    this.connections += 1;
    const created = new FakeConnection(this, node);
    this.#connections.set(node, created);
    return created;
  }

  async request(): Promise<InitProducerIdResponse> {
    await Promise.resolve();
    return { throttleTimeMs: 0, ongoingTxnProducerId: -1n, ongoingTxnProducerEpoch: -1, ...this.initProducerId() };
  }

  async #release(): Promise<void> {
    this.#released += 1;
    for (const connection of this.#connections.values()) connection.end();
  }
}

/** Gives connections to brokers, and one to the coordinator. */
class FakeLease implements ProducerLease {
  readonly #cluster: FakeCluster;
  readonly close: () => Promise<void>;

  constructor(cluster: FakeCluster, close: () => Promise<void>) {
    this.#cluster = cluster;
    this.close = close;
  }

  connection(node: number, purpose: "produce"): Promise<ProduceConnection>;
  connection(node: number, purpose: "transaction" | "offsets"): Promise<BrokerConnection>;
  async connection(node: number, purpose: string): Promise<ProduceConnection | BrokerConnection> {
    if (purpose === "produce") return this.#cluster.connection(node);
    await Promise.resolve();
    if (this.#cluster.coordinatorConnection === undefined) throw new Error("The test has no coordinator.");
    return this.#cluster.coordinatorConnection;
  }
}

function partitionOf(partition: number, leader: number, leaderEpoch: number): PartitionMetadata {
  return { partition, leader, leaderEpoch, replicas: [1, 2], isr: [1, 2], errorCode: 0 };
}
