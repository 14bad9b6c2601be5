import {
  asKafkaError,
  attempt,
  clientClosed,
  CoordinatorClient,
  waitFor,
  type Clock,
  type ClusterAccess,
  type Lease,
  type Coordinator,
} from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { CloseOptions, WaitingOptions } from "./call-options.js";
import { Closing } from "./closing.js";
import { initialLife, isOver, transition, type ConsumerLifeCommand, type ConsumerLifeEvent } from "./consumer-life.js";
import { joinTimedOut, pollIntervalExceeded } from "./errors.js";
import type { ConsumerName, RetryNotice, Tell } from "./events.js";
import { Fetcher } from "./fetch/fetcher.js";
import { lagOf } from "./lag.js";
import { ClassicMembership } from "./membership/classic.js";
import type { Membership, MembershipHost, Reconciliation } from "./membership/membership.js";
import { PollWatch } from "./membership/poll-watch.js";
import { Milestone } from "./milestone.js";
import { Commits } from "./offsets/commits.js";
import { Positioning } from "./offsets/positioning.js";
import { TransactionalOffsets } from "./offsets/transactional-offsets.js";
import type { ResolvedConsumerOptions } from "./options.js";
import type { AssignedPartition } from "./partitions/assigned-partition.js";
import { Assignment } from "./partitions/assignment.js";
import type { OffsetTarget } from "./partitions/offset-target.js";
import type { TopicPartition } from "./partitions/topic-partition.js";
import { Reader, type ReaderHost } from "./reading/reader.js";
import { Reconciler } from "./reconciler.js";
import { Subscription } from "./subscription.js";

/** What an engine is made of. */
export interface EngineInit {
  readonly cluster: ClusterAccess;
  readonly options: ResolvedConsumerOptions;
  /** What tells the consumer from others. */
  readonly name: ConsumerName;
  readonly tell: Tell;
}

/**
 * What runs behind the face of a consumer. It carries out what the transitions of the consumer's life command, and passes on
 * between membership, positions, fetching, reading and commits what one of them means for the others.
 */
export class Engine implements MembershipHost, ReaderHost {
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly commits: Commits;
  readonly transactionalOffsets: TransactionalOffsets;
  readonly ending: Closing;
  readonly #init: EngineInit;
  readonly #lease: Lease;
  readonly #membership: Membership;
  readonly #subscription: Subscription;
  readonly #positioning: Positioning;
  readonly #fetcher: Fetcher;
  readonly #reconciler: Reconciler;
  readonly #pollWatch: PollWatch;
  readonly #started = new Milestone();
  readonly #assigned = new Milestone();
  readonly #closed = new Milestone();
  readonly #closing = new AbortController();
  #life = initialLife;
  /** What stood in the way of the membership last. */
  #obstacle: KafkaError | undefined;
  #closingFailure: KafkaError | undefined;

