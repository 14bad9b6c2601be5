import { asKafkaError, clientClosed, waitFor, type Coordinator } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import PQueue from "p-queue";
import { commitTimedOut, ConsumerErrorCode, notAMember } from "../errors.js";
import type { ConsumerName, Tell } from "../events.js";
import type { Membership } from "../membership/membership.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { Assignment } from "../partitions/assignment.js";
import { beginTrace, endTrace } from "@moldau/connection-pool/internal";
import { commitChannel } from "./commit-trace.js";
import { CommitScheduler } from "./commit-scheduler.js";
import { dueOffsets, offsetsOf, readCommittable, type Committable } from "./committable.js";
import { isAboutMember } from "./commit-outcome.js";
import { PendingCommit, type CommitResult, type OffsetToCommit, type RefusedOffset } from "./pending-commit.js";

/** What commits need, and whom they tell. */
export interface CommitsInit {
  readonly cluster: ClusterView;
  readonly coordinator: Coordinator;
  readonly options: ResolvedConsumerOptions;
  readonly membership: Membership;
  readonly assignment: Assignment;
  /** Whether more may become done without {@link Commits.progressed} being called. */
  readonly isActive: () => boolean;
  /** Reading of the partition stands elsewhere than before. */
  readonly moved: (partition: AssignedPartition) => void;
  readonly name: ConsumerName;
  readonly tell: Tell;
  /** Nothing can be committed any more, for a reason that does not pass. */
  readonly failed: (error: KafkaError) => void;
}

/** How long a commit may take, and what ends it. */
export interface CommitOptions {
  /** Ends it with CLIENT_ABORTED. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds of the clock. */
  readonly deadline: number;
}

/**
 * The one writer of what the group has committed: when told to, every now and then, before partitions are given up, and at the end.
 *
 * One commit is on its way at a time, so that an older one that is tried again can never overtake a newer one. Each is bound
 * to the stays of its partitions, and ends with them: a round of the group that ends leaves what is kept alone.
 */
export class Commits {
  readonly #init: CommitsInit;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #scheduler: CommitScheduler;
  /** Ends commits that go out by themselves, so that the last one does not wait for them. */
  readonly #background = new AbortController();
  /** Ends all others, when they have had their share of the time for closing. */
  readonly #closing = new AbortController();

