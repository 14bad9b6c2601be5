import { asKafkaError, Backoff, type ClusterAccess, type Coordinator } from "@moldau/connection-pool";
import { ErrorCode, ListOffsets, OffsetFetch, OffsetForLeaderEpoch, type KafkaError } from "@moldau/protocol-codec";
import { logTruncated, noOffset, partitionError } from "../errors.js";
import type { RetryNotice } from "../events.js";
import type { IsolationLevel } from "../fetch/isolation.js";
import type { AssignedPartition, Place } from "../partitions/assigned-partition.js";
import type { StartFrom } from "../partitions/offset-target.js";
import { partitionKey } from "../partitions/topic-partition.js";
import { fetchCommitted } from "./committed.js";
import { wayOn, type DataLoss, type DataLossPolicy } from "./data-loss.js";
import { epochEnds, type EpochEnd, type EpochQuestion } from "./epoch-ends.js";
import type { MemberIdentity } from "../membership/membership.js";
import { placesOf, type OffsetAnswer } from "./list-offsets.js";

/** What finding positions needs, and whom it tells. */
export interface PositioningInit {
  readonly cluster: PositioningCluster;
  readonly coordinator: Coordinator;
  /** Who the member is that asks. Default: nobody in particular. */
  readonly member?: () => MemberIdentity | undefined;
  readonly startFrom: StartFrom;
  readonly onDataLoss: DataLossPolicy;
  readonly isolationLevel: IsolationLevel;
  /** Some of the partitions may be fetched now. */
  readonly ready: () => void;
  /** Messages that were read are gone. False when only the application can say where to go on. */
  readonly lost: (partition: AssignedPartition, loss: DataLoss) => boolean;
  /** Something failed that does not pass by itself. */
  readonly failed: (error: KafkaError) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/** What finding positions looks at of the cluster. */
export type PositioningCluster = Pick<
  ClusterAccess,
  "cachedTopic" | "clock" | "options" | "random" | "refreshTopics" | "requestOnce"
>;

/** Who is asked about a partition, and what. */
type Source =
  /** The coordinator, what the group has committed. */
  | { readonly about: "committed" }
  /** Any broker, who leads. */
  | { readonly about: "leaders" }
  /** A leader, by its node id, where its log begins or ends or which message was the first at a time; or where a leader epoch ends in it. */
  | { readonly about: "places" | "epochs"; readonly node: number };

/** Partitions that wait for the same source. */
interface Waiting {
  readonly source: Source;
  readonly partitions: AssignedPartition[];
}

const resolved = Promise.resolve();

/** What metadata says for a partition without a leader. */
const noLeader = -1;

/**
 * Finds out where reading starts in partitions that do not know it: at the committed offset, or else where `startFrom` says. And finds out of
 * those that have a new leader whether it has what was read of the old one (KIP-320), and where reading goes on if not.
 *
 * Each source is asked on its own, one question at a time: what one of them cannot tell yet is asked again, and holds up
 * nothing that another one knows.
 */
export class Positioning {
  readonly #init: PositioningInit;
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<AssignedPartition>();
  readonly #asked = new Set<string>();
  #isLooking = false;

  constructor(init: PositioningInit) {
    this.#init = init;
  }

  /** Takes on partitions whose `positioning` says what to find out, or that are in doubt. They are looked at once for all that come in one go. */
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

