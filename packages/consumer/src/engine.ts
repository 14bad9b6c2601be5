import { asKafkaError, attempt, clientClosed, waitFor, type Clock } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { CloseOptions, WaitingOptions } from "./call-options.js";
import type { Closing } from "./closing.js";
import { initialLife, isOver, transition, type ConsumerLifeCommand, type ConsumerLifeEvent } from "./consumer-life.js";
import { joinTimedOut } from "./errors.js";
import type { ConsumerName, RetryNotice } from "./events.js";
import { lagOf } from "./lag.js";
import type { Reconciliation } from "./membership/membership.js";
import { Milestone } from "./milestone.js";
import type { Commits } from "./offsets/commits.js";
import type { DataLoss } from "./offsets/data-loss.js";
import type { LookUps } from "./offsets/look-ups.js";
import type { TransactionalOffsets } from "./offsets/transactional-offsets.js";
import type { AssignedPartition } from "./partitions/assigned-partition.js";
import type { Assignment } from "./partitions/assignment.js";
import type { OffsetTarget } from "./partitions/offset-target.js";
import type { TopicPartition } from "./partitions/topic-partition.js";
import { makeParts, type ConsumerInit, type ConsumerParts, type PartsHost } from "./parts.js";
import type { Reader } from "./reading/reader.js";
import type { Wanted } from "./subscription/subscription.js";

/**
 * What runs behind the face of a consumer. It carries out what the transitions of the consumer's life command, and passes on
 * between membership, positions, fetching, reading and commits what one of them means for the others.
 */
export class Engine implements PartsHost {
  readonly #init: ConsumerInit;
  readonly #parts: ConsumerParts;
  readonly #started = new Milestone();
  readonly #assigned = new Milestone();
  readonly #closed = new Milestone();
  readonly #closing = new AbortController();
  #life = initialLife;
  /** What stood in the way of the membership last. */
  #obstacle: KafkaError | undefined;
  #closingFailure: KafkaError | undefined;

  constructor(init: ConsumerInit) {
    this.#init = init;
    this.#parts = makeParts(init, this);
  }

  get assignment(): Assignment {
    return this.#parts.assignment;
  }

  get reader(): Reader {
    return this.#parts.reader;
  }

  get commits(): Commits {
    return this.#parts.commits;
  }

  get lookUps(): LookUps {
    return this.#parts.lookUps;
  }

  get transactionalOffsets(): TransactionalOffsets {
    return this.#parts.transactionalOffsets;
  }

