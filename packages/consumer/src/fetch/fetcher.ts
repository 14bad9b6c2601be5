import { asKafkaError, attempt, type ClusterAccess } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, type KafkaError } from "@moldau/protocol-codec";
import { topicRecreated } from "../errors.js";
import type { RetryNotice } from "../events.js";
import type { DataLoss } from "../offsets/data-loss.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { PartitionOutcome } from "./answer.js";
import { BrokerFetcher, type BrokerFetcherHost } from "./broker-fetcher.js";
import { HoldBacks } from "./hold-backs.js";
import type { IsolationLevel } from "./isolation.js";
import { LoopSet } from "./loop-set.js";
import type { FetchLimits } from "./plan.js";
import { ReadReplicas } from "./read-replicas.js";

/** What fetching needs, and whom it tells. */
export interface FetcherInit {
  readonly cluster: ClusterAccess;
  /** The group of the consumer, by which errors and diagnostics name the loops. */
  readonly groupId: string;
  readonly limits: FetchLimits;
  /** Bytes the broker waits for. */
  readonly minBytes: number;
  /** Bytes that may lie ahead of the application, over all brokers. */
  readonly maxBufferedBytes: number;
  readonly isolationLevel: IsolationLevel;
  /** The partitions that are assigned at the moment. */
  readonly assigned: () => Iterable<AssignedPartition>;
  /** Records of the partition arrived. */
  readonly received: (partition: AssignedPartition) => void;
  /** An answer has been dealt with. */
  readonly settled: (partitions: readonly AssignedPartition[]) => void;
  /** What was to be read next is in the log no longer. False when only the application can say where to go on. */
  readonly lost: (partition: AssignedPartition, loss: DataLoss) => boolean;
  /** The leaders of these partitions are to be asked whether they have what was read. */
  readonly doubted: (partitions: readonly AssignedPartition[]) => void;
  /** Something failed that does not pass by itself. */
  readonly failed: (error: KafkaError) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

const resolved = Promise.resolve();

/** Fetches what is assigned: one loop for each broker that some of it is read from, and each broker on its own. */
export class Fetcher implements BrokerFetcherHost {
  readonly cluster: ClusterAccess;
  readonly groupId: string;
  readonly limits: FetchLimits;
  readonly minBytes: number;
  readonly isolationLevel: IsolationLevel;
  readonly #init: FetcherInit;
  readonly #loops: LoopSet<BrokerFetcher>;
  readonly #holdBacks: HoldBacks;
  readonly #replicas: ReadReplicas;
  readonly #stopped = new AbortController();
  #byNode = new Map<number, AssignedPartition[]>();
  #isUpdating = false;
  #isSearching = false;

  constructor(init: FetcherInit) {
    const { cluster, groupId, limits, minBytes, isolationLevel } = init;
    const { clock, options } = cluster;
    this.#init = init;
    this.cluster = cluster;
    this.groupId = groupId;
    this.minBytes = minBytes;
    this.isolationLevel = isolationLevel;
    // Several partitions together must not make an answer that cannot be received; what comes with their records is far less than these.
    this.limits = { ...limits, maxBytes: Math.min(limits.maxBytes, Math.ceil(options.maxFrameBytes / 2)) };
    this.#loops = new LoopSet({ clock, begin: (node) => new BrokerFetcher(node, this) });
    this.#holdBacks = new HoldBacks({ cluster, signal: this.#stopped.signal, returned: () => this.update() });
    this.#replicas = new ReadReplicas({ clock, rackId: options.rackId, maxAgeMs: options.metadataMaxAgeMs });
  }

