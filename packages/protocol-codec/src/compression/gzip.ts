import { nodeZlib } from "../node-modules.js";
import { isOutputTooLarge } from "./zlib-errors.js";
import { invalidLevel, limitExceeded, malformed } from "./codec.js";
import type { CompressionCodec } from "./codec.js";

/** zlib's own, which is 6. */
const defaultLevel = -1;

/**
 * The gzip codec, on Node's own zlib.
 *
 * Levels are 1 (fast) to 9 (small); the default is zlib's, 6. Several members in a row are read as one payload.
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
    let output: Buffer;
    try {
      // zlib counts while it inflates and stops at the limit, which it wants to be at least 1.
      output = nodeZlib().gunzipSync(input, {
        maxOutputLength: Math.max(limit, 1),
        chunkSize: chunkSizeFor(input.length * 4),
      });
    } catch (cause) {
      if (isOutputTooLarge(cause)) throw limitExceeded("gzip", limit);
      throw malformed("gzip", cause instanceof Error ? cause.message : String(cause), cause);
    }
    if (output.length > limit) throw limitExceeded("gzip", limit);
    return output;
  },
} as const satisfies CompressionCodec;

/** Output arrives in pieces of one size: few for large payloads, and little wasted on small ones. */
function chunkSizeFor(expected: number): number {
  return Math.min(Math.max(expected, 1024), 256 * 1024);
}