  constructor(init: CommitsInit) {
    const { cluster, options } = init;
    this.#init = init;
    this.#scheduler = new CommitScheduler({
      clock: cluster.clock,
      intervalMs: options.autoCommitIntervalMs,
      commit: () => this.commitDue(cluster.clock.monotonic() + cluster.options.requestTimeoutMs),
      isDue: () => init.isActive() || dueOffsets(init.assignment).length > 0,
    });
  }

  /** Something was handed out or became done, or it was found out where reading begins. */
  progressed(): void {
    if (this.#init.options.autoCommit) this.#scheduler.progressed();
  }

  /**
   * Commits what the application says, or with undefined everything that is done. While the group rebalances it waits, for what is kept.
   *
   * @throws {KafkaError} what the coordinator said; CLIENT_NOT_ASSIGNED while the consumer is no member of its group, or when
   * a partition was given up meanwhile.
   */
  async commit(what: Committable | undefined, options: CommitOptions): Promise<void> {
    const { assignment } = this.#init;
    const offsets = what === undefined ? undefined : this.#named(what);
    const { refused, gone } = await this.#inTurn(() => offsets ?? dueOffsets(assignment), options);
    const failure = combined([...refused, ...gone]);
    if (failure !== undefined) throw failure;
  }

  #named(what: Committable): readonly OffsetToCommit[] {
    const { assignment, membership, coordinator, moved } = this.#init;
    const named = readCommittable("commit", what, assignment);
    const { identity } = membership;
    if (identity === undefined && named.some(({ assigned }) => assigned === undefined))
      throw notAMember(coordinator.key);
    return offsetsOf(named, { otherwise: identity?.ended ?? AbortSignal.abort(), moved });
  }

  /**
   * Commits automatically what is done, until `deadline`. Never rejects: what passes is tried again the next time, what will
   * never be kept was told of, what is about the membership has its consequences there, and the rest ends the reading.
   */
  async commitDue(deadline: number): Promise<void> {
    const { signal } = this.#background;
    const error = await this.#commitDue({ signal, deadline });
    if (error === undefined || signal.aborted || isAboutMembership(error)) return;
    const { tell, failed, options } = this.#init;
    const delayMs = options.autoCommitIntervalMs;
    if (error.retriable) tell("retrying", (consumer) => ({ ...consumer, operation: "commit", error, delayMs }));
    else failed(error);
  }

  /**
   * Commits what is done for the last time. Commits of the application that are still on their way get half of the time until
   * `deadline`, and end then.
   *
   * @throws {KafkaError} what the coordinator said, unless the group went on without this member: then what is not committed
   * is delivered again to whoever has the partitions now.
   */
  async close(deadline: number): Promise<void> {
    const { clock } = this.#init.cluster;
    const closed = clientClosed("The consumer");
    this.#scheduler.stop();
    this.#background.abort(closed);
    const timer = clock.timer((deadline - clock.monotonic()) / 2, () => this.#closing.abort(closed));
    const error = await this.#commitDue({ deadline, isLast: true });
    timer.cancel();
    this.#closing.abort(closed);
    if (error !== undefined && !isAboutMembership(error)) throw error;
  }

  async #commitDue(options: CommitOrder): Promise<KafkaError | undefined> {
    const { assignment } = this.#init;
    if (!this.#init.options.autoCommit) return undefined;
    try {
      await this.#inTurn(() => dueOffsets(assignment), options);
      return undefined;
    } catch (error) {
      return asKafkaError(error);
    }
  }

  /** Commits what `offsets` gives at the moment when the commit's turn has come; what will never be kept, and what was given up meanwhile. */
  async #inTurn(offsets: () => readonly OffsetToCommit[], order: CommitOrder): Promise<NotKept> {
    const { clock } = this.#init.cluster;
    const { signal, deadline } = order;
    const late = (): KafkaError => commitTimedOut(this.#init.coordinator.key);
    const turn = this.#queue.add(() => this.#run(offsets(), order));
    return waitFor(turn, { clock, signal, timeoutMs: Math.max(0, deadline - clock.monotonic()), late });
  }

  async #run(offsets: readonly OffsetToCommit[], { signal, deadline, isLast }: CommitOrder): Promise<NotKept> {
    const { cluster, coordinator, membership, tell } = this.#init;
    if (offsets.length === 0 || cluster.clock.monotonic() >= deadline) return { refused: [], gone: [] };
    const pending = new PendingCommit({
      cluster,
      coordinator,
      membership,
      offsets,
      signals: [signal, isLast === true ? undefined : this.#closing.signal],
      deadline,
      retrying: (notice) => tell("retrying", (consumer) => ({ ...consumer, ...notice })),
    });
    try {
      await this.#traced(pending, offsets);
    } finally {
      this.#tellOf(pending.result);
    }
    return { refused: pending.result.refused, gone: pending.gone };
  }

  async #traced(pending: PendingCommit, offsets: readonly OffsetToCommit[]): Promise<void> {
    if (!commitChannel.hasSubscribers) return pending.run();
    const plain = offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    const trace = beginTrace(commitChannel, { ...this.#init.name, offsets: plain });
    try {
      await pending.run();
      const [gone] = pending.gone;
      endTrace(commitChannel, trace, { result: pending.result, ...(gone === undefined ? {} : { error: gone.error }) });
    } catch (error) {
      endTrace(commitChannel, trace, { result: pending.result, error: asKafkaError(error) });
      throw error;
    }
  }

  #tellOf({ kept, refused }: CommitResult): void {
    if (kept.length > 0) this.#init.tell("committed", (consumer) => ({ ...consumer, offsets: kept }));
    if (refused.length > 0) this.#init.tell("commitRefused", (consumer) => ({ ...consumer, offsets: refused }));
  }
}

/** A commit that waits for its turn. */
interface CommitOrder extends CommitOptions {
  /** Whether it is the one that closing waits for. */
  readonly isLast?: boolean;
}

/** What the coordinator does not keep of a commit that is over. */
interface NotKept {
  readonly refused: readonly RefusedOffset[];
  readonly gone: readonly RefusedOffset[];
}

/** What the promise of a commit rejects with: the rest of it was kept. */
function combined(refused: readonly RefusedOffset[]): KafkaError | undefined {
  const [first] = refused;
  if (first === undefined || refused.length === 1) return first?.error;
  const names = refused.map(({ topic, partition }) => `${topic}-${partition}`).join(", ");
  const { code, errorCode = 0, message } = first.error;
  return new KafkaError(code, `${refused.length} offsets were not committed, the others were: ${names}. ${message}`, {
    cause: new AggregateError(refused.map(({ error }) => error)),
    errorCode,
  });
}

/** Whether the coordinator refused the member and not the commit, so that the group goes on without it. */
function isAboutMembership({ code, errorCode = 0 }: KafkaError): boolean {
  return code === ConsumerErrorCode.NOT_ASSIGNED || isAboutMember(errorCode);
}
