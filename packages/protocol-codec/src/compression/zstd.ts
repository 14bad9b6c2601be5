import * as zlib from "node:zlib";
import { EncodeError } from "../errors.js";
import { limitExceeded, malformed } from "./codec.js";
import type { CompressionCodec } from "./codec.js";

export const zstd = {
  id: 4,
  name: "zstd",
  compress(input: Buffer): Buffer {
    throw new EncodeError(`zstd is not there yet for ${input.length} bytes.`);
  },
  decompress(input: Buffer, limit: number): Buffer {
    if (input.length > limit) throw limitExceeded("zstd", limit);
    throw malformed("zstd", `not there yet in ${Object.keys(zlib).length}`);
  },
} as const satisfies CompressionCodec;
