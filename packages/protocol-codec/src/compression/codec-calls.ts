import { asBuffer, invalidArgument, kindOf, requireObject } from "../arguments.js";
import { DecodeError, EncodeError } from "../errors.js";
import { compressionNames } from "./codec.js";
import type { CompressionCodec, CompressionCodecs } from "./codec.js";

/** Returns what was given as a codec when it is one; throws `CLIENT_INVALID_ARGUMENT` else. `what` names the argument. */
export function requireCodec(given: CompressionCodec, what: string): CompressionCodec {
  if (typeof given !== "object" || given === null)
    throw invalidArgument(`${what}: a codec { id, name, compress, decompress } wanted, not ${kindOf(given)}`);
  const { id, name } = given;
  if (!compressionNames.includes(name))
    throw invalidArgument(`${what}.name: one of ${compressionNames.join(", ")} wanted, not ${kindOf(name)}`);
  // By the number in the batch's attributes every reader chooses its codec.
  if (id !== compressionNames.indexOf(name))
    throw invalidArgument(`${what}.id: ${compressionNames.indexOf(name)}, which is ${name}, wanted, not ${kindOf(id)}`);
  for (const key of ["compress", "decompress"] as const)
    if (typeof given[key] !== "function")
      throw invalidArgument(`${what}.${key}: a function wanted, not ${kindOf(given[key])}`);
  return given;
}

/** Throws `CLIENT_INVALID_ARGUMENT` when the caller's own codecs are none; there need not be any. */
export function requireCodecs(own: CompressionCodecs | undefined): void {
  if (own === undefined) return;
  requireObject(own, "codecs", "{ lz4: codec }");
  for (const [name, codec] of Object.entries(own)) if (codec !== undefined) requireCodec(codec, `codecs.${name}`);
}

/** Compresses with a codec that answers at once; throws EncodeError when it is asynchronous. */
export function compressSync(codec: CompressionCodec, input: Buffer, level?: number): Buffer {
  const answer = codec.compress(input, level);
  if (!isThenable(answer)) return answeredBy(codec, "compress", answer);
  leave(answer);
  throw new EncodeError(asynchronous(codec, "writeBatchAsync() and finishAsync() wait for it"), asynchronousCode);
}

/** Compresses with any codec. */
export async function compressAsync(codec: CompressionCodec, input: Buffer, level?: number): Promise<Buffer> {
  return answeredBy(codec, "compress", await codec.compress(input, level));
}

/** Decompresses with a codec that answers at once; throws DecodeError when it is asynchronous. */
export function decompressSync(codec: CompressionCodec, input: Buffer, limit: number): Buffer {
  const answer = codec.decompress(input, limit);
  if (!isThenable(answer)) return answeredBy(codec, "decompress", answer);
  leave(answer);
  throw new DecodeError(asynchronous(codec, "openAsync() waits for it"), asynchronousCode);
}

/** Decompresses with any codec. */
export async function decompressAsync(codec: CompressionCodec, input: Buffer, limit: number): Promise<Buffer> {
  return answeredBy(codec, "decompress", await codec.decompress(input, limit));
}

/** What a codec answers is worked on with the methods of a Buffer, which other bytes do not have. */
function answeredBy({ name }: CompressionCodec, call: "compress" | "decompress", answer: Uint8Array): Buffer {
  return asBuffer(answer, `what ${call}() of the ${name} codec returned`);
}

/** Promises of other libraries are awaited like those of the language. */
function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === "object" && answer !== null && "then" in answer && typeof answer.then === "function";
}

/** Nobody will wait for this promise any more; its failure must not become an unhandled rejection beside the error that is thrown. */
function leave(answer: PromiseLike<unknown>): void {
  Promise.resolve(answer).catch(() => undefined);
}

function asynchronous({ name }: CompressionCodec, instead: string): string {
  return `The ${name} codec is asynchronous: ${instead}.`;
}

const asynchronousCode = { code: "CLIENT_ASYNC_CODEC" } as const;