  /** Has reading of a partition go on after a loss, as the options say. False when only the application can say where; nothing has changed then. */
  recover(partition: AssignedPartition, loss: DataLoss): boolean {
    const way = wayOn(loss, { ...this.#init, readUpTo: partition.readUpTo });
    if (way.name === "nowhere" && loss.name !== "recreated") return false;
    if (loss.name !== "outOfRange") partition.lose();
    if (way.name === "place") partition.goOnAt(way.place);
    else if (way.name === "target") partition.reset(way.target);
    else partition.strand(loss.error);
    this.find([partition]);
    return true;
  }

  /** Ends all questions, for good. */
  stop(): void {
    this.#stopped.abort();
    this.#waiting.clear();
  }

  /** Begins to ask whoever is not being asked. */
  #askAll(): void {
    for (const [key, { source }] of this.#bySource()) {
      if (this.#asked.has(key)) continue;
      this.#asked.add(key);
      void this.#ask(key, source);
    }
  }

  /** Asks one source until nothing waits for it. Never rejects: failures are handed on. */
  async #ask(key: string, source: Source): Promise<void> {
    const { cluster } = this.#init;
    const backoff = new Backoff(cluster.options.retry, cluster.random);
    for (;;) {
      const partitions = this.#bySource().get(key)?.partitions;
      if (partitions === undefined) break;
      const error = await this.#question(source, partitions);
      if (this.#stopped.signal.aborted) break;
      this.#init.ready();
      if (error === undefined) backoff.reset();
      else await this.#rest(error, { source, partitions, delayMs: backoff.next() });
      // What was found out, or learnt of leaders, may have partitions wait for somebody else.
      this.#askAll();
    }
    this.#asked.delete(key);
  }

  /** One attempt. What failed and will pass by itself; the rest was placed, or given up. */
  async #question(source: Source, partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    try {
      switch (source.about) {
        case "committed":
          return await this.#findCommitted(partitions);
        case "leaders":
          return await this.#findLeaders(partitions);
        case "places":
          return await this.#findTargets(source.node, partitions);
        case "epochs":
          return await this.#checkEpochs(source.node, partitions);
      }
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
      topicId: (topic) => cluster.cachedTopic(topic)?.topicId,
      identity: this.#init.member?.(),
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
      else if (errorCode === 0 && offset >= 0n) this.#place(partition, { offset, leaderEpoch });
      else this.#begin(partition, failures);
    }
    return this.#judge(failures);
  }

