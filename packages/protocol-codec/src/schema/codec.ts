import { asBuffer, invalidArgument, kindOf } from "../arguments.js";
import { DecodeError, EncodeError, type KafkaErrorFacts } from "../errors.js";
import { ReadFailure, Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import { compileCursorDecoder, type Read } from "./cursor-decoder.js";
import { parsedFromLength } from "./decoder-choice.js";
import { compileEncoder, type Write } from "./encoder.js";
import type { Fields, StructIn, StructOut } from "./fields.js";
import { apiFacts, type Message } from "./message.js";
import { compileElementsParser, compileParserDecoder } from "./parser-decoder.js";
import { FieldPath } from "./path.js";
import { formatVersions, includesVersion } from "./versions.js";

/** The two ways to decode, compiled from the same schema, and both as they are used together; tests ask all for the same answer. */
export type DecoderKind = "cursor" | "parser" | "both";

interface Compiled {
  readonly reads: Read[];
  readonly writes: Write[];
}

const compiled = new WeakMap<Message, Compiled>();

/**
 * Reads one message that fills `bytes` from `offset` to the end (with `trailing`, bytes behind the last field are left
 * alone). Byte fields are views of `bytes`, not copies.
 * Throws a DecodeError that names the field, on anything that is not such a message, and CLIENT_INVALID_ARGUMENT for what is no bytes.
 */
export function decode<S extends Fields>(
  message: Message<S>,
  version: number,
  bytes: Uint8Array,
  offset = 0,
  { trailing = false } = {},
): StructOut<S> {
  const buffer = asBuffer(bytes, "bytes");
  if (!Number.isInteger(offset) || offset < 0 || offset > buffer.length)
    throw invalidArgument(`offset: a place in ${buffer.length} bytes wanted, not ${kindOf(offset)}`);
  const read = decoderOf(message, version);
  const reader = new Reader(buffer, offset);
  let value: unknown;
  try {
    value = read(reader);
  } catch (error) {
    throw decodeFailure(message, version, { buffer, offset }, error);
  }
  if (reader.left > 0 && !trailing) {
    throw new DecodeError(`${message.name} v${version}: ${reader.left} bytes are left over after the last field`, {
      ...factsOf(message, version),
      position: reader.offset,
    });
  }
  return value as StructOut<S>;
}

/** Writes one message, as one buffer. Throws an EncodeError that names the field whose value does not fit. */
export function encode<S extends Fields>(message: Message<S>, version: number, value: StructIn<S>): Buffer {
  const writer = new Writer();
  encodeInto(writer, message, version, value);
  return writer.toBuffer();
}

/** Writes one message behind what `writer` holds already. */
export function encodeInto<S extends Fields>(
  writer: Writer,
  message: Message<S>,
  version: number,
  value: StructIn<S>,
): void {
  const write = encoderOf(message, version);
  try {
    write(writer, value);
  } catch (error) {
    throw encodeFailure(message, version, value, error);
  }
}

/** Throws an EncodeError when a message has no such version. */
export function requireVersion(message: Message, version: number): void {
  encoderOf(message, version);
}

/**
 * Compiles a decoder: of one kind alone, or of both as {@link decode} uses them, where the parser reads arrays of structs from `parsedFrom`
 * elements on. The parser alone throws an EvalError where code generation is forbidden.
 */
export function compileDecoder(
  message: Message,
  version: number,
  kind: DecoderKind = "both",
  parsedFrom = parsedFromLength(message),
): Read {
  return compile(message, version, "decode", (flexible) => {
    const { fields } = message;
    if (kind === "parser") return compileParserDecoder(fields, version, flexible);
    const manyStructs = kind === "both" ? { from: parsedFrom, compile: compileElementsParser } : undefined;
    return compileCursorDecoder(fields, flexible, { version, manyStructs });
  });
}

function decoderOf(message: Message, version: number): Read {
  const { reads } = compiledOf(message);
  // A text that says a number would find what is there for the number.
  return (
    (typeof version === "number" ? reads[version] : undefined) ?? (reads[version] = compileDecoder(message, version))
  );
}

function encoderOf(message: Message, version: number): Write {
  const { writes } = compiledOf(message);
  const known = typeof version === "number" ? writes[version] : undefined;
  return (
    known ??
    (writes[version] = compile(message, version, "encode", (flexible) =>
      compileEncoder(message.fields, version, flexible),
    ))
  );
}

function compiledOf(message: Message): Compiled {
  if (typeof message?.versions?.min !== "number")
    throw invalidArgument(`message: one of the messages, such as MetadataRequest, wanted, not ${kindOf(message)}`);
  let entry = compiled.get(message);
  if (entry === undefined) compiled.set(message, (entry = { reads: [], writes: [] }));
  return entry;
}

function compile<T>(
  message: Message,
  version: number,
  direction: "decode" | "encode",
  make: (flexible: boolean) => T,
): T {
  const { name, versions, flexible } = message;
  if (!Number.isInteger(version) || !includesVersion(versions, version)) {
    const sentence = `${name} has no version ${typeof version === "number" ? version : kindOf(version)}: it has ${formatVersions(versions)}`;
    const facts = factsOf(message, version);
    throw direction === "decode" ? new DecodeError(sentence, facts) : new EncodeError(sentence, facts);
  }
  return make(includesVersion(flexible, version));
}

/** For example `FetchResponse v13: responses[2].partitions[0].records: 512 bytes wanted, 40 left`. */
function sentence({ name }: Message, version: number, path: FieldPath, { message }: Error): string {
  return [`${name} v${version}`, path.toString(), message].filter((part) => part !== "").join(": ");
}

function factsOf(message: Message, version: number): KafkaErrorFacts {
  return { ...apiFacts(message), apiVersion: version };
}

/** Decodes once more, with a path this time, to say where it failed. */
function decodeFailure(
  message: Message,
  version: number,
  { buffer, offset }: { readonly buffer: Buffer; readonly offset: number },
  error: unknown,
): unknown {
  if (!(error instanceof ReadFailure)) return error;
  const path = new FieldPath();
  const read = compileCursorDecoder(message.fields, includesVersion(message.flexible, version), { version, path });
  const reader = new Reader(buffer, offset);
  let reason = error;
  try {
    read(reader);
  } catch (again) {
    if (again instanceof ReadFailure) reason = again;
  }
  return new DecodeError(sentence(message, version, path, reason), {
    ...factsOf(message, version),
    path: path.toString(),
    position: reader.offset,
    cause: reason,
  });
}

/** Encodes once more, with a path this time, to say which value did not fit. */
function encodeFailure(message: Message, version: number, value: unknown, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const path = new FieldPath();
  const write = compileEncoder(message.fields, version, includesVersion(message.flexible, version), path);
  try {
    write(new Writer(), value);
  } catch {
    // The same failure as before; the path now stands where it happened.
  }
  return new EncodeError(sentence(message, version, path, error), {
    ...factsOf(message, version),
    path: path.toString(),
    cause: error,
  });
}
