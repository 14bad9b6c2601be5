import { compressionCodecs, DecodeError, type CompressionName } from "@moldau/protocol-codec";
import { decompressionBytes } from "../../support/bounds.js";
import { countBufferBytes } from "../../support/counting.js";
import { broken, type Target, type Verdict } from "../target.js";
import type { Random } from "../random.js";

/** One target for each codec: what was compressed comes back; broken payloads give at most the limit or one typed error, and make no more than they may. */
export const decompressors: readonly Target[] = (["gzip", "snappy", "lz4", "zstd"] as const).map((name) => ({
  name,
  round(random, examine) {
    const content = contentOf(random);
    const payload = compressed(name, content, random);
    examine(payload, () => comesBack(name, payload, content));
    for (let count = 0; count < 8; count++) {
      // Several payloads in a row are one, in every format but a bare snappy block.
      const input = broken(random.oneIn(6) ? Buffer.concat([payload, payload]) : payload, random);
      const limit = random.pick([0, 1, content.length, content.length + 1000, 1 << 16, 1 << 20, 128 << 20]);
      examine(input, () => decompress(name, input, limit));
    }
  },
}));

/** Text that repeats near and far, noise, and runs of one byte, in pieces of sizes around those of blocks. */
function contentOf(random: Random): Buffer {
  const pieces = Array.from({ length: random.below(6) }, () => {
    const length = random.below(random.pick([20, 300, 5000, 70_000]));
    if (random.oneIn(3)) return random.bytes(Math.min(length, 2000));
    return Buffer.alloc(length, random.bytes(1 + random.below(40)));
  });
  return Buffer.concat(pieces);
}

function compressed(name: CompressionName, content: Buffer, random: Random): Buffer {
  const levels = { gzip: [1, 6, 9, -1], zstd: [-5, 1, 3, 9] };
  const level = name === "gzip" || name === "zstd" ? random.pick(levels[name]) : undefined;
  return atOnce(compressionCodecs[name].compress(content, level));
}

function comesBack(name: CompressionName, payload: Buffer, content: Buffer): Verdict {
  const given = atOnce(compressionCodecs[name].decompress(payload, content.length));
  if (!given.equals(content)) throw new Error("other bytes come back than were compressed");
  if (content.length > 0) {
    const verdict = decompress(name, payload, content.length - 1);
    if (verdict.taken) throw new Error("one byte more than the limit was taken");
  }
  return decompress(name, payload, content.length);
}

function decompress(name: CompressionName, payload: Buffer, limit: number): Verdict {
  let taken = true;
  const made = countBufferBytes(() => {
    try {
      const given = atOnce(compressionCodecs[name].decompress(payload, limit));
      if (given.length > limit) throw new Error(`${given.length} bytes with a limit of ${limit}`);
    } catch (error) {
      if (!(error instanceof DecodeError) || !codes.has(error.code)) throw error;
      taken = false;
    }
  });
  const allowed = decompressionBytes(name, payload, limit);
  if (made > allowed) throw new Error(`${made} bytes of buffers were made, ${allowed} are allowed`);
  return { taken, shareOfBound: made / allowed };
}

const codes: ReadonlySet<string> = new Set(["CLIENT_DECOMPRESSION_LIMIT", "CLIENT_DECOMPRESSION_FAILED"]);

function atOnce(given: Buffer | Promise<Buffer>): Buffer {
  if (Buffer.isBuffer(given)) return given;
  throw new Error("a built-in codec answers later");
}
