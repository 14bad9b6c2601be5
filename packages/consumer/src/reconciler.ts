import type { ClusterAccess } from "@moldau/connection-pool";
import type { Tell } from "./events.js";
import type { Fetcher } from "./fetch/fetcher.js";
import type { Reconciliation, RoundFacts } from "./membership/membership.js";
import type { PollWatch } from "./membership/poll-watch.js";
import type { Commits } from "./offsets/commits.js";
import type { Positioning } from "./offsets/positioning.js";
import type { ResolvedConsumerOptions } from "./options.js";
import type { AssignedPartition } from "./partitions/assigned-partition.js";
import type { Assignment } from "./partitions/assignment.js";
import type { TopicPartition } from "./partitions/topic-partition.js";
import type { Reader } from "./reading/reader.js";

/** Who has to do with partitions that come and go. */
export interface ReconcilerInit {
  readonly cluster: ClusterAccess;
  readonly options: ResolvedConsumerOptions;
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly commits: Commits;
  readonly positioning: Positioning;
  readonly fetcher: Fetcher;
  readonly pollWatch: PollWatch;
  readonly tell: Tell;
  /** Fires when the consumer is closed, which commits and gives everything up by itself. */
  readonly closing: AbortSignal;
}

/** Brings the assignment to what the group has settled, and everybody in the consumer with it. */
export class Reconciler {
  readonly #init: ReconcilerInit;

  constructor(init: ReconcilerInit) {
    this.#init = init;
  }

  /** {@link MembershipHost.reconcile} */
  async reconcile({ lose, revoke, add, round }: Reconciliation, signal: AbortSignal): Promise<void> {
    if (lose.length > 0) this.#drop("lost", lose);
    if (revoke.length > 0) await this.#revoke(revoke, signal);
    if (round !== undefined && !signal.aborted) this.#add(add, round);
  }

  async #revoke(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const { cluster, assignment, reader, commits, closing } = this.#init;
    const held = partitions.flatMap((each) => assignment.find(each) ?? []);
    reader.suspend(held);
    await this.#emptyHanded(held, signal);
    if (!signal.aborted) await commits.commitDue(cluster.clock.monotonic() + cluster.options.requestTimeoutMs);
    // Closing commits for the last time under this round: it must not end before that.
    if (closing.aborted) await abortOf(signal);
    if (!signal.aborted) this.#drop("revoked", partitions);
  }

  /** Waits for the messages in hand, nearly as long as the group waits for this member. */
  async #emptyHanded(partitions: readonly AssignedPartition[], signal: AbortSignal): Promise<void> {
    const { cluster, options, reader } = this.#init;
    const { rebalanceTimeoutMs, heartbeatIntervalMs } = options;
    const patience = new AbortController();
    const giveUp = (): void => patience.abort();
    signal.addEventListener("abort", giveUp, { once: true });
    // Hearing of it takes up to a heartbeat; the commit and the way back to the group take their time too.
    const margin = Math.min(rebalanceTimeoutMs / 2, Math.max(2 * heartbeatIntervalMs, rebalanceTimeoutMs / 10));
    const timer = cluster.clock.timer(rebalanceTimeoutMs - margin, giveUp);
    if (signal.aborted) giveUp();
    await reader.emptyHanded(partitions, patience.signal);
    timer.cancel();
    signal.removeEventListener("abort", giveUp);
  }

  #drop(how: "revoked" | "lost", partitions: readonly TopicPartition[]): void {
    const { assignment, pollWatch, reader, fetcher, tell } = this.#init;
    const dropped = assignment.remove(partitions);
    if (assignment.size === 0) pollWatch.stop();
    reader.interrupt();
    fetcher.update();
    if (dropped.length > 0) tell(how, (consumer) => ({ ...consumer, partitions: dropped }));
  }

  #add(partitions: readonly TopicPartition[], { memberId, generationId, isLeader }: RoundFacts): void {
    const { assignment, positioning, fetcher, pollWatch, tell } = this.#init;
    const added = assignment.add(partitions).map(({ topic, partition }) => ({ topic, partition }));
    tell("assigned", (consumer) => ({ ...consumer, partitions: added, memberId, generationId, isLeader }));
    positioning.find([...assignment].filter(({ isReady }) => !isReady));
    fetcher.update();
    pollWatch.start();
  }
}

async function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
