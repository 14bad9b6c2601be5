import type { KafkaError } from "@moldau/protocol-codec";
import type { Place } from "../partitions/assigned-partition.js";
import { isOffsetTarget, type OffsetTarget, type StartFrom } from "../partitions/offset-target.js";

/** The ways to go on after a loss, as options name them. */
export const dataLossPolicies: readonly DataLossPolicy[] = ["reset", "resume", "fail"];

/** What a consumer does about messages that a log has lost, by name. */
export type DataLossPolicy = "reset" | "resume" | "fail";

/** What became of the log behind a position. */
export type DataLoss =
  /** The position is not, or no longer, in the log. */
  | { readonly name: "outOfRange"; readonly error: KafkaError }
  /** A new leader has less of the log than was read; `divergent` is where the two part, where that is known. */
  | { readonly name: "truncated"; readonly error: KafkaError; readonly divergent: Place | undefined }
  /** The topic is another one by now. */
  | { readonly name: "recreated"; readonly error: KafkaError };

/** Where reading goes on. */
export type WayOn =
  | { readonly name: "place"; readonly place: Place }
  | { readonly name: "target"; readonly target: OffsetTarget }
  /** Only the application can say. */
  | { readonly name: "nowhere" };

/** What decides about it. */
export interface WayOnOptions {
  readonly onDataLoss: DataLossPolicy;
  readonly startFrom: StartFrom;
  /** Time of the last message that was read, in milliseconds since 1970; undefined when none was. */
  readonly readUpTo: number | undefined;
}

/** Says where reading goes on after a loss. A topic that is another one begins like any that is new, whatever is done about losses. */
export function wayOn(loss: DataLoss, { onDataLoss, startFrom, readUpTo }: WayOnOptions): WayOn {
  const beginning: WayOn = startFrom === "none" ? nowhere : { name: "target", target: startFrom };
  if (loss.name === "recreated") return beginning;
  const divergent = loss.name === "truncated" ? loss.divergent : undefined;
  switch (onDataLoss) {
    case "fail":
      return nowhere;
    case "reset":
      return divergent === undefined || startFrom === "none" ? beginning : { name: "place", place: divergent };
    case "resume":
      if (divergent !== undefined) return { name: "place", place: divergent };
      return youngerThan(readUpTo) ?? beginning;
  }
}

const nowhere: WayOn = { name: "nowhere" };

/** Producers may set times that no calendar has. */
function youngerThan(timestamp: number | undefined): WayOn | undefined {
  const target = new Date(timestamp === undefined ? NaN : timestamp + 1);
  return isOffsetTarget(target) ? { name: "target", target } : undefined;
}
