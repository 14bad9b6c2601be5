import { ErrorCode } from "@moldau/protocol-codec";
import { onAbort, type Clock } from "@moldau/platform";
import type { ClusterState } from "../cluster/state.js";
import { CoordinatorError } from "../coordination/coordinator-error.js";
import type { Peers } from "../partitions/peers.js";
import type { MarkerHolds } from "./held-markers.js";
import { MarkerQueue } from "./marker-queue.js";
import type { MarkedPartition, MarkerSender, TransactionMarker } from "./marker.js";

/** What a {@link PeerMarkerSender} works with. */
export interface PeerMarkerSenderOptions {
  /** Who leads which partition, as this broker knows. */
  readonly cluster: Pick<ClusterState, "partition" | "isServing">;
  readonly peers: Peers;
  readonly clock: Clock;
  /** Numbers from 0 (included) to 1 (excluded): pauses are drawn by it. */
  readonly random: () => number;
  /** For how long a broker may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  /** What tests hold back. */
  readonly holds: MarkerHolds;
  /** Hears of errors that nobody expects of a marker; it is tried again all the same. */
  readonly onError: (error: unknown) => void;
}

/**
 * Brings markers to the brokers that lead the partitions, each of which has a queue.
 *
 * ```
 *   write ─▶ each partition: held by a test? ─▶ who leads it? ─▶ queue of that broker ─▶ WriteTxnMarkers ─▶ done
 *                   ▲                              │ nobody now            │ refused for the moment
 *                   └────────── a pause ───────────┴───────────────────────┘
 * ```
 */
export class PeerMarkerSender implements MarkerSender {
  readonly #options: PeerMarkerSenderOptions;
  readonly #queues = new Map<number, MarkerQueue>();
  readonly #closing = new AbortController();

  constructor(options: PeerMarkerSenderOptions) {
    this.#options = options;
  }

  async write(marker: TransactionMarker, partitions: readonly MarkedPartition[], signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const { signal: closed } = this.#closing;
    const endings = [signal, closed].map((source) => onAbort(source, () => ending.abort(source.reason)));
    try {
      await Promise.all(partitions.map((to) => this.#bring(marker, to, ending.signal)));
    } finally {
      for (const forget of endings) forget();
      // When one partition will never take it, there is no use in the others.
      ending.abort(new Error("the marker was given up"));
    }
  }

  /** The broker stops: what is on its way is given up. Idempotent. */
  close(): void {
    this.#closing.abort(new Error("the broker that sends the markers stops"));
  }

  /** Brings a marker to one partition, however often it has to be tried. */
  async #bring(marker: TransactionMarker, to: MarkedPartition, signal: AbortSignal): Promise<void> {
    const { holds, clock, random, onError } = this.#options;
    let told = false;
    for (let attempt = 0; ; attempt++) {
      await holds.passed(marker, to, signal);
      const errorCode = await this.#try(marker, to, signal);
      if (settled.has(errorCode)) return;
      if (refused.has(errorCode)) throw new CoordinatorError(errorCode);
      if (!passing.has(errorCode) && !told) {
        told = true;
        onError(new CoordinatorError(errorCode));
      }
      await clock.sleep(pauseMs(attempt, random), signal);
    }
  }

  /** Sends a marker to whoever leads the partition now. A partition that is gone needs none. */
  async #try(marker: TransactionMarker, to: MarkedPartition, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const { cluster } = this.#options;
    const state = cluster.partition(to.topic, to.partition);
    if (state === undefined) return ErrorCode.NONE;
    if (!cluster.isServing(state.leader)) return ErrorCode.LEADER_NOT_AVAILABLE;
    return await this.#queueOf(state.leader).send(marker, to, signal);
  }

  #queueOf(nodeId: number): MarkerQueue {
    const known = this.#queues.get(nodeId);
    if (known !== undefined) return known;
    const { peers, timeoutMs } = this.#options;
    const made = new MarkerQueue({ nodeId, peers, timeoutMs, signal: this.#closing.signal });
    this.#queues.set(nodeId, made);
    return made;
  }
}

/** The partition has the marker, or can have no records of a transaction. */
const settled: ReadonlySet<number> = new Set([
  ErrorCode.NONE,
  ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
  ErrorCode.UNSUPPORTED_VERSION,
]);
/** The partition will never take it from this coordinator. */
const refused: ReadonlySet<number> = new Set([
  ErrorCode.TRANSACTION_COORDINATOR_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
]);
/** What passes: a leader that moves, a broker that is away, replicas that lag, a disk that fails. */
const passing: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.KAFKA_STORAGE_ERROR,
]);

const firstPauseMs = 20;
const longestPauseMs = 1000;

/** Twice as long each time, up to a second, and drawn between half of it and all, so that many do not come at once. */
function pauseMs(attempt: number, random: () => number): number {
  return Math.min(firstPauseMs * 2 ** Math.min(attempt, 10), longestPauseMs) * (0.5 + random() / 2);
}
