import { asKafkaError, Backoff, type ClusterAccess, type Coordinator } from "@moldau/connection-pool";
import { ErrorCode, ListOffsets, OffsetFetch, type KafkaError } from "@moldau/protocol-codec";
import { noOffset, partitionError } from "../errors.js";
import type { RetryNotice } from "../events.js";
import type { IsolationLevel } from "../fetch/isolation.js";
import type { AssignedPartition, Place } from "../partitions/assigned-partition.js";
import type { StartFrom } from "../partitions/offset-target.js";
import { fetchCommitted } from "./committed.js";
import { listOffsets } from "./list-offsets.js";

/** What finding positions needs, and whom it tells. */
export interface PositioningInit {
  readonly cluster: PositioningCluster;
  readonly coordinator: Coordinator;
  readonly startFrom: StartFrom;
  readonly isolationLevel: IsolationLevel;
  /** Some of the partitions may be fetched now. */
  readonly ready: () => void;
  /** Something failed that does not pass by itself. */
  readonly failed: (error: KafkaError) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/** What finding positions looks at of the cluster. */
export type PositioningCluster = Pick<
  ClusterAccess,
  "cachedTopic" | "clock" | "options" | "random" | "refreshTopics" | "requestOnce"
>;

/** Who is asked about a partition: the group's coordinator, or the leader by its node id. */
type Source = "coordinator" | number;

const resolved = Promise.resolve();

/** In the place of a leader while there is none: the metadata is asked. */
const noLeader = -1;

/**
 * Finds out where reading starts in partitions that do not know it: at the committed offset, or else where `startFrom` says.
 *
 * Each source is asked on its own, one question at a time: what one of them cannot tell yet is asked again, and holds up
 * nothing that another one knows.
 */
export class Positioning {
  readonly #init: PositioningInit;
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<AssignedPartition>();
  readonly #asked = new Set<Source>();
  #isLooking = false;

  constructor(init: PositioningInit) {
    this.#init = init;
  }

  /** Takes on partitions whose `positioning` says what to find out. They are looked at once for all that come in one go. */
  find(partitions: Iterable<AssignedPartition>): void {
    if (this.#stopped.signal.aborted) return;
    for (const partition of partitions) this.#waiting.add(partition);
    if (this.#isLooking) return;
    this.#isLooking = true;
    void resolved.then(() => {
      this.#isLooking = false;
      this.#askAll();
    });
  }

  /** Lets a partition without a committed offset, or with one that is no longer there, begin where `startFrom` says. Throws CLIENT_NO_OFFSET. */
  restart(partition: AssignedPartition): void {
    const { startFrom, coordinator } = this.#init;
    if (startFrom === "none") throw noOffset(partition, coordinator.key);
    partition.reset(startFrom);
  }

  /** Ends all questions, for good. */
  stop(): void {
    this.#stopped.abort();
    this.#waiting.clear();
  }

  /** Begins to ask whoever is not being asked. */
  #askAll(): void {
    for (const source of this.#bySource().keys()) {
      if (this.#asked.has(source)) continue;
      this.#asked.add(source);
      void this.#ask(source);
    }
  }

  /** Asks one source until nothing waits for it. Never rejects: failures are handed on. */
  async #ask(source: Source): Promise<void> {
    const { cluster } = this.#init;
    const backoff = new Backoff(cluster.options.retry, cluster.random);
    for (;;) {
      const partitions = this.#bySource().get(source);
      if (partitions === undefined) break;
      const error = await this.#question(source, partitions);
      if (this.#stopped.signal.aborted) break;
      this.#init.ready();
      if (error === undefined) backoff.reset();
      else await this.#rest(error, { source, partitions, delayMs: backoff.next() });
      // What was found out, or learnt of leaders, may have partitions wait for somebody else.
      this.#askAll();
    }
    this.#asked.delete(source);
  }

  /** One attempt. What failed and will pass by itself; the rest was placed, or given up. */
  async #question(source: Source, partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    try {
      if (source === "coordinator") return await this.#findCommitted(partitions);
      return source === noLeader ? await this.#findLeaders(partitions) : await this.#findTargets(source, partitions);
    } catch (thrown) {
      const error = asKafkaError(thrown);
      if (error.retriable || this.#stopped.signal.aborted) return error;
      this.#giveUp(partitions, error);
      return undefined;
    }
  }

  async #findCommitted(partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    const { coordinator, cluster } = this.#init;
    const asked = snapshot(partitions);
    const { signal } = this.#stopped;
    const answers = await fetchCommitted(coordinator, partitions, {
      signal,
      timeoutMs: cluster.options.requestTimeoutMs,
    });
    const failures = new Failures();
    for (const partition of stillAsked(asked)) {
      const { errorCode, offset, leaderEpoch } = answers.get(partition.key) ?? unanswered;
      // A topic that was deleted has no commits; a new one of that name starts like any other.
      if (errorCode !== 0 && errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        failures.add(partition, partitionError(errorCode, partition, { api: OffsetFetch }));
      else if (partition.positioning.name === "inDoubt") this.#decide(partition, { offset, leaderEpoch });
      else if (errorCode === 0 && offset >= 0n) this.#place(partition, offset, leaderEpoch);
      else this.#begin(partition, failures);
    }
    return this.#judge(failures);
  }

  async #findTargets(node: number, partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    const asked = snapshot(partitions);
    const questions = partitions.flatMap(({ topic, partition, positioning }) =>
      positioning.name === "target" ? [{ topic, partition, target: positioning.target }] : [],
    );
    const answers = await listOffsets(this.#init.cluster, node, {
      questions,
      isolationLevel: this.#init.isolationLevel,
      signal: this.#stopped.signal,
    });
    const failures = new Failures();
    for (const partition of stillAsked(asked)) {
      const { errorCode, offset = -1n } = answers.get(partition.key) ?? unanswered;
      if (errorCode === 0) this.#place(partition, offset < 0n ? 0n : offset);
      else failures.add(partition, partitionError(errorCode, partition, { api: ListOffsets }));
    }
    return this.#judge(failures);
  }

