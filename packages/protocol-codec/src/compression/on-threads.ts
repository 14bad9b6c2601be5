import { nodeZlib } from "../node-modules.js";
import { compressionCodecs } from "./codecs.js";
import type { CompressionCodec, CompressionName } from "./codec.js";

/**
 * The codec of a name that compresses on a thread, so that the event loop goes on meanwhile; undefined where there is none.
 *
 * gzip always has one, zstd where Node brings it (22.15, 23.8 and later). It pays from some 32 KiB on. Reading is done at once, as the
 * built-in codec does.
 */
export function codecOnThreads(name: CompressionName): CompressionCodec | undefined {
  if (name === "gzip") return (gzip ??= threadedGzip());
  if (name === "zstd") return (zstd ??= { codec: threadedZstd(nodeZlib()) }).codec;
  return undefined;
}

let gzip: CompressionCodec | undefined;
let zstd: { readonly codec: CompressionCodec | undefined } | undefined;

/** Output arrives in pieces of one size. */
const largestChunk = 256 * 1024;

function threadedGzip(): CompressionCodec {
  const builtIn = compressionCodecs.gzip;
  return {
    ...builtIn,
    compress(input, level) {
      // The built-in codec has the words for a level that does not exist.
      if (level !== undefined && !isGzipLevel(level)) return builtIn.compress(input, level);
      const chunkSize = Math.min(Math.max(input.length, 1024), largestChunk);
      return answered((done) => nodeZlib().gzip(input, { ...(level === undefined ? {} : { level }), chunkSize }, done));
    },
  };
}

function isGzipLevel(level: number): boolean {
  return Number.isInteger(level) && level >= -1 && level <= 9 && level !== 0;
}

/** The functions that the types of Node 20 do not know. */
interface ZlibWithZstd {
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
  zstdCompress(input: Buffer, options: { params: Record<number, number> }, done: Done): void;
}

type Done = (error: Error | null, output: Buffer) => void;

function hasZstd(module: object): module is ZlibWithZstd {
  return "zstdCompress" in module;
}

function threadedZstd(module: object): CompressionCodec | undefined {
  if (!hasZstd(module)) return undefined;
  const builtIn = compressionCodecs.zstd;
  const levelParameter = module.constants.ZSTD_c_compressionLevel;
  return {
    ...builtIn,
    compress(input, level = 3) {
      if (!Number.isInteger(level) || level < -131072 || level > 22) return builtIn.compress(input, level);
      return answered((done) => module.zstdCompress(input, { params: { [levelParameter]: level } }, done));
    },
  };
}

function answered(start: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => start((error, output) => (error ? reject(error) : resolve(output))));
}
