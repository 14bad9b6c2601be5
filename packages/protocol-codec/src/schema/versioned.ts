import { asBuffer } from "../arguments.js";
import { DecodeError } from "../errors.js";
import { Writer } from "../wire/writer.js";
import { decode, encodeInto, requireVersion } from "./codec.js";
import type { Fields, StructIn, StructOut } from "./fields.js";
import type { Message } from "./message.js";

/**
 * Writes a message behind its version as an int16, as values of the coordinators' logs and transaction markers stand.
 * Throws an EncodeError when the version is not one of the schema's.
 */
export function encodeVersioned<S extends Fields>(message: Message<S>, version: number, value: StructIn<S>): Buffer {
  requireVersion(message, version);
  const writer = new Writer(128);
  writer.int16(version);
  encodeInto(writer, message, version, value);
  return writer.toBuffer();
}

/** A message with the version that stood before it. */
export interface Versioned<S extends Fields> {
  readonly version: number;
  readonly value: StructOut<S>;
}

/** Reads a message that stands behind its version. Throws a DecodeError when the version is not one of the schema's. */
export function decodeVersioned<S extends Fields>(message: Message<S>, given: Uint8Array): Versioned<S> {
  const bytes = asBuffer(given, "bytes");
  const version = versionBefore(message, bytes);
  return { version, value: decode(message, version, bytes, 2) };
}

/** The version that stands before a message. */
export function versionBefore(message: Message, bytes: Buffer): number {
  if (bytes.length < 2)
    throw new DecodeError(`${message.name}: version: 2 bytes wanted, ${bytes.length} left`, {
      path: "version",
      position: 0,
    });
  return bytes.readInt16BE(0);
}
