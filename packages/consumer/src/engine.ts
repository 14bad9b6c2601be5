import { clientClosed, invalidArgument, waitFor, type Clock, type Cluster } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { AssignedPartition } from "./partitions/assigned-partition.js";
import { Assignment } from "./partitions/assignment.js";
import type { RetryNotice } from "./attempts.js";
import { Commits } from "./offsets/commits.js";
import { asKafkaError, pollIntervalExceeded } from "./errors.js";
import type { ConsumerEventName, PartitionLag, Tell } from "./events.js";
import { Fetcher } from "./fetch/fetcher.js";
import { ClassicMembership } from "./membership/classic.js";
import { GroupCoordinator } from "./membership/coordinator.js";
import type { Membership, MembershipHost, Reconciliation, RoundFacts } from "./membership/membership.js";
import { PollWatch } from "./membership/poll-watch.js";
import type { OffsetTarget } from "./partitions/offset-target.js";
import { Positioning } from "./offsets/positioning.js";
import type { ResolvedConsumerOptions } from "./options.js";
import { Reader, type ReaderHost } from "./reading/reader.js";
import type { TopicPartition } from "./partitions/topic-partition.js";

/** What an engine is made of. */
export interface EngineInit {
  readonly cluster: Cluster;
  readonly options: ResolvedConsumerOptions;
  readonly tell: Tell;
  /** Whether anybody listens to an event. */
  readonly isHeard: (name: ConsumerEventName) => boolean;
}

/** How long a caller waits for something. */
export interface WaitingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * What runs behind the face of a consumer: the membership, the fetching, the reader and the commits, and what one of them
 * means for the others.
 */
export class Engine implements MembershipHost, ReaderHost {
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly commits: Commits;
  readonly #cluster: Cluster;
  readonly #options: ResolvedConsumerOptions;
  readonly #tell: Tell;
  readonly #isHeard: (name: ConsumerEventName) => boolean;
  readonly #membership: Membership;
  readonly #fetcher: Fetcher;
  readonly #positioning: Positioning;
  readonly #pollWatch: PollWatch;
  readonly #closing = new AbortController();
  /** Those who wait for the first assignment. */
  #joining:
    | { readonly done: Promise<void>; readonly resolve: () => void; readonly reject: (error: KafkaError) => void }
    | undefined;
  #starting: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  #topics: readonly string[];