  constructor(init: EngineInit) {
    this.#init = init;
    const { cluster, options } = init;
    const { codecs, maxDecompressedBytes, groupId } = options;
    this.#lease = cluster.lease({ name: `consumer of group "${groupId}"` });
    const coordinator = new CoordinatorClient({ cluster, lease: this.#lease, type: "group", key: groupId });
    this.assignment = new Assignment({ codecs, maxDecompressedBytes });
    this.reader = new Reader(this);
    this.#subscription = new Subscription({ cluster, ...options, retrying: (notice) => this.retrying(notice) });
    this.#membership = new ClassicMembership({ cluster, coordinator, options, host: this });
    this.commits = this.#makeCommits(coordinator);
    this.#positioning = this.#makePositioning(coordinator);
    this.#fetcher = this.#makeFetcher();
    this.#pollWatch = this.#makePollWatch();
    const { assignment, reader, commits } = this;
    const membership = this.#membership;
    const parts = { ...init, assignment, reader, commits, membership, positioning: this.#positioning };
    const fetcher = this.#fetcher;
    this.transactionalOffsets = new TransactionalOffsets({ ...parts, rewound: (moved) => this.#moved(moved) });
    this.#reconciler = new Reconciler({
      ...parts,
      fetcher,
      pollWatch: this.#pollWatch,
      closing: this.#closing.signal,
    });
    this.ending = new Closing({ ...parts, fetcher, lease: this.#lease });
  }

  get name(): ConsumerName {
    return this.#init.name;
  }

  /** Fires when the consumer is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get clock(): Clock {
    return this.#init.cluster.clock;
  }

  /** Begins to join the group, if that has not happened; resolves once it is under way. Throws what keeps it from joining. */
  async start(signal?: AbortSignal): Promise<void> {
    if (isOver(this.#life)) throw clientClosed("The consumer");
    if (this.#life.name === "joined") return;
    const started = this.#started.wait();
    this.#dispatch({ type: "start" });
    await waitFor(started, { clock: this.clock, signal, late: () => clientClosed("The consumer") });
  }

  /**
   * Joins the group, and resolves with the first assignment. Without `timeoutMs` the cluster is given `requestTimeoutMs` to be
   * reached, and the group any time.
   *
   * @throws {KafkaError} what keeps it from joining; when the time is over, what stood in the way last, or CLIENT_REQUEST_TIMEOUT when nothing did; CLIENT_ABORTED.
   */
  async join({ signal, timeoutMs }: WaitingOptions): Promise<void> {
    if (this.#membership.identity !== undefined) return;
    const { clock } = this;
    const { cluster, options } = this.#init;
    const assigned = this.#assigned.wait();
    const boundMs = timeoutMs ?? cluster.options.requestTimeoutMs;
    const startedAt = clock.monotonic();
    const late = (): KafkaError => joinTimedOut(options.groupId, boundMs, this.#obstacle);
    await waitFor(this.start(), { clock, signal, timeoutMs: boundMs, late });
    const leftMs = timeoutMs === undefined ? undefined : Math.max(0, startedAt + timeoutMs - clock.monotonic());
    await waitFor(assigned, { clock, signal, timeoutMs: leftMs, late });
  }

  /** Replaces the subscription; a member joins again with it. */
  subscribe(topics: readonly string[]): void {
    this.#subscription.replace(topics);
    if (this.#life.name !== "joined") return;
    this.#subscription.find(this.#closing.signal).then(
      () => this.#membership.rejoin(),
      (error: unknown) => this.#interrupt(asKafkaError(error)),
    );
  }

  /** Continues reading a partition elsewhere. Throws CLIENT_NOT_ASSIGNED. */
  seek(partition: TopicPartition, to: bigint | OffsetTarget): void {
    const assigned = this.assignment.get(partition);
    assigned.seek(to);
    this.#moved([assigned]);
  }

  /** Pauses partitions, or goes on with them. Throws CLIENT_NOT_ASSIGNED, and changes nothing then. */
  setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const partition of partitions.map((each) => this.assignment.get(each))) {
      partition.paused = paused;
      if (!paused) this.reader.enqueue(partition);
    }
    this.reader.interrupt();
    this.#fetcher.update();
  }

  /** Lets the body finish, commits what is done, leaves the group and ends everything. The first thing that went wrong, if any. */
  async close(options: Required<CloseOptions>): Promise<KafkaError | undefined> {
    const closed = this.#closed.wait();
    this.#dispatch({ type: "close", options });
    await closed;
    return this.#closingFailure;
  }

  /** Closing is to take less time. */
  hurry(options: Required<CloseOptions>): void {
    this.#dispatch({ type: "close", options });
  }

  // ── what the membership says ──

  topics(): readonly string[] {
    return this.#subscription.topics;
  }

  isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async reconcile(change: Reconciliation, signal: AbortSignal): Promise<void> {
    await this.#reconciler.reconcile(change, signal);
    if (change.round === undefined || signal.aborted) return;
    this.#obstacle = undefined;
    this.#assigned.reach();
  }

  failed(error: KafkaError): void {
    this.#dispatch({ type: "failed", error });
  }

  retrying(notice: RetryNotice): void {
    this.#obstacle = notice.error;
    this.#init.tell("retrying", (consumer) => ({ ...consumer, ...notice }));
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

  // ── the life ──

  #dispatch(event: ConsumerLifeEvent): void {
    const [life, commands] = transition(this.#life, event);
    this.#life = life;
    for (const command of commands) this.#execute(command);
  }

  #execute(command: ConsumerLifeCommand): void {
    switch (command.type) {
      case "begin":
        return void this.#begin();
      case "join":
        return this.#join();
      case "refuse":
        return this.#refuse(command.error);
      case "interrupt":
        return this.reader.fail(command.error);
      case "tellFailed":
        return this.#init.tell("failed", (consumer) => ({ ...consumer, error: command.error }));
      case "leave":
        return void this.#leave();
      case "shutDown":
        return void this.#shutDown(command.options);
      case "hurry":
        return this.ending.hurry(command.options);
      case "tellClosed":
        this.#init.tell("closed", (consumer) => consumer);
        return this.#closed.reach();
    }
  }

  /** Never rejects: what comes of it is an event. */
  async #begin(): Promise<void> {
    const { cluster } = this.#init;
    const { signal } = this.#closing;
    try {
      await attempt(() => cluster.connect({ signal }), {
        pace: cluster.options,
        signals: [signal],
        retrying: (failed) => this.retrying({ operation: "connect", ...failed }),
      });
      await this.#subscription.find(signal);
      this.#dispatch({ type: "started" });
    } catch (error) {
      this.#dispatch({ type: "failed", error: asKafkaError(error) });
    }
  }

  #join(): void {
    const { cluster } = this.#init;
    cluster.off("metadata", this.#metadataChanged);
    cluster.on("metadata", this.#metadataChanged);
    this.#membership.start();
    this.#started.reach();
  }

  #refuse(error: KafkaError): void {
    this.#pollWatch.stop();
    this.#started.fail(error);
    this.#assigned.fail(error);
  }

  /** The application asks for no more: others are to go on with its partitions. Never rejects. */
  async #leave(): Promise<void> {
    const timeoutMs = this.#init.cluster.options.requestTimeoutMs;
    this.reader.suspend(this.assignment);
    await this.commits.commitDue(this.clock.monotonic() + timeoutMs);
    await this.#membership
      .leave("the application asked for no more messages within maxPollIntervalMs", { timeoutMs })
      // The session will time out by itself.
      .catch((error: unknown) => this.retrying({ operation: "leave", error: asKafkaError(error), delayMs: 0 }));
    this.#dispatch({ type: "left" });
  }

  /** Never rejects: the first failure is kept for whoever closes. */
  async #shutDown(options: Required<CloseOptions>): Promise<void> {
    this.#closing.abort();
    this.#refuse(clientClosed("The consumer"));
    this.#init.cluster.off("metadata", this.#metadataChanged);
    this.#closingFailure = await this.ending.run(options);
    this.#dispatch({ type: "closed" });
  }

  // ── what one part means for the others ──

  readonly #metadataChanged = (): void => {
    this.#membership.metadataChanged();
    this.#fetcher.update();
  };

  #positioned(): void {
    this.#fetcher.update();
    this.commits.progressed();
  }

  #restart(partition: AssignedPartition, error: KafkaError): void {
    this.retrying({ operation: "fetch", error, delayMs: 0 });
    this.#positioning.restart(partition);
    this.reader.interrupt();
    this.#positioning.find([partition]);
  }

  /** Reading ends with an error; the membership stays, and the next loop goes on. */
  #interrupt(error: KafkaError): void {
    if (isOver(this.#life)) return;
    this.reader.fail(error);
    this.#init.tell("failed", (consumer) => ({ ...consumer, error }));
  }

  /** Reading of these partitions goes on elsewhere. */
  #moved(partitions: readonly AssignedPartition[]): void {
    this.reader.interrupt();
    this.#fetcher.update();
    this.#positioning.find(partitions.filter(({ isReady }) => !isReady));
  }

  #tellLag(partitions: readonly AssignedPartition[]): void {
    this.#init.tell("lag", (consumer) => ({ ...consumer, partitions: lagOf(partitions) }));
  }

  // ── the parts ──

  #makeCommits(coordinator: Coordinator): Commits {
    return new Commits({
      ...this.#init,
      coordinator,
      membership: this.#membership,
      assignment: this.assignment,
      isActive: () => this.reader.isActive,
      moved: (partition) => this.#moved([partition]),
      failed: (error) => this.#interrupt(error),
    });
  }

