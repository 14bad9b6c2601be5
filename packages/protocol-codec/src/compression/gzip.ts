import { nodeZlib } from "../node-modules.js";
import { readLoneMember } from "./gzip-member.js";
import { isOutputTooLarge } from "./zlib-errors.js";
import { failedToRead, invalidLevel, limitExceeded } from "./codec.js";
import type { CompressionCodec } from "./codec.js";
import type { InflateOptions } from "./gzip-member.js";

/** zlib's own, which is 6. */
const defaultLevel = -1;

/**
 * The gzip codec, on Node's own zlib.
 *
 * Levels are 1 (fast) to 9 (small); the default is zlib's, 6. Several members in a row are read as one payload. Bytes behind a member that
 * do not begin another are left alone.
 */
export const gzip = {
  id: 1,
  name: "gzip",
  compress(input: Buffer, level: number = defaultLevel): Buffer {
    if (!Number.isInteger(level) || level < -1 || level > 9 || level === 0)
      throw invalidLevel("gzip", level, "1 to 9, or -1 for the default");
    return nodeZlib().gzipSync(input, { level, chunkSize: chunkSizeFor(input.length) });
  },
  decompress(input: Buffer, limit: number): Buffer {
    // zlib counts while it inflates and stops at the limit, which it wants to be at least 1.
    const options = { maxOutputLength: Math.max(limit, 1), chunkSize: chunkSizeFor(input.length * 4) };
    let output: Buffer;
    try {
      output = readMembers(input, options);
    } catch (cause) {
      if (isOutputTooLarge(cause)) throw limitExceeded("gzip", limit);
      throw failedToRead("gzip", cause);
    }
    if (output.length > limit) throw limitExceeded("gzip", limit);
    return output;
  },
} as const satisfies CompressionCodec;

function readMembers(input: Buffer, options: InflateOptions): Buffer {
  try {
    return nodeZlib().gunzipSync(input, options);
  } catch (error) {
    const content = isOutputTooLarge(error) ? undefined : readLoneMember(input, options);
    if (content === undefined) throw error;
    return content;
  }
}

/** Output arrives in pieces of one size: few for large payloads, and little wasted on small ones. */
function chunkSizeFor(expected: number): number {
  return Math.min(Math.max(expected, 1024), 256 * 1024);
}
