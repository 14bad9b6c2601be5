import { kindOf } from "../arguments.js";
import { EncodeError } from "../errors.js";

/** Throws EncodeError for what is no timestamp: whole milliseconds, as a safe integer or as a bigint of 64 bits. */
export function requireTimestamp(timestamp: number | bigint): void {
  const valid =
    typeof timestamp === "bigint" ? BigInt.asIntN(64, timestamp) === timestamp : Number.isSafeInteger(timestamp);
  if (!valid)
    throw new EncodeError(
      `Cannot write the record: a timestamp has to be whole milliseconds, not ${kindOf(timestamp)}.`,
      {
        code: "CLIENT_INVALID_ARGUMENT",
      },
    );
}

/** The distance of two timestamps, exact: a bigint when a number would round it. */
export function timestampDifference(timestamp: number | bigint, base: number | bigint): number | bigint {
  if (typeof timestamp === "number" && typeof base === "number") {
    const delta = timestamp - base;
    if (Number.isSafeInteger(delta)) return delta;
  }
  return BigInt.asIntN(64, BigInt(timestamp) - BigInt(base));
}
