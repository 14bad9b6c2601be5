import type { Clock } from "@moldau/platform";
import type { Uuid } from "@moldau/protocol-codec";
import type { Storage } from "../storage/storage.js";
import type { LeaderEpochs } from "./leader-epochs.js";
import type { LogConfig } from "./log-config.js";
import type { ProducerState } from "./producer-state.js";
import type { SegmentList } from "./segment-list.js";
import type { TailCache } from "./tail-cache.js";

/** The little that a log needs of a clock. */
export type LogClock = Pick<Clock, "now" | "monotonic">;

/** The parts of an open log, shared by those who write, read and trim it. Only jobs of the writer's queue change them. */
export interface LogContents {
  readonly storage: Storage;
  readonly dir: string;
  readonly topicId: Uuid;
  /** `topic-partition`, for messages. */
  readonly name: string;
  readonly clock: LogClock;
  /** A number from 0 up to 1, for the jitter of rolling. */
  readonly random: () => number;
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly epochs: LeaderEpochs;
  /** Absent for storage in memory. */
  readonly tail: TailCache | undefined;
  config: LogConfig;
  logStartOffset: bigint;
  logEndOffset: bigint;
  highWatermark: bigint;
  /** Everything below is flushed and need not be looked at after a crash. */
  recoveryPoint: bigint;
  /** Bytes that were appended since the log was opened; never gets smaller. */
  appendedBytes: number;
  /** How often records were cut off the end: a read that this happened to may have seen what came after. */
  truncations: number;
}
