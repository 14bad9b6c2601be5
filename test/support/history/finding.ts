import type { Facts } from "./facts.js";

/** What can be wrong with a history, by the names of Jepsen's workload for Kafka (and how groups consume, for which it has no names). */
export type AnomalyName =
  | "inconsistent-offsets"
  | "duplicate"
  | "G1a"
  | "lost-write"
  | "unseen"
  | "poll-skip"
  | "nonmonotonic-poll"
  | "int-poll-skip"
  | "int-nonmonotonic-poll"
  | "nonmonotonic-send"
  | "int-nonmonotonic-send"
  | "int-send-skip"
  | "precommitted-read"
  | "consumed-twice"
  | "consumed-never"
  | "G0"
  | "G1c"
  | "ww-G1c";

/** An anomaly in a history. */
export interface Finding {
  readonly anomaly: AnomalyName;
  /** What happened, in a sentence. */
  readonly what: string;
  /** The lines of the history that show it, counted from 0. */
  readonly lines: readonly number[];
}

/** Looks for one family of anomalies. */
export type Search = (facts: Facts) => readonly Finding[];
