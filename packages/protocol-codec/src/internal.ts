// What Moldau's own packages, tests and benchmarks look at, and applications do not.
export { FrameInPieces } from "./frame/frame-in-pieces.js";
export { compileDecoder, type DecoderKind } from "./schema/codec.js";
export { parsedFromLength } from "./schema/decoder-choice.js";
export { formatVersions } from "./schema/versions.js";
export { requireCodecs } from "./compression/codec-calls.js";
export { readHeaders } from "./records/read-headers.js";
export { BufferView } from "./wire/buffer-view.js";
export { inJavaHashOrder } from "./wire/java-hash-order.js";
export { Uuid } from "./wire/uuid.js";
export { Reader } from "./wire/reader.js";
export { Writer } from "./wire/writer.js";
export {
  readUnsignedVarint,
  readVarint,
  readVarlongExact,
  writeUnsignedVarint,
  writeVarint,
  writeVarlong,
} from "./wire/varint.js";

// Results as JSON
export { withJson } from "./as-json.js";

// Wrong names
export { nearestName } from "./nearest-name.js";

// Regular expressions in RE2's language
export { compilePattern } from "./pattern/pattern.js";
