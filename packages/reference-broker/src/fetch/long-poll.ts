import type { Clock } from "@moldau/platform";
import type { PartitionLog } from "../log/log.js";
import type { BrokerNode, PartitionLogs } from "../cluster/node.js";
import type { FetchPosition } from "./fetch-session.js";
import { readPositions, type FetchLimits, type FetchRound } from "./read.js";

/** How long a fetch may wait, and for what. */
export interface LongPollOptions extends FetchLimits {
  readonly minBytes: number;
  readonly maxWaitMs: number;
  /** Aborted when the connection is closed: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Reads the partitions as soon as there are `minBytes` in them, or an error, and at the latest after `maxWaitMs`. While it waits nothing
 * is read: every append to one of the logs only adds to a sum, and the logs are read again when that could be enough.
 */
export async function longPoll(
  broker: BrokerNode,
  positions: readonly FetchPosition[],
  options: LongPollOptions,
): Promise<FetchRound> {
  const { maxWaitMs, minBytes, signal } = options;
  const deadlineMs = broker.clock.monotonic() + maxWaitMs;
  for (;;) {
    const round = await readPositions(broker, positions, options);
    const leftMs = deadlineMs - broker.clock.monotonic();
    const isEnough = round.isUrgent || positions.length === 0 || round.sizeInBytes >= minBytes || leftMs <= 0;
    if (isEnough || signal.aborted) return round;
    await growth(round, {
      wantedBytes: minBytes - round.sizeInBytes,
      timeoutMs: leftMs,
      signal,
      clock: broker.clock,
      logs: broker.logs,
    });
  }
}

interface GrowthOptions {
  readonly wantedBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logs: PartitionLogs;
}

/** Resolves when the logs of a round have grown by so many bytes, when one of them goes away, or when the time is over. */
function growth(
  { logs: watched }: FetchRound,
  { wantedBytes, timeoutMs, signal, clock, logs }: GrowthOptions,
): Promise<void> {
  return new Promise((resolve) => {
    const sizeBefore = totalSize(watched);
    const done = (): void => {
      timer.cancel();
      for (const stop of stops) stop();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const onChange = (): void => {
      const grown = totalSize(watched) - sizeBefore;
      // A log that shrank hides what was added to another: then it is time to look again.
      if (grown >= wantedBytes || grown < 0) done();
    };
    const timer = clock.timer(timeoutMs, done);
    const stops = watched.map((log) => log.onAppended(onChange));
    stops.push(
      logs.onGone(
        (topic, partition) => watched.some((log) => log.topic === topic && log.partition === partition) && done(),
      ),
    );
    signal.addEventListener("abort", done, { once: true });
  });
}

function totalSize(logs: readonly PartitionLog[]): number {
  return logs.reduce((sum, log) => sum + log.sizeInBytes, 0);
}
