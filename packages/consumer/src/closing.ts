import { asKafkaError, clientClosed, type Clock, type Lease } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { CloseOptions } from "./call-options.js";
import type { ClusterView } from "./cluster-view.js";
import { closingDeadlines, sooner, type ClosingDeadlines } from "./closing-deadlines.js";
import { bodyUnfinished } from "./errors.js";
import type { Tell } from "./events.js";
import type { Fetcher } from "./fetch/fetcher.js";
import type { Membership } from "./membership/membership.js";
import type { StandIn } from "./membership/stand-in/stand-in.js";
import type { Commits } from "./offsets/commits.js";
import type { Positioning } from "./offsets/positioning.js";
import type { Assignment } from "./partitions/assignment.js";
import type { Reader } from "./reading/reader.js";

/** What is ended when a consumer is closed. */
export interface ClosingInit {
  readonly cluster: ClusterView;
  readonly positioning: Positioning;
  readonly fetcher: Fetcher;
  readonly reader: Reader;
  readonly commits: Commits;
  readonly assignment: Assignment;
  readonly membership: Membership;
  /** The worker that heartbeats while this thread is blocked, where there is one. */
  readonly standIn?: Pick<StandIn, "close"> | undefined;
  readonly lease: Lease;
  readonly tell: Tell;
}

/**
 * The end of a consumer, step by step within one deadline:
 *
 *   nothing is fetched any more ─▶ the body that runs finishes ─▶ what is done is committed ─▶ the group is left
 *                                  (given back when it is late)                                 connections are closed
 */
export class Closing {
  /** Resolves once the last body has finished, or is not waited for any longer. */
  readonly bodiesEnded: Promise<void>;
  readonly #init: ClosingInit;
  readonly #abandoned = new AbortController();
  #endBodies: () => void = () => undefined;
  #deadlines: ClosingDeadlines = { body: Infinity, commit: Infinity, leave: Infinity };
  #failure: KafkaError | undefined;

  constructor(init: ClosingInit) {
    this.#init = init;
    this.bodiesEnded = new Promise((resolve) => {
      this.#endBodies = resolve;
    });
  }

  /** Fires when a body that still runs is not waited for any longer. */
  get abandoned(): AbortSignal {
    return this.#abandoned.signal;
  }

  get #clock(): Clock {
    return this.#init.cluster.clock;
  }

  /** Ends everything. Never rejects: the first failure, if any. */
  async run(options: Required<CloseOptions>): Promise<KafkaError | undefined> {
    const { positioning, fetcher, commits, lease, standIn } = this.#init;
    this.#shorten(options.timeoutMs);
    positioning.stop();
    const fetchingEnded = fetcher.stop();
    await this.#finishBody(options.finish);
    this.#endBodies();
    this.#abandoned.abort(clientClosed("The consumer"));
    await commits.close(this.#deadlines.commit).catch((error: unknown) => this.#note(error));
    await this.#leave(options.leaveGroup);
    await Promise.all([fetchingEnded, lease.close(), standIn?.close()]).catch((error: unknown) => this.#note(error));
    return this.#failure;
  }

  /** Takes less time: for what has not begun yet, and for the body that runs. */
  hurry({ finish, timeoutMs }: Required<CloseOptions>): void {
    this.#shorten(timeoutMs);
    this.#init.reader.hurry({ finish, deadline: this.#deadlines.body });
  }

  async #finishBody(finish: boolean): Promise<void> {
    const { reader, tell } = this.#init;
    const startedAt = this.#clock.monotonic();
    const late = (): KafkaError => bodyUnfinished(this.#clock.monotonic() - startedAt, this.#inHand());
    const error = await reader.close({ finish, deadline: this.#deadlines.body, late });
    if (error !== undefined) tellUnfinished(tell, error);
  }

  async #leave(leaveGroup: boolean | undefined): Promise<void> {
    const { assignment, membership, tell } = this.#init;
    const partitions = assignment.clear();
    if (partitions.length > 0) tell("revoked", (consumer) => ({ ...consumer, partitions }));
    const timeoutMs = Math.max(1, this.#deadlines.leave - this.#clock.monotonic());
    await membership
      .leave("the consumer is being closed", { timeoutMs, leaveGroup })
      .catch((error: unknown) => this.#note(error));
  }

  #inHand(): { topic: string; partition: number; offset: bigint }[] {
    return [...this.#init.assignment].flatMap(({ topic, partition, ledger: { inHand: offset } }) =>
      offset === undefined ? [] : [{ topic, partition, offset }],
    );
  }

  #shorten(timeoutMs: number): void {
    this.#deadlines = sooner(this.#deadlines, closingDeadlines(this.#clock.monotonic(), timeoutMs));
  }

  #note(error: unknown): void {
    this.#failure ??= asKafkaError(error);
  }
}

/** What a body had in hand is delivered again: whoever hears of nothing else sees a warning. */
function tellUnfinished(tell: Tell, error: KafkaError): void {
  let isHeard = false;
  tell("failed", (consumer) => {
    isHeard = true;
    return { ...consumer, error };
  });
  if (!isHeard) process.emitWarning(error);
}
