import { asBuffer, invalidArgument, kindOf, requireInt32, requireObject } from "../arguments.js";
import { DecodeError } from "../errors.js";
import { writeBatch } from "./write-batch.js";
import type { ProducerStamp } from "./stamp.js";

/** The kinds of control records that Kafka defines, by their number in the key. */
export const ControlType = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const;
export type ControlType = keyof typeof ControlType;

/** What a control record says. A type that is not known has to be ignored (its number is kept). */
export type ControlRecord =
  | { readonly type: "ABORT" | "COMMIT"; readonly version: number; readonly coordinatorEpoch: number }
  | { readonly type: Exclude<ControlType, "ABORT" | "COMMIT">; readonly version: number }
  | { readonly type: "UNKNOWN"; readonly version: number; readonly typeNumber: number };

/** Reads the key and value of a record of a control batch; throws DecodeError when they are too short. */
export function readControlRecord(record: {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}): ControlRecord {
  requireObject(record, "record", "{ key, value }");
  const key = record.key === null ? null : asBuffer(record.key, "key");
  const value = record.value === null ? null : asBuffer(record.value, "value");
  if (key === null || key.length < 4)
    throw new DecodeError("A control record's key has to have 4 bytes: version and type.");
  const version = key.readInt16BE(0);
  const typeNumber = key.readInt16BE(2);
  const type = typeByNumber.get(typeNumber);
  if (type === undefined) return { type: "UNKNOWN", version, typeNumber };
  if (type !== "ABORT" && type !== "COMMIT") return { type, version };
  if (value === null || value.length < 6)
    throw new DecodeError("A transaction marker's value has to have 6 bytes: version and coordinator epoch.");
  return { type, version, coordinatorEpoch: value.readInt32BE(2) };
}

/** Returns key and value of the marker that ends a transaction. */
export function controlRecord(type: "ABORT" | "COMMIT", coordinatorEpoch: number): { key: Buffer; value: Buffer } {
  if (type !== "ABORT" && type !== "COMMIT")
    throw invalidArgument(`type: "ABORT" or "COMMIT" wanted, not ${kindOf(type)}`);
  requireInt32(coordinatorEpoch, "coordinatorEpoch");
  const key = Buffer.alloc(4);
  key.writeInt16BE(ControlType[type], 2);
  const value = Buffer.alloc(6);
  value.writeInt32BE(coordinatorEpoch, 2);
  return { key, value };
}

/** What a transaction marker needs beside its kind. */
export interface TransactionMarkerOptions extends Omit<ProducerStamp, "baseSequence"> {
  readonly coordinatorEpoch: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Default 0n, to be assigned on append. */
  readonly baseOffset?: bigint;
  /** Default -1, to be assigned on append. */
  readonly partitionLeaderEpoch?: number;
}

/** Returns the control batch of one record that ends a transaction in a partition. */
export function writeTransactionMarker(type: "ABORT" | "COMMIT", options: TransactionMarkerOptions): Buffer {
  requireObject(options, "options", "{ producerId: 1n, producerEpoch: 0, coordinatorEpoch: 0, timestamp: Date.now() }");
  const { coordinatorEpoch, timestamp, ...header } = options;
  return writeBatch({ ...header, isTransactional: true, isControl: true }, [
    { timestamp, ...controlRecord(type, coordinatorEpoch) },
  ]);
}

const typeByNumber: ReadonlyMap<number, ControlType> = new Map(
  (
    ["ABORT", "COMMIT", "LEADER_CHANGE", "SNAPSHOT_HEADER", "SNAPSHOT_FOOTER", "KRAFT_VERSION", "KRAFT_VOTERS"] as const
  ).map((type) => [ControlType[type], type]),
);
