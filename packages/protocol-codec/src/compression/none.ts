import { limitExceeded } from "./codec.js";
import type { CompressionCodec } from "./codec.js";

/** The codec that leaves payloads as they are, without a copy. */
export const none = {
  id: 0,
  name: "none",
  compress(input: Buffer): Buffer {
    return input;
  },
  decompress(input: Buffer, limit: number): Buffer {
    if (input.length > limit) throw limitExceeded("none", limit);
    return input;
  },
} as const satisfies CompressionCodec;
