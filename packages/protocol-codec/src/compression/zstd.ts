import { failedToRead, invalidLevel, limitExceeded, malformed } from "./codec.js";
import { multiFrameZstdEngine, zstdEngine } from "./zstd-engine.js";
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
    const mostBytes = sum(frames);
    if (sum(frames.filter(({ isExact }) => isExact)) > limit) throw limitExceeded("zstd", limit);
    const output = decompressFrames(input, frames, Math.min(mostBytes, limit));
    if (output === undefined)
      throw mostBytes > limit
        ? limitExceeded("zstd", limit)
        : malformed("zstd", `more comes out than the ${mostBytes} bytes that its headers announce`);
    if (output.length !== mostBytes && frames.every(({ isExact }) => isExact))
      throw malformed("zstd", `it holds ${output.length} bytes and declares ${mostBytes}`);
    return output;
  },
} as const satisfies CompressionCodec;

function decompressFrames(input: Buffer, frames: readonly ZstdFrame[], mostBytes: number): Buffer | undefined {
  const [first] = frames;
  if (first === undefined) return Buffer.alloc(0);
  try {
    return frames.length === 1
      ? zstdEngine().decompress(input.subarray(first.start, first.end), mostBytes)
      : multiFrameZstdEngine().decompress(input, mostBytes);
  } catch (cause) {
    throw failedToRead("zstd", cause);
  }
}

function sum(frames: readonly ZstdFrame[]): number {
  return frames.reduce((total, { mostBytes }) => total + mostBytes, 0);
}
