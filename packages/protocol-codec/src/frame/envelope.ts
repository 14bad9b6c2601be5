import { DecodeError } from "../errors.js";
import { apiByKey } from "../messages/apis.js";
import { decode, encodeInto } from "../schema/codec.js";
import type { Fields, StructIn, StructOut } from "../schema/fields.js";
import type { Api } from "../schema/message.js";
import { includesVersion } from "../schema/versions.js";
import { ReadFailure, Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";

/** The key of ApiVersions: its response has the oldest header in every version, so that any client can read it. */
const apiVersionsKey = 18;

/** What stands before every request body. */
export interface RequestHead {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** Comes back in the response. */
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** A decoded request header, and where the body begins. */
export interface RequestHeaderView extends RequestHead {
  readonly bodyOffset: number;
}

/**
 * Encodes a whole request frame: size, header, body. Long byte fields (record batches above all) are referenced, not
 * copied, so they must stay unchanged until the pieces were sent.
 */
export function encodeRequest<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  { correlationId, clientId }: { readonly correlationId: number; readonly clientId: string | null },
  body: StructIn<Req>,
): Buffer[] {
  const writer = openFrame();
  writer.int16(api.key);
  writer.int16(version);
  writer.int32(correlationId);
  // The client id keeps its classic length in the flexible header too.
  if (clientId === null) writer.int16(-1);
  else writer.string(clientId);
  if (includesVersion(api.request.flexible, version)) writer.uvarint(0);
  encodeInto(writer, api.request, version, body);
  return closeFrame(writer);
}

/** Encodes a whole response frame: size, header, body. */
export function encodeResponse<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  correlationId: number,
  body: StructIn<Res>,
): Buffer[] {
  const writer = openFrame();
  writer.int32(correlationId);
  if (hasTaggedResponseHeader(api, version)) writer.uvarint(0);
  encodeInto(writer, api.response, version, body);
  return closeFrame(writer);
}

/** Reads the header of a request; `payload` is a frame without its size. Throws a DecodeError. */
export function decodeRequestHeader(payload: Buffer): RequestHeaderView {
  const reader = new Reader(payload);
  try {
    const apiKey = reader.int16();
    const apiVersion = reader.int16();
    const correlationId = reader.int32();
    const length = reader.length16();
    const clientId = length < 0 ? null : reader.text(length);
    const api = apiByKey(apiKey);
    if (api !== undefined && includesVersion(api.request.flexible, apiVersion)) skipTags(reader);
    return { apiKey, apiVersion, correlationId, clientId, bodyOffset: reader.offset };
  } catch (error) {
    throw headerFailure("RequestHeader", reader, error);
  }
}

/** Reads the body of a request behind its header. Throws a DecodeError that names the field. */
export function decodeRequest<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  payload: Buffer,
  bodyOffset: number,
): StructOut<Req> {
  return decode(api.request, version, payload, bodyOffset);
}

/** Reads a response; `payload` is a frame without its size. Throws a DecodeError that names the field. */
export function decodeResponse<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  payload: Buffer,
): { correlationId: number; body: StructOut<Res> } {
  const reader = new Reader(payload);
  let correlationId: number;
  try {
    correlationId = reader.int32();
    if (hasTaggedResponseHeader(api, version)) skipTags(reader);
  } catch (error) {
    throw headerFailure("ResponseHeader", reader, error);
  }
  return { correlationId, body: decode(api.response, version, payload, reader.offset) };
}

function hasTaggedResponseHeader(api: Api, version: number): boolean {
  return api.key !== apiVersionsKey && includesVersion(api.response.flexible, version);
}

/** No header has a tagged field yet; those of a later Kafka are stepped over. */
function skipTags(reader: Reader): void {
  const count = reader.uvarint();
  reader.checkCount(count, 2);
  for (let i = 0; i < count; i++) {
    reader.uvarint();
    reader.take(reader.uvarint());
  }
}

function openFrame(): Writer {
  const writer = new Writer(512);
  writer.int32(0);
  return writer;
}

/** The size goes into the four bytes kept free at the beginning of the first piece. */
function closeFrame(writer: Writer): Buffer[] {
  const size = writer.length - 4;
  const pieces = writer.finish();
  pieces[0]?.writeInt32BE(size, 0);
  return pieces;
}

function headerFailure(name: string, reader: Reader, error: unknown): unknown {
  return error instanceof ReadFailure
    ? new DecodeError(`${name}: ${error.message}`, { position: reader.offset, cause: error })
    : error;
}