  async #findTargets(node: number, partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    const asked = snapshot(partitions);
    const questions = partitions.flatMap(({ topic, partition, positioning }) => {
      const leaderEpoch = this.#init.cluster.cachedTopic(topic)?.partitions[partition]?.leaderEpoch ?? -1;
      return positioning.name === "target" ? [{ topic, partition, target: positioning.target, leaderEpoch }] : [];
    });
    const epochs = new Map(questions.map((each) => [partitionKey(each.topic, each.partition), each.leaderEpoch]));
    const answers = await placesOf(this.#init.cluster, node, {
      questions,
      isolationLevel: this.#init.isolationLevel,
      signal: this.#stopped.signal,
    });
    const failures = new Failures();
    for (const partition of stillAsked(asked)) {
      const { errorCode, offset, leaderEpoch } = answers.get(partition.key) ?? unplaced;
      if (errorCode !== 0) failures.add(partition, partitionError(errorCode, partition, { api: ListOffsets }));
      else this.#place(partition, { offset: offset < 0n ? 0n : offset, leaderEpoch }, epochs.get(partition.key));
    }
    return this.#judge(failures);
  }

  /** Asks a new leader where the epoch ends in its log under which the last was fetched: before the offset to fetch means that something is gone. */
  async #checkEpochs(node: number, partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    // What was committed may be news of a leader that the metadata does not know of yet.
    if (partitions.some(({ lineage }) => lineage.epoch > lineage.leader.epoch)) await this.#refresh(partitions);
    const asked = snapshot(partitions);
    const questions = new Map(partitions.map((partition) => [partition.key, epochQuestion(partition)]));
    const answers = await this.#epochEnds(node, [...questions.values()]);
    const failures = new Failures();
    for (const partition of stillAsked(asked)) {
      const question = questions.get(partition.key);
      // Another one leads by now: that one is asked.
      if (question === undefined || question.leaderEpoch !== partition.lineage.leader.epoch) continue;
      const end = answers === "cannot tell" ? "cannot tell" : (answers.get(partition.key) ?? unended);
      this.#conclude(partition, end, failures);
    }
    return this.#judge(failures);
  }

  /** Brokers before Kafka 2.3 cannot tell. */
  async #epochEnds(
    node: number,
    questions: readonly EpochQuestion[],
  ): Promise<ReadonlyMap<string, EpochEnd> | "cannot tell"> {
    try {
      return await epochEnds(this.#init.cluster, node, { questions, signal: this.#stopped.signal });
    } catch (thrown) {
      const error = asKafkaError(thrown);
      if (error.code === "UNSUPPORTED_VERSION") return "cannot tell";
      throw error;
    }
  }

  #conclude(partition: AssignedPartition, end: EpochEnd | "cannot tell", failures: Failures): void {
    if (end !== "cannot tell" && end.errorCode !== 0)
      return failures.add(partition, partitionError(end.errorCode, partition, { api: OffsetForLeaderEpoch }));
    const { lineage, fetchOffset, position } = partition;
    if (end !== "cannot tell" && (end.endOffset < 0n || end.leaderEpoch < 0))
      return this.#truncated(partition, undefined, failures);
    if (end !== "cannot tell" && end.endOffset < fetchOffset) {
      if (end.endOffset < position)
        return this.#truncated(partition, { offset: end.endOffset, leaderEpoch: end.leaderEpoch }, failures);
      // What was fetched ahead is gone, and nobody has seen it.
      partition.forgetFetched();
    }
    lineage.confirm(lineage.leader.epoch);
    this.#waiting.delete(partition);
  }

  /** Messages that were handed out are gone. */
  #truncated(partition: AssignedPartition, divergent: Place | undefined, failures: Failures): void {
    const { topic, partition: number, position: offset } = partition;
    const error = logTruncated({ topic, partition: number, offset }, divergent?.offset);
    if (this.#init.lost(partition, { name: "truncated", error, divergent })) return;
    failures.add(partition, error);
  }

  async #findLeaders(partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    await this.#refresh(partitions);
    const missing = partitions.find((partition) => this.#sourceOf(partition).about === "leaders");
    return missing && partitionError(ErrorCode.LEADER_NOT_AVAILABLE, missing, { api: ListOffsets });
  }

  /** The group has committed nothing, or nothing that is still there: reading begins where `startFrom` says. */
  #begin(partition: AssignedPartition, failures: Failures): void {
    const { startFrom, coordinator } = this.#init;
    if (startFrom === "none") failures.add(partition, noOffset(partition, coordinator.key));
    else partition.reset(startFrom);
  }

  /** `toldBy` is the epoch of the leader that named the place, if one did. */
  #place(partition: AssignedPartition, { offset, leaderEpoch }: Place, toldBy?: number): void {
    partition.found(offset, leaderEpoch, toldBy);
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
    if (source.about === "places" || source.about === "epochs")
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
  #bySource(): Map<string, Waiting> {
    const bySource = new Map<string, Waiting>();
    for (const partition of this.#waiting) {
      const { positioning, isLive, isReady, isInDoubt } = partition;
      if (!isLive || (isReady && !isInDoubt)) this.#waiting.delete(partition);
      else if (positioning.name === "nowhere") this.#giveUp([partition], positioning.error);
      else {
        const source = this.#sourceOf(partition);
        const key = "node" in source ? `${source.about} of ${source.node}` : source.about;
        const group = bySource.get(key);
        if (group === undefined) bySource.set(key, { source, partitions: [partition] });
        else group.partitions.push(partition);
      }
    }
    return bySource;
  }

  #sourceOf({ topic, partition, positioning, isReady, lineage }: AssignedPartition): Source {
    if (positioning.name === "committed" || positioning.name === "inDoubt") return { about: "committed" };
    const node = isReady
      ? lineage.leader.node
      : (this.#init.cluster.cachedTopic(topic)?.partitions[partition]?.leader ?? noLeader);
    return node === noLeader ? { about: "leaders" } : { about: isReady ? "epochs" : "places", node };
  }
}

/** What an answer that leaves a partition out amounts to. */
const unanswered = { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, offset: -1n, leaderEpoch: -1 } as const;
const unplaced: OffsetAnswer = { ...unanswered, timestamp: -1n };
const unended: EpochEnd = { ...unanswered, endOffset: -1n };

/** What was not found out in one attempt: what passes by itself, of which one tells enough, and what does not. */
class Failures {
  passing: KafkaError | undefined;
  readonly lasting: (readonly [AssignedPartition, KafkaError])[] = [];

  add(partition: AssignedPartition, error: KafkaError): void {
    if (error.retriable) this.passing ??= error;
    else this.lasting.push([partition, error]);
  }
}

function epochQuestion({ topic, partition, lineage }: AssignedPartition): EpochQuestion {
  return { topic, partition, epoch: lineage.epoch, leaderEpoch: lineage.leader.epoch };
}

type Snapshot = readonly { readonly partition: AssignedPartition; readonly version: number }[];

function snapshot(partitions: readonly AssignedPartition[]): Snapshot {
  return partitions.map((partition) => ({ partition, version: partition.version }));
}

/** Those that were neither given up nor sought in since they were asked about. */
function stillAsked(asked: Snapshot): AssignedPartition[] {
  return asked.filter(({ partition, version }) => partition.version === version).map(({ partition }) => partition);
}
