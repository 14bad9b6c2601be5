import { DecodeError, EncodeError, KafkaError } from "../errors.js";

/** The names of Kafka's compression types, as topic configuration spells them. */
export type CompressionName = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** The names in the order of their numbers, 0 to 4. */
export const compressionNames: readonly CompressionName[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/**
 * One compression type: two functions over whole payloads.
 *
 * Either may be asynchronous (return a promise, or anything with a `then`); such a codec works wherever a batch is opened or finished
 * asynchronously, as the clients do, and fails with a sentence in the synchronous calls. Any `Uint8Array` will do for an answer.
 */
export interface CompressionCodec {
  /** The number in the attributes of a batch: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. It has to be the one of `name`. */
  readonly id: number;
  readonly name: CompressionName;
  /** Compresses a payload; `level` means what the format means by it, and is ignored where the format has none. */
  compress(input: Buffer, level?: number): Uint8Array | PromiseLike<Uint8Array>;
  /** Decompresses a payload to at most `limit` bytes; has to fail before it allocates notably more than that. */
  decompress(input: Buffer, limit: number): Uint8Array | PromiseLike<Uint8Array>;
}

/** A codec that comes with the package: it takes any bytes and answers at once, with a Buffer. */
export interface BuiltInCodec extends CompressionCodec {
  compress(input: Uint8Array, level?: number): Buffer;
  decompress(input: Uint8Array, limit: number): Buffer;
}

/** Codecs by name that take the place of the built-in ones. */
export type CompressionCodecs = Partial<Readonly<Record<CompressionName, CompressionCodec>>>;

/** The decompressed size at which reading gives up unless told otherwise: 128 MiB. */
export const defaultMaxDecompressedBytes = 128 * 1024 * 1024;

/** Makes the error for a payload that would grow beyond the limit; its code is `CLIENT_DECOMPRESSION_LIMIT`. */
export function limitExceeded(name: CompressionName, limit: number): DecodeError {
  return new DecodeError(
    `A ${name} payload grows beyond the limit of ${limit} bytes; raise maxDecompressedBytes if batches of that size are expected.`,
    { code: "CLIENT_DECOMPRESSION_LIMIT" },
  );
}

/** Makes the error for a payload that is not what its codec expects; its code is `CLIENT_DECOMPRESSION_FAILED`. */
export function malformed(name: CompressionName, problem: string, cause?: unknown): DecodeError {
  return new DecodeError(`A ${name} payload is malformed: ${problem}.`, { code: "CLIENT_DECOMPRESSION_FAILED", cause });
}

/**
 * Makes the error for a codec that cannot work in this process; its code is `CLIENT_CODEC_UNAVAILABLE`. It says nothing about the
 * payload, which another process may well read: neither a {@link DecodeError} nor an {@link EncodeError}.
 */
export function codecUnavailable(name: CompressionName, problem: string, cause?: unknown): KafkaError {
  return new KafkaError(
    "CLIENT_CODEC_UNAVAILABLE",
    `The ${name} codec cannot be used here: ${problem}. The data is not to blame; run on another Node, or give a codec of your own.`,
    { cause },
  );
}

/** Makes the error for whatever a codec threw at a payload: `CLIENT_DECOMPRESSION_FAILED`, but for what is no fault of the payload. */
export function failedToRead(name: CompressionName, cause: unknown): KafkaError {
  if (cause instanceof KafkaError) return cause;
  const problem = cause instanceof Error ? cause.message : String(cause);
  return isLackOfMemory(cause) ? codecUnavailable(name, problem, cause) : malformed(name, problem, cause);
}

/** Makes the error for a compression level that the format does not have. */
export function invalidLevel(name: CompressionName, level: number, range: string): EncodeError {
  return new EncodeError(`Compression level ${level} does not exist in ${name}: it takes ${range}.`, {
    code: "CLIENT_INVALID_ARGUMENT",
  });
}

/** Node's codes for memory that an engine did not get. */
function isLackOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return code === "Z_MEM_ERROR" || code === "ZSTD_error_memory_allocation" || code === "ERR_ZLIB_INITIALIZATION_FAILED";
}