  #makePositioning(coordinator: Coordinator): Positioning {
    const { startFrom, isolationLevel } = this.#init.options;
    return new Positioning({
      ...this.#init,
      coordinator,
      startFrom,
      isolationLevel,
      ready: () => this.#positioned(),
      failed: (error) => this.#interrupt(error),
      retrying: (notice) => this.retrying(notice),
    });
  }

  #makeFetcher(): Fetcher {
    const { cluster, options } = this.#init;
    const { fetchMaxWaitMs: maxWaitMs, fetchMaxBytes: maxBytes, partitionMaxBytes, startFrom } = options;
    return new Fetcher({
      cluster,
      groupId: options.groupId,
      limits: { maxWaitMs, maxBytes, partitionMaxBytes },
      minBytes: options.fetchMinBytes,
      maxBufferedBytes: options.maxBufferedBytes,
      isolationLevel: options.isolationLevel,
      assigned: () => this.assignment,
      received: (partition) => this.reader.enqueue(partition),
      settled: (partitions) => this.#tellLag(partitions),
      restart: startFrom === "none" ? undefined : (partition, error) => this.#restart(partition, error),
      failed: (error) => this.#interrupt(error),
      retrying: (notice) => this.retrying(notice),
    });
  }

  #makePollWatch(): PollWatch {
    const { groupId, maxPollIntervalMs } = this.#init.options;
    return new PollWatch({
      clock: this.clock,
      maxPollIntervalMs,
      asked: () => this.reader.asked,
      isWaiting: () => this.reader.isWaiting,
      stuck: () => this.#dispatch({ type: "stuck", error: pollIntervalExceeded(groupId, maxPollIntervalMs) }),
    });
  }
}
