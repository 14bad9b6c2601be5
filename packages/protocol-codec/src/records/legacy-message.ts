import { DecodeError } from "../errors.js";
import { attribute, logOverhead } from "./layout.js";

/*
 * A message of magic 0 or 1, as brokers and producers before Kafka 0.11 wrote them:
 *
 *   0       8      12     16 17 18          18 or 26
 *   ├───────┼──────┼──────┼──┼──┼───────────┼─────────────────┼─────────────────┐
 *   │offset │ size │ crc  │ma│at│ timestamp │ key             │ value           │
 *   │int64  │ int32│uint32│gi│tr│ int64,    │ int32 (-1 null) │ int32 (-1 null) │
 *   │       │      │      │c │  │ magic 1   │ and bytes       │ and bytes       │
 *   └───────┴──────┴──────┴──┴──┴───────────┴─────────────────┴─────────────────┘
 *                         └─ CRC-32, the one of gzip ─────────────────────────────
 *
 * A compressed message is a wrapper: its value holds a set of messages, and its offset is that of the last of them.
 */

/** Bytes of the smallest message, of magic 0 with neither key nor value, behind offset and size. */
export const smallestLegacyMessage = 14;

/** Positions of the fields before the timestamp. */
export const legacyField = { offset: 0, size: 8, crc: 12, magic: 16, attributes: 17, timestamp: 18 } as const;

/** Where the parts of one message lie. */
export interface LegacyMessage {
  readonly start: number;
  readonly end: number;
  readonly magic: number;
  readonly attributes: number;
  readonly keyStart: number;
  /** -1 for null. */
  readonly keyLength: number;
  readonly valueStart: number;
  /** -1 for null. */
  readonly valueLength: number;
}

/** Finds the parts of the message at a position; throws DecodeError when it does not fit or its lengths disagree. */
export function parseLegacyMessage(buffer: Buffer, start: number, limit: number): LegacyMessage {
  if (limit - start < logOverhead + smallestLegacyMessage) throw malformed(start, "it ends early");
  const end = start + logOverhead + buffer.readInt32BE(start + legacyField.size);
  const magic = buffer.readInt8(start + legacyField.magic);
  if (magic !== 0 && magic !== 1) throw malformed(start, `its magic is ${magic}`);
  const keyStart = start + (magic === 0 ? legacyField.timestamp : legacyField.timestamp + 8) + 4;
  if (end > limit || end < keyStart + 4) throw malformed(start, `its size is ${end - start - logOverhead}`);
  const keyLength = buffer.readInt32BE(keyStart - 4);
  if (keyLength < -1 || keyLength > end - keyStart - 4) throw malformed(start, `its key has length ${keyLength}`);
  const valueStart = keyStart + Math.max(keyLength, 0) + 4;
  const valueLength = buffer.readInt32BE(valueStart - 4);
  if (valueLength < -1 || Math.max(valueLength, 0) !== end - valueStart)
    throw malformed(start, `its value has length ${valueLength}`);
  return {
    start,
    end,
    magic,
    attributes: buffer.readInt8(start + legacyField.attributes),
    keyStart,
    keyLength,
    valueStart,
    valueLength,
  };
}

/** Whether a message is a wrapper around compressed ones. */
export function isCompressed(message: LegacyMessage): boolean {
  return (message.attributes & attribute.compressionMask) !== 0;
}

function malformed(position: number, problem: string): DecodeError {
  return new DecodeError(`The message of magic 0 or 1 at byte ${position} is malformed: ${problem}.`, {
    code: "CORRUPT_MESSAGE",
    position,
  });
}
