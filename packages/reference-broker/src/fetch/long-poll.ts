import type { Clock } from "@moldau/platform";
import type { Partition, PartitionWatcher } from "../partitions/partition.js";
import type { FetchPosition } from "./fetch-session.js";
import { readPositions, type FetchedBroker, type FetchLimits, type FetchRound, type WatchedPosition } from "./read.js";

/** How long a fetch may wait, and for what. */
export interface LongPollOptions extends FetchLimits {
  readonly minBytes: number;
  readonly maxWaitMs: number;
  /** Aborted when the connection is closed: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Reads the partitions as soon as there are `minBytes` to be seen in them, or an error, and at the latest after `maxWaitMs`. While it waits
 * nothing is read: a change of one of the partitions only adds to a sum, and all are read again when that could be enough.
 */
export async function longPoll(
  broker: FetchedBroker & { readonly clock: Clock },
  positions: readonly FetchPosition[],
  options: LongPollOptions,
): Promise<FetchRound> {
  const { maxWaitMs, minBytes, committedOnly, signal } = options;
  const { clock } = broker;
  const deadlineMs = clock.monotonic() + maxWaitMs;
  for (;;) {
    const round = await readPositions(broker, positions, options);
    const leftMs = deadlineMs - clock.monotonic();
    const isEnough = round.isUrgent || positions.length === 0 || round.sizeInBytes >= minBytes || leftMs <= 0;
    if (isEnough || signal.aborted) return round;
    const parked = new ParkedFetch(round.watched, { wantedBytes: minBytes - round.sizeInBytes, committedOnly });
    await parked.wait({ timeoutMs: leftMs, signal, clock });
  }
}

/** What a {@link ParkedFetch} waits for. */
interface ParkedOptions {
  readonly wantedBytes: number;
  readonly committedOnly: boolean;
}

/** A fetch that waits for its partitions. A change of one of them costs it the same whatever the number of the others is. */
class ParkedFetch implements PartitionWatcher {
  readonly #positions: ReadonlyMap<Partition, WatchedPosition>;
  /** How many bytes of each partition were to be seen when it was looked at last. */
  readonly #seen = new Map<Partition, number>();
  readonly #committedOnly: boolean;
  #wantedBytes: number;
  #wake: () => void = () => undefined;

  constructor(watched: readonly WatchedPosition[], { wantedBytes, committedOnly }: ParkedOptions) {
    this.#positions = new Map(watched.map((position) => [position.partition, position]));
    this.#wantedBytes = wantedBytes;
    this.#committedOnly = committedOnly;
  }

  /** Resolves when there could be enough, when one of the partitions has something to tell at once, or when the time is over. */
  async wait({
    timeoutMs,
    signal,
    clock,
  }: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly clock: Clock;
  }): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = clock.timer(timeoutMs, this.#wake);
    signal.addEventListener("abort", this.#wake, { once: true });
    for (const partition of this.#positions.keys()) partition.watch(this);
    // Nobody told what happened between the reading and now.
    for (const partition of this.#positions.keys()) this.changed(partition);
    await woken;
    for (const partition of this.#positions.keys()) partition.unwatch(this);
    signal.removeEventListener("abort", this.#wake);
    timer.cancel();
  }

  changed(partition: Partition): void {
    const position = this.#positions.get(partition);
    if (position === undefined) return;
    if (!partition.isLed || !isWithin(partition, position.offset)) return this.#wake();
    const visible = partition.visibleBytes(this.#committedOnly);
    this.#wantedBytes -= visible - (this.#seen.get(partition) ?? position.visibleBytes);
    this.#seen.set(partition, visible);
    if (this.#wantedBytes <= 0) this.#wake();
  }
}

/** Whether the log still has the offset, so that a reader there has only to wait. */
function isWithin({ logStartOffset, logEndOffset }: Partition, offset: bigint): boolean {
  return logStartOffset <= offset && offset <= logEndOffset;
}
