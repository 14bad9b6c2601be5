import { DecodeError, EncodeError } from "../errors.js";
import { ReadFailure, Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import { decode, encodeInto } from "./codec.js";
import type { Fields, StructIn, StructOut } from "./fields.js";
import type { Message } from "./message.js";

/** The layout of a record of `__cluster_metadata`; there is only this one so far. */
const metadataFrameVersion = 1;

/** Writes a message behind its version as an int16, as values of the coordinators' logs and control records stand. */
export function encodeVersioned<S extends Fields>(message: Message<S>, version: number, value: StructIn<S>): Buffer {
  const writer = new Writer(128);
  writer.int16(version);
  encodeInto(writer, message, version, value);
  return writer.toBuffer();
}

/** Reads a message that stands behind its version. Throws a DecodeError when the version is not one of the schema's. */
export function decodeVersioned<S extends Fields>(
  message: Message<S>,
  bytes: Buffer,
): StructOut<S> & { readonly version: number } {
  const version = readNumber(message, bytes, "version");
  return { ...decode(message, version, bytes, 2), version };
}

/** Writes the key of a record of a coordinator's log: the record's type as an int16, then the key. */
export function encodeCoordinatorKey<S extends Fields>(message: Message<S>, value: StructIn<S>): Buffer {
  const writer = new Writer(64);
  writer.int16(recordTypeOf(message));
  encodeInto(writer, message, message.versions.min, value);
  return writer.toBuffer();
}

/** The type of a coordinator's record, by its key. */
export function coordinatorRecordType(key: Buffer): number {
  if (key.length < 2) throw new DecodeError(`a coordinator's key of ${key.length} bytes: at least 2 wanted`);
  return key.readInt16BE(0);
}

/** Reads the key of a coordinator's record whose type is `message`'s. */
export function decodeCoordinatorKey<S extends Fields>(message: Message<S>, key: Buffer): StructOut<S> {
  const type = coordinatorRecordType(key);
  if (type !== message.recordType)
    throw new DecodeError(`${message.name}: record type ${message.recordType} wanted, not ${type}`);
  return decode(message, message.versions.min, key, 2);
}

/** Writes the value of a record of `__cluster_metadata`: frame version, record type and version as varints, then the body. */
export function encodeMetadataRecord<S extends Fields>(
  message: Message<S>,
  version: number,
  value: StructIn<S>,
): Buffer {
  const writer = new Writer(128);
  writer.uvarint(metadataFrameVersion);
  writer.uvarint(recordTypeOf(message));
  writer.uvarint(version);
  encodeInto(writer, message, version, value);
  return writer.toBuffer();
}

/** What stands before the body of a record of `__cluster_metadata`. */
export interface MetadataRecordHead {
  readonly recordType: number;
  readonly version: number;
  readonly bodyOffset: number;
}

/** Reads what stands before the body, to choose the message for {@link decode}. */
export function readMetadataRecordHead(bytes: Buffer): MetadataRecordHead {
  const reader = new Reader(bytes);
  try {
    const frameVersion = reader.uvarint();
    if (frameVersion !== metadataFrameVersion)
      throw new ReadFailure(`frame version ${frameVersion}: only ${metadataFrameVersion} is known`);
    const recordType = reader.uvarint();
    const version = reader.uvarint();
    return { recordType, version, bodyOffset: reader.offset };
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error;
    throw new DecodeError(`a record of the cluster's metadata: ${error.message}`, {
      position: reader.offset,
      cause: error,
    });
  }
}

function recordTypeOf({ name, recordType }: Message): number {
  if (recordType === undefined)
    throw new EncodeError(`${name} is not a record of Kafka's own logs: it has no record type`);
  return recordType;
}

function readNumber({ name }: Message, bytes: Buffer, what: string): number {
  if (bytes.length < 2) throw new DecodeError(`${name}: ${what}: 2 bytes wanted, ${bytes.length} left`);
  return bytes.readInt16BE(0);
}
