import type { Reader } from "../wire/reader.js";
import type { Writer } from "../wire/writer.js";
import { tagsReader } from "./cursor-decoder.js";
import { taggedWriter } from "./encoder.js";
import type { UnknownTaggedField } from "./fields.js";

const readTags = tagsReader([], { version: 0 });
const writeTags = taggedWriter([], { version: 0, path: undefined });

/** Reads a tagged section of which no field is known; undefined when it is empty. */
export function readUnknownTags(reader: Reader): readonly UnknownTaggedField[] | undefined {
  // No header has a tagged field so far: nearly always this is one byte that says so.
  if (reader.left > 0 && reader.buffer[reader.offset] === 0) {
    reader.offset++;
    return undefined;
  }
  const section: { unknownTaggedFields?: readonly UnknownTaggedField[] } = {};
  readTags(reader, section);
  return section.unknownTaggedFields;
}

/** Writes a tagged section of which no field is known. */
export function writeUnknownTags(writer: Writer, unknownTaggedFields: readonly UnknownTaggedField[] | undefined): void {
  writeTags(writer, { unknownTaggedFields });
}
