import type { Cluster } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, type KafkaError } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { untilDone, type RetryNotice } from "../attempts.js";
import { asKafkaError } from "../errors.js";
import type { PartitionOutcome } from "./answer.js";
import { BrokerFetcher, type BrokerFetcherHost } from "./broker-fetcher.js";
import type { FetchLimits } from "./plan.js";

/** What fetching needs, and whom it tells. */
export interface FetcherInit {
  readonly cluster: Cluster;
  readonly limits: FetchLimits;
  /** Bytes the broker waits for. */
  readonly minBytes: number;
  /** Bytes that may lie ahead of the application, over all brokers. */
  readonly maxBufferedBytes: number;
  /** The partitions that are assigned at the moment. */
  readonly assigned: () => Iterable<AssignedPartition>;
  /** Records of the partition arrived. */
  readonly received: (partition: AssignedPartition) => void;
  /** An answer has been dealt with. */
  readonly settled: (partitions: readonly AssignedPartition[]) => void;
  /** Finds a new place for a partition whose position is not, or no longer, in the log. Undefined: that is an error. */
  readonly restart: ((partition: AssignedPartition, error: KafkaError) => void) | undefined;
  /** Something failed that does not pass by itself. */
  readonly failed: (error: KafkaError) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/** Fetches what is assigned: one loop for each broker that leads some of it, and each broker on its own. */
export class Fetcher implements BrokerFetcherHost {
  readonly cluster: Cluster;
  readonly limits: FetchLimits;
  readonly minBytes: number;
  readonly #init: FetcherInit;
  readonly #loops = new Map<number, BrokerFetcher>();
  readonly #stopped = new AbortController();
  readonly #failed = new Set<AssignedPartition>();
  readonly #ending = new Set<Promise<void>>();
  #byNode = new Map<number, AssignedPartition[]>();
  #isSearching = false;

  constructor(init: FetcherInit) {
    this.#init = init;
    this.cluster = init.cluster;
    this.limits = init.limits;
    this.minBytes = init.minBytes;
  }

  /** Looks at the assignment, the leaders and the positions anew. */
  update(): void {
    if (this.#stopped.signal.aborted) return;
    const byNode = new Map<number, AssignedPartition[]>();
    for (const partition of this.#init.assigned()) {
      this.#findLeader(partition);
      const { node } = partition.leader;
      byNode.set(node, [...(byNode.get(node) ?? []), partition]);
    }
    const leaderless = byNode.get(noLeader);
    byNode.delete(noLeader);
    this.#byNode = byNode;
    for (const [node, loop] of this.#loops) if (!byNode.has(node)) this.#end(node, loop);
    for (const node of byNode.keys()) if (!this.#loops.has(node)) this.#loops.set(node, new BrokerFetcher(node, this));
    for (const loop of this.#loops.values()) loop.wake();
    if (leaderless !== undefined) void this.#searchLeaders();
  }

  /** Some of what the partition holds was read. */
  consumed(partition: AssignedPartition): void {
    this.#loops.get(partition.leader.node)?.consumed(partition);
  }

  /** A new loop over messages tries again what failed for good in the last one. */
  retryFailed(): void {
    if (this.#failed.size === 0) return;
    for (const partition of this.#failed) partition.isHeldBack = false;
    this.#failed.clear();
    this.update();
  }

  /** Ends all loops at once, requests that wait at brokers included; resolves when their connections are gone. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const [node, loop] of this.#loops) this.#end(node, loop);
    this.#byNode = new Map();
    await Promise.all(this.#ending);
  }

  partitionsOf(node: number): readonly AssignedPartition[] {
    return this.#byNode.get(node) ?? [];
  }

  room(): number {
    return this.#init.maxBufferedBytes / Math.max(1, this.#loops.size);
  }

  answered(partition: AssignedPartition, outcome: PartitionOutcome): void {
    switch (outcome.name) {
      case "records":
        return this.#init.received(partition);
      case "nothing":
        return;
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
  }

  failed(node: number, error: KafkaError, delayMs: number): void {
    if (!error.retriable) {
      this.#init.failed(error);
      return;
    }
    this.#init.retrying({ operation: "fetch", error, delayMs });
    // The broker may be gone for good, and others lead its partitions.
    this.#refresh(this.partitionsOf(node).map(({ topic }) => topic));
  }

  #end(node: number, loop: BrokerFetcher): void {
    this.#loops.delete(node);
    const ending = loop.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #findLeader(partition: AssignedPartition): void {
    const topic = this.cluster.cachedTopic(partition.topic);
    const known = topic?.partitions[partition.partition];
    if (topic !== undefined && known !== undefined)
      partition.leader = { node: known.leader, epoch: known.leaderEpoch, topicId: topic.topicId };
  }

  #outOfRange(partition: AssignedPartition, error: KafkaError): void {
    // What was fetched before is still good, and is read first.
    if (!partition.buffer.isEmpty) return this.#holdBack(partition, error);
    if (this.#init.restart === undefined) return this.#giveUp(partition, error);
    this.#init.restart(partition, error);
  }

  /** Leaves the partition out of fetches until somebody tries again. */
  #giveUp(partition: AssignedPartition, error: KafkaError): void {
    partition.isHeldBack = true;
    this.#failed.add(partition);
    this.#init.failed(error);
  }

  #moved(partition: AssignedPartition, error: KafkaError): void {
    const { node } = partition.leader;
    this.#findLeader(partition);
    if (partition.leader.node !== node) return this.update();
    this.#holdBack(partition, error);
    this.#refresh([partition.topic]);
  }

  /** Leaves the partition out of fetches for a moment. */
  #holdBack(partition: AssignedPartition, error: KafkaError): void {
    const delayMs = this.cluster.options.retry.initialDelayMs;
    this.#init.retrying({ operation: "fetch", error, delayMs });
    partition.isHeldBack = true;
    this.cluster.clock.sleep(delayMs, this.#stopped.signal).then(
      () => {
        partition.isHeldBack = false;
        this.update();
      },
      // Only stop() ends the wait early.
      () => undefined,
    );
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
      const { cluster } = this;
      await untilDone(() => this.#askForLeaders(), {
        cluster,
        operation: "metadata",
        signal: this.#stopped.signal,
        retrying: this.#init.retrying,
      });
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#init.failed(asKafkaError(error));
    } finally {
      this.#isSearching = false;
    }
  }

  async #askForLeaders(): Promise<void> {
    const leaderless = [...this.#init.assigned()].filter(({ leader }) => leader.node === noLeader);
    await this.cluster.refreshTopics(new Set(leaderless.map(({ topic }) => topic)));
    this.update();
    const [first] = [...this.#init.assigned()].filter(({ leader }) => leader.node === noLeader);
    if (first !== undefined) throw leaderNotAvailable(first);
  }
}

/** What metadata says for a partition without a leader. */
const noLeader = -1;

function leaderNotAvailable({ topic, partition }: AssignedPartition): KafkaError {
  return kafkaError(ErrorCode.LEADER_NOT_AVAILABLE, { topic, partition });
}
