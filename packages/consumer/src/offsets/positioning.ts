import { Backoff, type Cluster } from "@moldau/connection-pool";
import { ErrorCode, errorByCode, type KafkaError } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { RetryNotice } from "../attempts.js";
import { asKafkaError, noOffset } from "../errors.js";
import type { GroupCoordinator } from "../membership/coordinator.js";
import { Wakeup } from "../wakeup.js";
import { fetchCommitted } from "./committed.js";
import type { StartFrom } from "../partitions/offset-target.js";
import { listOffsets, offsetError } from "./reset.js";

/** What finding positions needs, and whom it tells. */
export interface PositioningInit {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
  readonly startFrom: StartFrom;
  /** These partitions may be fetched now. */
  readonly ready: () => void;
  /** Something failed that does not pass by itself. */
  readonly failed: (error: KafkaError) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/**
 * Finds out where reading starts in partitions that do not know it: at the committed offset, or else where `startFrom`
 * says. Partitions that cannot be found out about yet are tried again and hold up nobody.
 */
export class Positioning {
  readonly #init: PositioningInit;
  readonly #backoff: Backoff;
  readonly #wakeup = new Wakeup();
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<AssignedPartition>();

  constructor(init: PositioningInit) {
    this.#init = init;
    this.#backoff = new Backoff(init.cluster.options.retry, init.cluster.random);
  }

  /** Takes on partitions whose `positioning` says what to find out. */
  find(partitions: Iterable<AssignedPartition>): void {
    const wasIdle = this.#waiting.size === 0;
    for (const partition of partitions) this.#waiting.add(partition);
    this.#wakeup.notify();
    if (wasIdle && this.#waiting.size > 0) void this.#run();
  }

  /** What the position of a partition without a committed offset, or with one that is no longer there, becomes. Throws CLIENT_NO_OFFSET. */
  restart(partition: AssignedPartition): void {
    const { startFrom, coordinator } = this.#init;
    if (startFrom === "none") throw noOffset(partition, coordinator.groupId);
    partition.reset(startFrom);
  }

  stop(): void {
    this.#stopped.abort();
    this.#waiting.clear();
    this.#wakeup.notify();
  }

  /** Never rejects: failures are handed on. */
  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      this.#wakeup.reset();
      try {
        await this.#round();
        this.#backoff.reset();
      } catch (thrown) {
        if (this.#stopped.signal.aborted) return;
        const error = asKafkaError(thrown);
        if (!error.retriable) this.#giveUp(error);
        else await this.#rest(error);
      }
    }
  }

  /** Waits before the next attempt, unless partitions are added in between. */
  async #rest(error: KafkaError): Promise<void> {
    const delayMs = this.#backoff.next();
    this.#init.retrying({ operation: "position", error, delayMs });
    const timer = this.#init.cluster.clock.timer(delayMs, () => this.#wakeup.notify());
    await this.#wakeup.wait(this.#stopped.signal);
    timer.cancel();
  }

  #giveUp(error: KafkaError): void {
    // The partitions stay unread; the next loop asks for them again.
    this.#waiting.clear();
    this.#init.failed(error);
  }

  async #round(): Promise<void> {
    for (const partition of this.#waiting) if (!partition.isLive || partition.isReady) this.#waiting.delete(partition);
    await this.#findCommitted([...this.#waiting].filter(({ positioning }) => positioning.name === "committed"));
    await this.#findTargets([...this.#waiting].filter(({ positioning }) => positioning.name === "target"));
  }

  async #findCommitted(partitions: readonly AssignedPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const { coordinator, cluster } = this.#init;
    const asked = snapshot(partitions);
    const committed = await fetchCommitted(coordinator, partitions, {
      signal: this.#stopped.signal,
      timeoutMs: cluster.options.requestTimeoutMs,
    });
    for (const partition of stillAsked(asked)) {
      const known = committed.get(partition.key);
      if (known === undefined) this.restart(partition);
      else this.#place(partition, known.offset, known.leaderEpoch);
    }
    this.#init.ready();
  }

  async #findTargets(partitions: readonly AssignedPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const byLeader = await this.#byLeader(partitions);
    const leaderless = byLeader.get(noLeader)?.[0];
    byLeader.delete(noLeader);
    const results = await Promise.allSettled([...byLeader].map(([node, group]) => this.#ask(node, group)));
    this.#init.ready();
    for (const result of results) if (result.status === "rejected") throw result.reason;
    if (leaderless !== undefined) throw offsetError(leaderless, ErrorCode.LEADER_NOT_AVAILABLE);
  }

  async #ask(node: number, partitions: readonly AssignedPartition[]): Promise<void> {
    const asked = snapshot(partitions);
    const questions = partitions.flatMap(({ topic, partition, positioning }) =>
      positioning.name === "target" ? [{ topic, partition, target: positioning.target }] : [],
    );
    const answers = await listOffsets(this.#init.cluster, node, { questions, signal: this.#stopped.signal });
    let failure: KafkaError | undefined;
    for (const partition of stillAsked(asked)) {
      const { errorCode, offset = -1n } = answers.get(partition.key) ?? { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR };
      if (errorCode === 0) this.#place(partition, offset < 0n ? 0n : offset);
      else failure = await this.#judge(partition, errorCode);
    }
    if (failure !== undefined) throw failure;
  }

  async #judge(partition: AssignedPartition, errorCode: number): Promise<KafkaError> {
    if (errorByCode(errorCode).refreshMetadata) await this.#init.cluster.refreshTopics([partition.topic]);
    return offsetError(partition, errorCode);
  }

  #place(partition: AssignedPartition, offset: bigint, leaderEpoch = -1): void {
    partition.found(offset, leaderEpoch);
    this.#waiting.delete(partition);
  }

  /** Partitions by the node id of their leader, after asking anew for leaders that are not known. */
  async #byLeader(partitions: readonly AssignedPartition[]): Promise<Map<number, AssignedPartition[]>> {
    const { cluster } = this.#init;
    const leaderOf = ({ topic, partition }: AssignedPartition): number =>
      cluster.cachedTopic(topic)?.partitions[partition]?.leader ?? noLeader;
    const unknown = new Set(
      partitions.filter((partition) => leaderOf(partition) === noLeader).map(({ topic }) => topic),
    );
    if (unknown.size > 0) await cluster.refreshTopics(unknown);
    const byLeader = new Map<number, AssignedPartition[]>();
    for (const partition of partitions) {
      const node = leaderOf(partition);
      byLeader.set(node, [...(byLeader.get(node) ?? []), partition]);
    }
    return byLeader;
  }
}

/** What metadata says for a partition without a leader. */
const noLeader = -1;

type Snapshot = readonly { readonly partition: AssignedPartition; readonly version: number }[];

function snapshot(partitions: readonly AssignedPartition[]): Snapshot {
  return partitions.map((partition) => ({ partition, version: partition.version }));
}

/** Those that were neither given up nor sought in since they were asked about. */
function stillAsked(asked: Snapshot): AssignedPartition[] {
  return asked.filter(({ partition, version }) => partition.version === version).map(({ partition }) => partition);
}
