export { api, message, type Api, type Infer, type InferInput, type Message } from "./message.js";
export type { RequestInputOf, RequestOf, ResponseInputOf, ResponseOf } from "./message.js";
export {
  array,
  bool,
  bytes,
  float64,
  int16,
  int32,
  int64,
  int8,
  nullable,
  records,
  string,
  struct,
  uint16,
  uint32,
  uuid,
} from "./fields.js";
export type { Fields, StructIn, StructOut, UnknownTaggedField, WithUnknownTags } from "./fields.js";
export type { ArrayField, Field, FieldIn, FieldOut, FieldSpec, FieldType, PrimitiveName } from "./fields.js";
export type { NullableField, StructArrayField, StructField } from "./fields.js";
export { decode, encode } from "./codec.js";
export type { VersionRange } from "./versions.js";
export { decodeVersioned, encodeVersioned, type Versioned } from "./versioned.js";