  constructor({ cluster, options, tell, isHeard }: EngineInit) {
    this.#cluster = cluster;
    this.#options = options;
    this.#tell = tell;
    this.#isHeard = isHeard;
    this.#topics = options.topics;
    const { codecs, maxDecompressedBytes, startFrom } = options;
    const failed = (error: KafkaError): void => this.#fail(error);
    const retrying = (notice: RetryNotice): void => this.retrying(notice);
    const coordinator = new GroupCoordinator(cluster, options.groupId, this);
    this.assignment = new Assignment({ codecs, maxDecompressedBytes });
    this.reader = new Reader(this);
    this.#membership = new ClassicMembership({ cluster, coordinator, options, host: this });
    this.commits = new Commits({
      cluster,
      coordinator,
      options,
      tell,
      failed,
      membership: this.#membership,
      assignment: this.assignment,
      isActive: () => this.reader.isActive,
    });
    this.#positioning = new Positioning({
      cluster,
      coordinator,
      startFrom,
      isolationLevel: options.isolationLevel,
      ready: () => {
        this.#fetcher.update();
        this.commits.progressed();
      },
      failed,
      retrying,
    });
    this.#fetcher = new Fetcher({
      cluster,
      limits: {
        maxWaitMs: options.fetchMaxWaitMs,
        maxBytes: options.fetchMaxBytes,
        partitionMaxBytes: options.partitionMaxBytes,
      },
      minBytes: options.fetchMinBytes,
      maxBufferedBytes: options.maxBufferedBytes,
      isolationLevel: options.isolationLevel,
      assigned: () => this.assignment,
      received: (partition) => this.reader.enqueue(partition),
      settled: (partitions) => this.#tellLag(partitions),
      restart: startFrom === "none" ? undefined : (partition, error) => this.#restart(partition, error),
      failed,
      retrying,
    });
    this.#pollWatch = new PollWatch({
      clock: cluster.clock,
      maxPollIntervalMs: options.maxPollIntervalMs,
      asked: () => this.reader.asked,
      isWaiting: () => this.reader.isWaiting,
      stuck: () => this.#stuck(),
    });
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get clock(): Clock {
    return this.#cluster.clock;
  }

  /** Joins the group, if that has not happened; resolves once it is under way. Throws what keeps it from joining. */
  async start(signal?: AbortSignal): Promise<void> {
    this.#starting ??= this.#begin();
    await waitFor(this.#starting, { clock: this.#cluster.clock, signal, late: () => clientClosed("The consumer") });
  }

  /** Joins the group, and resolves with the first assignment. */
  async join(): Promise<void> {
    if (this.#membership.identity !== undefined) return;
    const waiting = (this.#joining ??= makeWaiting());
    await this.start();
    await waiting.done;
  }

  /** Replaces the subscription; a member joins again with it. */
  subscribe(topics: readonly string[]): void {
    this.#topics = [...new Set(topics)];
    if (this.#starting === undefined) return;
    this.#findTopics(this.#topics).then(
      () => this.#membership.rejoin(),
      (error: unknown) => this.#fail(asKafkaError(error)),
    );
  }

  seek(partition: TopicPartition, to: bigint | OffsetTarget): void {
    const assigned = this.assignment.get(partition);
    assigned.seek(to);
    this.reader.interrupt();
    this.#fetcher.update();
    if (!assigned.isReady) this.#positioning.find([assigned]);
  }

  setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const partition of partitions.map((each) => this.assignment.get(each))) {
      partition.paused = paused;
      if (!paused) this.reader.enqueue(partition);
    }
    this.reader.interrupt();
    this.#fetcher.update();
  }

  /** Commits what is done, leaves the group and ends everything within `timeoutMs`. The first thing that went wrong, if any. */
  async close(timeoutMs: number): Promise<KafkaError | undefined> {
    const deadline = this.#cluster.clock.monotonic() + timeoutMs;
    await this.reader.close({ finish: false, deadline });
    this.#closing.abort();
    this.#joining?.reject(clientClosed("The consumer"));
    this.#cluster.off("metadata", this.#metadataChanged);
    this.#pollWatch.stop();
    this.#positioning.stop();
    const fetchingEnded = this.#fetcher.stop();
    const failures: unknown[] = [];
    const note = (error: unknown): void => void failures.push(error);
    await this.commits.close(this.#cluster.clock.monotonic() + timeoutMs * 0.75).catch(note);
    if (this.assignment.size > 0) this.#tell("revoked", { partitions: this.assignment.clear() });
    await this.#membership
      .leave("the consumer is being closed", { timeoutMs: Math.max(1, deadline - this.#cluster.clock.monotonic()) })
      .catch(note);
    await Promise.all([fetchingEnded, this.#cluster.release(this)]);
    this.#tell("closed");
    return failures.length === 0 ? undefined : asKafkaError(failures[0]);
  }

  lagOf(partitions: Iterable<AssignedPartition>): PartitionLag[] {
    return Array.from(partitions)
      .filter((partition) => partition.isReady && partition.highWatermark >= 0n)
      .map((each) => {
        const { topic, partition, position, highWatermark } = each;
        return {
          topic,
          partition,
          position,
          highWatermark,
          lag: highWatermark > position ? highWatermark - position : 0n,
        };
      });
  }

  // ── what the membership says ──

  topics(): readonly string[] {
    return this.#topics;
  }

  async reconcile({ lose, revoke, add, round }: Reconciliation, signal: AbortSignal): Promise<void> {
    if (lose.length > 0) this.#drop("lost", lose);
    if (revoke.length > 0) await this.#revoke(revoke, signal);
    if (round !== undefined && !signal.aborted) this.#assign(add, round);
  }

  #assign(partitions: readonly TopicPartition[], { memberId, generationId, isLeader }: RoundFacts): void {
    this.assignment.add(partitions);
    this.#tell("assigned", { partitions: this.assignment.list(), memberId, generationId, isLeader });
    this.#positioning.find([...this.assignment].filter(({ isReady }) => !isReady));
    this.#fetcher.update();
    this.#pollWatch.start();
    this.#joining?.resolve();
    this.#joining = undefined;
  }

  async #revoke(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const given = partitions.flatMap((each) => this.assignment.find(each) ?? []);
    this.reader.suspend(given);
    await this.#emptyHanded(given, signal);
    if (!signal.aborted)
      await this.commits.commitDue(this.#cluster.clock.monotonic() + this.#cluster.options.requestTimeoutMs);
    if (!signal.aborted) this.#drop("revoked", partitions);
  }

  failed(error: KafkaError): void {
    this.#starting = undefined;
    this.#joining?.reject(error);
    this.#joining = undefined;
    this.#pollWatch.stop();
    this.#fail(error);
  }

  retrying(notice: RetryNotice): void {
    this.#tell("retrying", notice);
  }

  // ── what the reader says ──

  begun(): void {
    // What ended the last loop may have been put right.
    this.#fetcher.retryFailed();
    this.#positioning.find([...this.assignment].filter(({ isReady }) => !isReady));
  }

  progressed(): void {
    this.commits.progressed();
  }

  consumed(partition: AssignedPartition): void {
    this.#fetcher.consumed(partition);
  }

  async #begin(): Promise<void> {
    try {
      await this.#leaving;
      if (this.isClosed) throw clientClosed("The consumer");
      if (this.#topics.length === 0)
        throw invalidArgument(
          'The consumer has nothing to read: give it topics, as in { groupId: "billing", topics: ["orders"] }, or subscribe to some.',
        );
      await this.#cluster.connect({ signal: this.#closing.signal });
      await this.#findTopics(this.#topics);
      if (this.isClosed) throw clientClosed("The consumer");
      this.#cluster.off("metadata", this.#metadataChanged);
      this.#cluster.on("metadata", this.#metadataChanged);
      this.#membership.start();
    } catch (error) {
      this.#starting = undefined;
      this.#joining?.reject(asKafkaError(error));
      this.#joining = undefined;
      throw error;
    }
  }

  async #findTopics(topics: readonly string[]): Promise<void> {
    const { allowAutoTopicCreation: allowAutoCreate } = this.#options;
    await Promise.all(
      topics.map((topic) => this.#cluster.topic(topic, { allowAutoCreate, signal: this.#closing.signal })),
    );
  }

  readonly #metadataChanged = (): void => {
    this.#membership.metadataChanged();
    this.#fetcher.update();
  };

  /** Waits for the message in hand, nearly as long as the group waits for this member. */
  async #emptyHanded(partitions: readonly AssignedPartition[], signal: AbortSignal): Promise<void> {
    const { rebalanceTimeoutMs, heartbeatIntervalMs } = this.#options;
    const patience = new AbortController();
    const giveUp = (): void => patience.abort();
    signal.addEventListener("abort", giveUp, { once: true });
    // Hearing of it takes up to a heartbeat; the commit and the way back to the group take their time too.
    const margin = Math.min(rebalanceTimeoutMs / 2, Math.max(2 * heartbeatIntervalMs, rebalanceTimeoutMs / 10));
    const timer = this.#cluster.clock.timer(rebalanceTimeoutMs - margin, giveUp);
    if (signal.aborted) giveUp();
    await this.reader.emptyHanded(partitions, patience.signal);
    timer.cancel();
    signal.removeEventListener("abort", giveUp);
  }

  #drop(how: "revoked" | "lost", partitions: readonly TopicPartition[]): void {
    const dropped = this.assignment.remove(partitions);
    if (this.assignment.size === 0) this.#pollWatch.stop();
    this.reader.interrupt();
    this.#fetcher.update();
    if (dropped.length > 0) this.#tell(how, { partitions: dropped });
  }

  #restart(partition: AssignedPartition, error: KafkaError): void {
    this.retrying({ operation: "fetch", error, delayMs: 0 });
    this.#positioning.restart(partition);
    this.reader.interrupt();
    this.#positioning.find([partition]);
  }

  /** The application asks for no more: others are to go on with its partitions. */
  #stuck(): void {
    const { groupId, maxPollIntervalMs } = this.#options;
    this.reader.suspend(this.assignment);
    this.#starting = undefined;
    this.#leaving = this.#giveUp().finally(() => {
      this.#leaving = undefined;
    });
    this.#fail(pollIntervalExceeded(groupId, maxPollIntervalMs));
  }

  async #giveUp(): Promise<void> {
    const timeoutMs = this.#cluster.options.requestTimeoutMs;
    await this.commits.commitDue(this.#cluster.clock.monotonic() + timeoutMs);
    await this.#membership
      .leave("the application asked for no more messages within maxPollIntervalMs", { timeoutMs })
      .catch((error: unknown) => {
        // The session will time out by itself.
        this.retrying({ operation: "leave", error: asKafkaError(error), delayMs: 0 });
      });
  }

  #fail(error: KafkaError): void {
    if (this.isClosed) return;
    this.reader.fail(error);
    this.#tell("failed", { error });
  }

  #tellLag(partitions: readonly AssignedPartition[]): void {
    if (this.#isHeard("lag")) this.#tell("lag", { partitions: this.lagOf(partitions) });
  }
}

function makeWaiting(): {
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
} {
  let resolve: () => void = () => undefined;
  let reject: (error: KafkaError) => void = () => undefined;
  const done = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  // Whoever joins hears of it; if nobody waits any more, the error has reached the reader.
  done.catch(() => undefined);
  return { done, resolve, reject };
}
