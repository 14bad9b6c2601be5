import { nodeZlib } from "../node-modules.js";
import { isOutputTooLarge } from "./zlib-errors.js";

/*
 * A gzip member:   1f 8b 08 │ flags │ …     │ [length, extra] │ [name 00] │ [comment 00] │ [checksum] │ deflate stream │ CRC-32 │ size
 *                  3        │ 1     │ 6     │ 2 …             │           │              │ 2          │                │ 4      │ 4
 */
const fixedSize = 10;
const deflate = 8;
const flag = { checksum: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;
const trailerSize = 8;

/** How zlib is to inflate. */
export interface InflateOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

/**
 * Decompresses the member that a payload begins with when bytes stand behind it that begin no further member; returns undefined for any
 * other payload. Java's reader leaves such bytes alone, and Node's zlib does only where they begin with a zero. Throws Node's error for
 * output beyond the limit.
 */
export function readLoneMember(input: Buffer, options: InflateOptions): Buffer | undefined {
  const start = deflateStart(input);
  const inflated = start === undefined ? undefined : inflate(input.subarray(start), options);
  if (start === undefined || inflated === undefined) return undefined;
  const { buffer, engine } = inflated;
  const trailer = start + engine.bytesWritten;
  const rest = trailer + trailerSize;
  if (rest >= input.length || startsMember(input, rest)) return undefined;
  const isWhole =
    input.readUInt32LE(trailer) === nodeZlib().crc32(buffer) &&
    input.readUInt32LE(trailer + 4) === buffer.length % 2 ** 32;
  return isWhole ? buffer : undefined;
}

function startsMember(input: Buffer, position: number): boolean {
  return input[position] === 0x1f && input[position + 1] === 0x8b;
}

/** Where the deflate stream begins; undefined when the header is none. */
function deflateStart(input: Buffer): number | undefined {
  if (input.length < fixedSize + 2 || !startsMember(input, 0) || input[2] !== deflate) return undefined;
  const flags = input[3] ?? 0;
  if ((flags & flag.reserved) !== 0) return undefined;
  let position = fixedSize;
  if ((flags & flag.extra) !== 0) position += 2 + input.readUInt16LE(position);
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) === 0) continue;
    const end = input.indexOf(0, position);
    if (end < 0) return undefined;
    position = end + 1;
  }
  if ((flags & flag.checksum) === 0) return position;
  const isRight =
    position + 2 <= input.length &&
    input.readUInt16LE(position) === (nodeZlib().crc32(input.subarray(0, position)) & 0xffff);
  return isRight ? position + 2 : undefined;
}

interface Inflated {
  readonly buffer: Buffer;
  /** `bytesWritten`: the bytes that the stream took. */
  readonly engine: { readonly bytesWritten: number };
}

function inflate(input: Buffer, options: InflateOptions): Inflated | undefined {
  try {
    const inflated: object = nodeZlib().inflateRawSync(input, { ...options, info: true });
    return isInflated(inflated) ? inflated : undefined;
  } catch (error) {
    if (isOutputTooLarge(error)) throw error;
    return undefined;
  }
}

/** Node's types do not know what `info` makes of the answer. */
function isInflated(answer: object): answer is Inflated {
  return "engine" in answer && "buffer" in answer && Buffer.isBuffer(answer.buffer);
}