  get ending(): Closing {
    return this.#parts.ending;
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
    if (this.#parts.membership.identity !== undefined) return;
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

  /** Replaces the subscription; a member joins again with it. Throws CLIENT_INVALID_STATE. */
  subscribe(wanted: Wanted): void {
    this.#parts.membership.subscribe();
    this.#want(wanted);
  }

  /** Replaces what is assigned by hand. Throws CLIENT_INVALID_STATE. */
  assign(partitions: readonly TopicPartition[]): void {
    const { membership, subscription } = this.#parts;
    membership.assign(partitions);
    if (partitions.length > 0) return this.#want(partitions.map(({ topic }) => topic));
    // There is nothing to look for, which only a start finds wrong.
    subscription.replace([]);
    membership.rejoin();
  }

  #want(wanted: Wanted): void {
    const { subscription, membership } = this.#parts;
    subscription.replace(wanted);
    if (this.#life.name !== "joined") return;
    subscription.find(this.#closing.signal).then(
      () => membership.rejoin(),
      (error: unknown) => this.interrupt(asKafkaError(error)),
    );
  }

  /** Has the group share the partitions anew. Throws CLIENT_INVALID_STATE where the broker decides about that. */
  enforceRebalance(reason: string): void {
    if (this.#life.name === "joined") this.#parts.membership.enforceRebalance(reason);
  }

  /** Continues reading a partition elsewhere. Throws CLIENT_NOT_ASSIGNED. */
  seek(partition: TopicPartition, to: bigint | OffsetTarget): void {
    const assigned = this.assignment.get(partition);
    assigned.seek(to);
    this.moved([assigned]);
  }

  /** Pauses partitions, or goes on with them. Throws CLIENT_NOT_ASSIGNED, and changes nothing then. */
  setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const partition of partitions.map((each) => this.assignment.get(each))) {
      partition.paused = paused;
      if (!paused) this.reader.enqueue(partition);
    }
    this.reader.interrupt();
    this.#parts.fetcher.update();
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
    return this.#parts.subscription.topics;
  }

  pattern(): string | undefined {
    return this.#parts.subscription.pattern;
  }

  isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async reconcile(change: Reconciliation, signal: AbortSignal): Promise<void> {
    await this.#parts.reconciler.reconcile(change, signal);
    if (change.round === undefined || signal.aborted) return;
    this.#obstacle = undefined;
    this.#assigned.reach();
  }

  failed(error: KafkaError): void {
    this.#dispatch({ type: "failed", error });
  }

  givenUp(error: KafkaError): void {
    this.#dispatch({ type: "givenUp", error });
  }

  retrying(notice: RetryNotice): void {
    this.#obstacle = notice.error;
    this.#init.tell("retrying", (consumer) => ({ ...consumer, ...notice }));
  }

  // ── what the reader says ──

  begun(): void {
    // What ended the last loop may have been put right.
    this.#parts.fetcher.retryFailed();
    this.#parts.positioning.find([...this.assignment].filter(({ isReady, isInDoubt }) => !isReady || isInDoubt));
  }

  progressed(): void {
    this.commits.progressed();
  }

  consumed(partition: AssignedPartition): void {
    this.#parts.fetcher.consumed(partition);
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
      case "endLoop":
        return this.reader.failLoop(command.error);
      case "tellFailed":
        return this.#init.tell("failed", (consumer) => ({ ...consumer, error: command.error }));
      case "leave":
        return void this.#leave(command.reason);
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
      await this.#parts.subscription.find(signal);
      this.#dispatch({ type: "started" });
    } catch (error) {
      this.#dispatch({ type: "failed", error: asKafkaError(error) });
    }
  }

  #join(): void {
    const { cluster } = this.#init;
    cluster.off("metadata", this.#metadataChanged);
    cluster.on("metadata", this.#metadataChanged);
    this.#parts.membership.start();
    this.#started.reach();
  }

  #refuse(error: KafkaError): void {
    this.#parts.subscription.end();
    this.#parts.pollWatch.stop();
    this.#started.fail(error);
    this.#assigned.fail(error);
  }

  /** The application asks for no more: others are to go on with its partitions. Never rejects. */
  async #leave(reason: string): Promise<void> {
    const timeoutMs = this.#init.cluster.options.requestTimeoutMs;
    this.reader.suspend(this.assignment);
    await this.commits.commitDue(this.clock.monotonic() + timeoutMs);
    await this.#parts.membership
      .leave(reason, { timeoutMs })
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

  /** Other topics match the pattern than before. */
  resubscribed(): void {
    this.#parts.membership.rejoin();
  }

  readonly #metadataChanged = (): void => {
    this.#parts.subscription.metadataChanged();
    this.#parts.membership.metadataChanged();
    this.#parts.fetcher.update();
  };

  positioned(): void {
    this.#parts.fetcher.update();
    this.commits.progressed();
  }

  lost(partition: AssignedPartition, loss: DataLoss): boolean {
    const goesOn = this.#parts.positioning.recover(partition, loss);
    if (goesOn) {
      this.retrying({ operation: "position", error: loss.error, delayMs: 0 });
      this.reader.interrupt();
      this.#parts.fetcher.update();
    }
    return goesOn;
  }

  /** Reading ends with an error; the membership stays, and the next loop goes on. */
  interrupt(error: KafkaError): void {
    if (isOver(this.#life)) return;
    this.reader.fail(error);
    this.#init.tell("failed", (consumer) => ({ ...consumer, error }));
  }

  /** Reading of these partitions goes on elsewhere. */
  moved(partitions: readonly AssignedPartition[]): void {
    this.reader.interrupt();
    this.#parts.fetcher.update();
    this.#parts.positioning.find(partitions.filter(({ isReady }) => !isReady));
  }

  settled(partitions: readonly AssignedPartition[]): void {
    this.#init.tell("lag", (consumer) => ({ ...consumer, partitions: lagOf(partitions) }));
  }

  stuck(error: KafkaError): void {
    this.#dispatch({ type: "stuck", error });
  }
}
