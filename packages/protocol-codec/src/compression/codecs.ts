import { DecodeError, EncodeError } from "../errors.js";
import { gzip } from "./gzip.js";
import { lz4 } from "./lz4.js";
import { none } from "./none.js";
import { snappy } from "./snappy.js";
import { zstd } from "./zstd.js";
import type { CompressionCodec, CompressionCodecs, CompressionName } from "./codec.js";

/** The built-in codecs by name. */
export const compressionCodecs: Readonly<Record<CompressionName, CompressionCodec>> = { none, gzip, snappy, lz4, zstd };

/** The names in the order of their numbers, 0 to 4. */
export const compressionNames: readonly CompressionName[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** Returns the name of a compression number; throws DecodeError for a number that Kafka does not define. */
export function compressionName(id: number): CompressionName {
  const name = compressionNames[id];
  if (name === undefined)
    throw new DecodeError(`Compression type ${id} is unknown; Kafka defines 0 to 4.`, {
      code: "CLIENT_UNKNOWN_COMPRESSION",
    });
  return name;
}

/** Compresses with a codec that answers at once; throws EncodeError when it is asynchronous. */
export function compressSync(codec: CompressionCodec, input: Buffer, level?: number): Buffer {
  return answeredAtOnce(codec, codec.compress(input, level), "finishAsync");
}

/** Decompresses with a codec that answers at once; throws when it is asynchronous or exceeds the limit. */
export function decompressSync(codec: CompressionCodec, input: Buffer, limit: number): Buffer {
  return answeredAtOnce(codec, codec.decompress(input, limit), "openAsync");
}

/** Picks the codec for a name: the caller's own, or else the built-in one. */
export function codecFor(name: CompressionName, own?: CompressionCodecs): CompressionCodec {
  const codec = own?.[name] ?? (Object.hasOwn(compressionCodecs, name) ? compressionCodecs[name] : undefined);
  if (codec === undefined) {
    throw new EncodeError(`Compression type "${String(name)}" is unknown; Kafka has ${compressionNames.join(", ")}.`, {
      code: "CLIENT_INVALID_ARGUMENT",
    });
  }
  return codec;
}

function answeredAtOnce(codec: CompressionCodec, result: Buffer | Promise<Buffer>, instead: string): Buffer {
  if (!(result instanceof Promise)) return result;
  // Nobody will wait for this promise any more; its failure must not become an unhandled rejection beside the error below.
  result.catch(() => undefined);
  throw new EncodeError(`The ${codec.name} codec is asynchronous: use ${instead}().`, { code: "CLIENT_ASYNC_CODEC" });
}
