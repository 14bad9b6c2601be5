import { invalidLevel, limitExceeded, malformed } from "./codec.js";
import { GrowingOutput } from "./growing-output.js";
import { zstdEngine } from "./zstd-engine.js";
import { findZstdFrames } from "./zstd-frame.js";
import type { CompressionCodec } from "./codec.js";
import type { ZstdFrame } from "./zstd-frame.js";

const defaultLevel = 3;

/**
 * The zstd codec, on Node's own library where it has one (22.15, 23.8 and later) and else on WebAssembly.
 *
 * Levels are 1 (fast) to 22 (small), and negative ones for more speed; the default is 3. Reads frames with and without content size,
 * several in a row, and skippable ones.
 */
export const zstd = {
  id: 4,
  name: "zstd",
  compress(input: Buffer, level: number = defaultLevel): Buffer {
    if (!Number.isInteger(level) || level < -131072 || level > 22)
      throw invalidLevel("zstd", level, "1 to 22, or a negative level");
    return zstdEngine().compress(input, level);
  },
  decompress(input: Buffer, limit: number): Buffer {
    const frames = findZstdFrames(input, limit);
    const [only] = frames;
    if (only !== undefined && frames.length === 1) return decompressFrame(input, only, limit);
    const output = new GrowingOutput("zstd", limit, 0);
    for (const frame of frames) output.append(decompressFrame(input, frame, limit - output.length));
    return output.taken();
  },
} as const satisfies CompressionCodec;

function decompressFrame(input: Buffer, frame: ZstdFrame, limit: number): Buffer {
  const { start, end, mostBytes, isExact } = frame;
  if (isExact && mostBytes > limit) throw limitExceeded("zstd", limit);
  let output: Buffer;
  try {
    output = zstdEngine().decompressFrame(input.subarray(start, end), Math.min(mostBytes, limit));
  } catch (cause) {
    // A frame that may give more than the limit, and did not decompress within it, was most likely too large; a broken one looks the same.
    if (mostBytes > limit) throw limitExceeded("zstd", limit);
    throw malformed("zstd", cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (isExact && output.length !== mostBytes)
    throw malformed("zstd", `it holds ${output.length} bytes and declares ${mostBytes}`);
  if (output.length > limit) throw limitExceeded("zstd", limit);
  return output;
}