  /** Looks at the assignment, the leaders and the positions anew, once for all that changes in one go. */
  update(): void {
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    resolved
      .then(() => {
        this.#isUpdating = false;
        this.#look();
      })
      .catch((error: unknown) => this.#init.failed(asKafkaError(error)));
  }

  /** Some of what the partition holds was read. */
  consumed(partition: AssignedPartition): void {
    this.#loops.get(this.#replicas.nodeOf(partition))?.consumed(partition);
  }

  /** A new loop over messages tries again what failed for good in the last one. */
  retryFailed(): void {
    this.#holdBacks.retry();
  }

  /** Ends all loops at once, requests that wait at brokers included; resolves when their connections are gone. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#byNode = new Map();
    await this.#loops.stop();
  }

  partitionsOf(node: number): readonly AssignedPartition[] {
    return this.#byNode.get(node) ?? [];
  }

  room(): number {
    return this.#init.maxBufferedBytes / Math.max(1, this.#byNode.size);
  }

  rackFor(partitions: Iterable<AssignedPartition>): string {
    return this.#replicas.rackFor(partitions);
  }

  answered(node: number, partition: AssignedPartition, outcome: PartitionOutcome): void {
    if ("error" in outcome && this.#replicas.leave(partition, node)) {
      this.#init.retrying({ operation: "fetch", error: outcome.error, delayMs: 0 });
      return this.update();
    }
    switch (outcome.name) {
      case "records":
        this.#holdBacks.recovered(partition);
        return this.#init.received(partition);
      case "nothing":
        return this.#holdBacks.recovered(partition);
      case "nearer":
        this.#replicas.follow(partition, outcome.node);
        return this.update();
      case "outOfRange":
        return this.#outOfRange(partition, outcome.error);
      case "stale":
        this.cluster.leaderHint(partition.topic, partition.partition, outcome.leader, outcome.leaderEpoch);
        return this.#moved(partition, outcome.error);
      case "later":
        return this.#holdBack(partition, outcome.error);
      case "fatal":
        return this.#giveUp(partition, outcome.error);
    }
  }

  settled(partitions: readonly AssignedPartition[]): void {
    this.#init.settled(partitions);
    if (this.#replicas.takeExpired()) this.update();
  }

  failed(node: number, error: KafkaError, delayMs: number): void {
    if (!error.retriable) {
      this.#init.failed(error);
      return;
    }
    this.#init.retrying({ operation: "fetch", error, delayMs });
    const partitions = this.partitionsOf(node);
    for (const partition of partitions) this.#replicas.leave(partition, node);
    this.update();
    // The broker may be gone for good, and others lead its partitions.
    this.#refresh(partitions.map(({ topic }) => topic));
  }

  #look(): void {
    if (this.#stopped.signal.aborted) return;
    const byNode = new Map<number, AssignedPartition[]>();
    const doubted: AssignedPartition[] = [];
    const brokers = new Set(this.cluster.brokers.map(({ nodeId }) => nodeId));
    for (const partition of this.#init.assigned()) {
      this.#findLeader(partition);
      this.#replicas.keep(partition, (node) => brokers.has(node));
      if (partition.isInDoubt) doubted.push(partition);
      const node = this.#replicas.nodeOf(partition);
      const group = byNode.get(node);
      if (group === undefined) byNode.set(node, [partition]);
      else group.push(partition);
    }
    const isLeaderless = byNode.delete(noLeader);
    this.#byNode = byNode;
    this.#loops.keep(byNode);
    for (const loop of this.#loops) loop.wake();
    if (doubted.length > 0) this.#init.doubted(doubted);
    if (isLeaderless) void this.#searchLeaders();
  }

  #findLeader(partition: AssignedPartition): void {
    const topic = this.cluster.cachedTopic(partition.topic);
    const known = topic?.partitions[partition.partition];
    if (topic === undefined || known === undefined) return;
    const { topicId } = topic;
    if (partition.lineage.ledBy({ node: known.leader, epoch: known.leaderEpoch, topicId })) return;
    this.#init.lost(partition, { name: "recreated", error: topicRecreated(partition, topicId.toString()) });
  }

  #outOfRange(partition: AssignedPartition, error: KafkaError): void {
    // What was fetched before is still good, and is read first.
    if (!partition.buffer.isEmpty) return this.#holdBack(partition, error);
    if (!this.#init.lost(partition, { name: "outOfRange", error })) this.#giveUp(partition, error);
  }

  /** Leaves the partition out of fetches until somebody tries again. */
  #giveUp(partition: AssignedPartition, error: KafkaError): void {
    this.#holdBacks.holdForGood(partition);
    this.#init.failed(error);
  }

  #moved(partition: AssignedPartition, error: KafkaError): void {
    const { node } = partition.lineage.leader;
    this.#findLeader(partition);
    if (partition.lineage.leader.node !== node) return this.update();
    this.#holdBack(partition, error);
    this.#refresh([partition.topic]);
  }

  #holdBack(partition: AssignedPartition, error: KafkaError): void {
    const delayMs = this.#holdBacks.hold(partition);
    this.#init.retrying({ operation: "fetch", error, delayMs });
  }

  #refresh(topics: readonly string[]): void {
    this.cluster.refreshTopics(new Set(topics)).then(
      () => this.update(),
      (error: unknown) => {
        if (!this.#stopped.signal.aborted)
          this.#init.retrying({ operation: "metadata", error: asKafkaError(error), delayMs: 0 });
      },
    );
  }

  /** Asks for leaders until all are known: while there are none, nobody else would notice when they are back. */
  async #searchLeaders(): Promise<void> {
    if (this.#isSearching) return;
    this.#isSearching = true;
    try {
      await attempt(() => this.#askForLeaders(), {
        pace: this.cluster.options,
        signals: [this.#stopped.signal],
        retrying: (failed) => this.#init.retrying({ operation: "metadata", ...failed }),
      });
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#init.failed(asKafkaError(error));
    } finally {
      this.#isSearching = false;
    }
  }

  async #askForLeaders(): Promise<void> {
    await this.cluster.refreshTopics(new Set(this.#leaderless().map(({ topic }) => topic)));
    this.#look();
    const [first] = this.#leaderless();
    if (first !== undefined) throw leaderNotAvailable(first);
  }

  #leaderless(): AssignedPartition[] {
    return [...this.#init.assigned()].filter(({ lineage }) => lineage.leader.node === noLeader);
  }
}

/** What metadata says for a partition without a leader. */
const noLeader = -1;

function leaderNotAvailable({ topic, partition }: AssignedPartition): KafkaError {
  return kafkaError(ErrorCode.LEADER_NOT_AVAILABLE, { topic, partition });
}