  async #findLeaders(partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    await this.#refresh(partitions);
    const missing = partitions.find((partition) => this.#sourceOf(partition) === noLeader);
    return missing && partitionError(ErrorCode.LEADER_NOT_AVAILABLE, missing, { api: ListOffsets });
  }

  #begin(partition: AssignedPartition, failures: Failures): void {
    try {
      this.restart(partition);
    } catch (error) {
      failures.add(partition, asKafkaError(error));
    }
  }

  #place(partition: AssignedPartition, offset: bigint, leaderEpoch = -1): void {
    partition.found(offset, leaderEpoch);
    this.#waiting.delete(partition);
  }

  #decide(partition: AssignedPartition, kept: Place): void {
    partition.decided(kept);
    this.#waiting.delete(partition);
  }

  #judge({ passing, lasting }: Failures): KafkaError | undefined {
    const [first] = lasting;
    if (first !== undefined)
      this.#giveUp(
        lasting.map(([partition]) => partition),
        first[1],
      );
    return passing;
  }

  /** The partitions stay unread; the next loop asks for them again. */
  #giveUp(partitions: readonly AssignedPartition[], error: KafkaError): void {
    for (const partition of partitions) this.#waiting.delete(partition);
    this.#init.failed(error);
  }

  /** Waits before the next attempt, and learns meanwhile whether others lead the partitions by now. */
  async #rest(
    error: KafkaError,
    { source, partitions, delayMs }: { source: Source; partitions: readonly AssignedPartition[]; delayMs: number },
  ): Promise<void> {
    const { cluster, retrying } = this.#init;
    const { signal } = this.#stopped;
    retrying({ operation: "position", error, delayMs });
    if (source !== "coordinator" && source !== noLeader)
      await this.#refresh(partitions).catch((refreshError: unknown) => {
        if (!signal.aborted) retrying({ operation: "metadata", error: asKafkaError(refreshError), delayMs });
      });
    // Only stop() ends the wait early.
    await cluster.clock.sleep(delayMs, signal).catch(() => undefined);
  }

  async #refresh(partitions: readonly AssignedPartition[]): Promise<void> {
    await this.#init.cluster.refreshTopics(new Set(partitions.map(({ topic }) => topic)));
  }

  /** The partitions that still wait, by whom they wait for. */
  #bySource(): Map<Source, AssignedPartition[]> {
    const bySource = new Map<Source, AssignedPartition[]>();
    for (const partition of this.#waiting) {
      if (!partition.isLive || partition.isReady) {
        this.#waiting.delete(partition);
        continue;
      }
      const source = this.#sourceOf(partition);
      const group = bySource.get(source);
      if (group === undefined) bySource.set(source, [partition]);
      else group.push(partition);
    }
    return bySource;
  }

  #sourceOf({ topic, partition, positioning }: AssignedPartition): Source {
    if (positioning.name === "committed" || positioning.name === "inDoubt") return "coordinator";
    return this.#init.cluster.cachedTopic(topic)?.partitions[partition]?.leader ?? noLeader;
  }
}

/** What an answer that leaves a partition out amounts to. */
const unanswered = { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, offset: -1n, leaderEpoch: -1 } as const;

/** What was not found out in one attempt: what passes by itself, of which one tells enough, and what does not. */
class Failures {
  passing: KafkaError | undefined;
  readonly lasting: (readonly [AssignedPartition, KafkaError])[] = [];

  add(partition: AssignedPartition, error: KafkaError): void {
    if (error.retriable) this.passing ??= error;
    else this.lasting.push([partition, error]);
  }
}

type Snapshot = readonly { readonly partition: AssignedPartition; readonly version: number }[];

function snapshot(partitions: readonly AssignedPartition[]): Snapshot {
  return partitions.map((partition) => ({ partition, version: partition.version }));
}

/** Those that were neither given up nor sought in since they were asked about. */
function stillAsked(asked: Snapshot): AssignedPartition[] {
  return asked.filter(({ partition, version }) => partition.version === version).map(({ partition }) => partition);
}
