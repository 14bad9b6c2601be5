import type { EncodedMessage } from "../accept/message.js";
import type { PieceOwner } from "./piece.js";

/** Messages of one call to one topic, of which those from `cursor` on are in no batch yet. */
export interface MessageRun {
  readonly call: PieceOwner;
  readonly messages: readonly EncodedMessage[];
  /** Partitions by message, `sticky` among them; undefined when all are sticky. */
  readonly places: Int32Array | undefined;
  /** Milliseconds since 1970 for messages that bring no time of their own. */
  readonly timestamp: number;
  readonly cursor: number;
  /** Number of messages for the same topic that stand before these in the call. */
  readonly indexBase: number;
  /** The messages before `cursor` are in batches. */
  advance(cursor: number): void;
}
