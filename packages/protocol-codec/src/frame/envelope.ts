import { ErrorCode } from "../error-code.js";
import { asBuffer, invalidArgument, kindOf, requireObject } from "../arguments.js";
import { DecodeError, EncodeError } from "../errors.js";
import { apiByKey } from "../messages/apis.js";
import { decode, encode, encodeInto } from "../schema/codec.js";
import type { Fields, StructIn, StructOut, UnknownTaggedField } from "../schema/fields.js";
import { apiFacts, type Api, type Message } from "../schema/message.js";
import { includesVersion } from "../schema/versions.js";
import { readUnknownTags, writeUnknownTags } from "../schema/unknown-tags.js";
import { ReadFailure, Reader } from "../wire/reader.js";
import { Writer, WriteFailure } from "../wire/writer.js";
import { flexibleVersionsOf } from "./other-apis.js";
import { RequestHeader } from "./request-header.js";
import { ResponseHeader } from "./response-header.js";

/** The largest size that its four bytes can say. */
const maxSize = 0x7fff_ffff;

/** The key of ApiVersions: its response has the oldest header in every version, so that any client can read it. */
const apiVersionsKey = 18;

/** What stands before every response body; the headers of requests have it too. */
export interface ResponseHead {
  /** Ties a response to its request. */
  readonly correlationId: number;
  /** Tagged fields of a later Kafka; absent when there are none. No header has any so far. */
  readonly unknownTaggedFields?: readonly UnknownTaggedField[];
}

/** What stands before every request body. */
export interface RequestHead extends ResponseHead {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly clientId: string | null;
}

/** A decoded request header, and where the body begins. */
export interface RequestHeaderView extends RequestHead {
  readonly bodyOffset: number;
}

/** A request of any API. */
export interface DecodedRequest {
  readonly api: Api;
  readonly header: RequestHeaderView;
  readonly body: StructOut<Fields>;
}

/** A response as it was read. */
export interface DecodedResponse<Res extends Fields> extends ResponseHead {
  /** The version that the body is written in: the request's, but 0 when a broker refuses the version of ApiVersions. */
  readonly version: number;
  readonly body: StructOut<Res>;
}

/**
 * Encodes a whole request frame: size, header, body. Long byte fields (record batches above all) are referenced, not
 * copied, so they must stay unchanged until the pieces were sent. Throws an EncodeError that names the field.
 */
export function encodeRequest<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  head: Pick<RequestHead, "clientId" | keyof ResponseHead>,
  body: StructIn<Req>,
): Buffer[] {
  requireApi(api);
  const isFlexible = includesVersion(api.request.flexible, version);
  const writer = openFrame();
  try {
    writer.int16(api.key);
    writer.int16(version);
    writer.int32(head.correlationId);
    // The client id keeps its classic length in the flexible header too.
    if (head.clientId === null) writer.int16(-1);
    else writer.string(head.clientId);
    if (isFlexible) writeUnknownTags(writer, head.unknownTaggedFields);
    else requireNoTags(head);
  } catch (error) {
    requireObject(head, "head", "{ correlationId: 1, clientId: null }");
    const { correlationId, clientId, unknownTaggedFields } = head;
    const fields = { requestApiKey: api.key, requestApiVersion: version, correlationId, clientId };
    throw unwritable(RequestHeader, isFlexible ? 2 : 1, { ...fields, unknownTaggedFields }, error);
  }
  encodeInto(writer, api.request, version, body);
  return closeFrame(writer, api.request, version);
}

/** Encodes a whole response frame: size, header, body. Throws an EncodeError that names the field. */
export function encodeResponse<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  head: ResponseHead,
  body: StructIn<Res>,
): Buffer[] {
  requireApi(api);
  const isFlexible = hasTaggedResponseHeader(api, version);
  const writer = openFrame();
  try {
    writer.int32(head.correlationId);
    if (isFlexible) writeUnknownTags(writer, head.unknownTaggedFields);
    else requireNoTags(head);
  } catch (error) {
    requireObject(head, "head", "{ correlationId: 1 }");
    const { correlationId, unknownTaggedFields } = head;
    throw unwritable(ResponseHeader, isFlexible ? 1 : 0, { correlationId, unknownTaggedFields }, error);
  }
  encodeInto(writer, api.response, version, body);
  return closeFrame(writer, api.response, version);
}

/**
 * Puts the size in front of a frame's payload, to pass a frame on that was not decoded. The payload is not copied. Throws an EncodeError
 * for a payload of 2 GiB and more.
 */
export function encodeFrame(bytes: Uint8Array): Buffer[] {
  const payload = asBuffer(bytes, "payload");
  if (payload.length > maxSize) throw new EncodeError(tooLarge(payload.length));
  const size = Buffer.allocUnsafe(4);
  size.writeInt32BE(payload.length);
  return [size, payload];
}

/**
 * Reads the header of a request; `payload` is a frame without its size. Throws a DecodeError.
 *
 * The requests that the codec has no schema for have theirs read right as well. Of a key that Kafka does not have nobody knows whether the
 * request is flexible: the header is read as if it were not, and `bodyOffset` may stand before a tagged section.
 */
export function decodeRequestHeader(bytes: Uint8Array): RequestHeaderView {
  const payload = asBuffer(bytes, "payload");
  const reader = new Reader(payload);
  let isFlexible = false;
  try {
    const apiKey = reader.int16();
    const apiVersion = reader.int16();
    const correlationId = reader.int32();
    const length = reader.length16();
    const clientId = length < 0 ? null : reader.text(length);
    isFlexible = includesVersion(apiByKey(apiKey)?.request.flexible ?? flexibleVersionsOf(apiKey), apiVersion);
    const tags = isFlexible ? readUnknownTags(reader) : undefined;
    const header = { apiKey, apiVersion, correlationId, clientId, bodyOffset: reader.offset };
    return tags === undefined ? header : { ...header, unknownTaggedFields: tags };
  } catch (error) {
    throw headerFailure(RequestHeader, isFlexible ? 2 : 1, payload, error);
  }
}

/** Where the body of a request begins, and how strictly it is read. */
export interface RequestBodyPlace {
  /** As the header tells it. */
  readonly bodyOffset: number;
  /**
   * What becomes of bytes behind the last field: `"refuse"` (the default) makes them an error, `"ignore"` does as Apache Kafka's brokers do,
   * because clients send such bytes (librdkafka 2.15 three in each Metadata request for all topics).
   */
  readonly trailingBytes?: "refuse" | "ignore";
}

/** Reads the body of a request behind its header; `body` says where that begins. Throws a DecodeError that names the field. */
export function decodeRequest<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  payload: Uint8Array,
  body: number | RequestBodyPlace,
): StructOut<Req> {
  requireApi(api);
  const place: RequestBodyPlace = typeof body === "number" ? { bodyOffset: body } : body;
  requireObject(place, "body", "{ bodyOffset: 12 }");
  const { bodyOffset, trailingBytes = "refuse" } = place;
  if (trailingBytes !== "refuse" && trailingBytes !== "ignore")
    throw invalidArgument(`trailingBytes: "refuse" or "ignore" wanted, not ${kindOf(trailingBytes)}`);
  return decode(api.request, version, payload, bodyOffset, { trailing: trailingBytes === "ignore" });
}

/**
 * Reads a request of any API, header and body; `payload` is a frame without its size. Throws a DecodeError that names the field,
 * or says that there is no such API.
 */
export function decodeAnyRequest(payload: Uint8Array): DecodedRequest {
  const header = decodeRequestHeader(payload);
  const { apiKey, apiVersion, bodyOffset } = header;
  const api = apiByKey(apiKey);
  if (api === undefined) throw new DecodeError(`no request has the API key ${apiKey}`, { apiKey, apiVersion });
  return { api, header, body: decodeRequest(api, apiVersion, payload, bodyOffset) };
}

/** Reads what ties a response to its request, without the body; `payload` is a frame without its size. Throws a DecodeError. */
export function decodeCorrelationId(bytes: Uint8Array): number {
  const payload = asBuffer(bytes, "payload");
  const reader = new Reader(payload);
  try {
    return reader.int32();
  } catch (error) {
    throw headerFailure(ResponseHeader, 0, payload, error);
  }
}

/**
 * Reads a response to a request of `version`; `payload` is a frame without its size. Throws a DecodeError that names the field.
 *
 * A broker that does not have the asked version of ApiVersions answers in version 0, with UNSUPPORTED_VERSION and the versions it has.
 */
export function decodeResponse<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  bytes: Uint8Array,
): DecodedResponse<Res> {
  requireApi(api);
  const payload = asBuffer(bytes, "payload");
  const reader = new Reader(payload);
  const isFlexible = hasTaggedResponseHeader(api, version);
  let correlationId: number;
  let tags: readonly UnknownTaggedField[] | undefined;
  try {
    correlationId = reader.int32();
    if (isFlexible) tags = readUnknownTags(reader);
  } catch (error) {
    throw headerFailure(ResponseHeader, isFlexible ? 1 : 0, payload, error);
  }
  const { offset } = reader;
  const refusal = api.key === apiVersionsKey ? decodeRefusal(api, payload, offset) : undefined;
  const response = {
    correlationId,
    version: refusal === undefined ? version : 0,
    body: refusal ?? decode(api.response, version, payload, offset),
  };
  return tags === undefined ? response : { ...response, unknownTaggedFields: tags };
}

/** What a broker says that does not have the asked version of ApiVersions. Every version of the response begins with the error code. */
function decodeRefusal<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  payload: Buffer,
  offset: number,
): StructOut<Res> | undefined {
  if (payload.length < offset + 2 || payload.readInt16BE(offset) !== ErrorCode.UNSUPPORTED_VERSION) return undefined;
  try {
    return decode(api.response, 0, payload, offset);
  } catch {
    // Whoever wrote this says so in the asked version after all; if not, decoding that will fail as well.
    return undefined;
  }
}

function requireApi(api: Api): void {
  if (typeof api !== "object" || typeof api?.request !== "object")
    throw invalidArgument(`api: one of the APIs, such as Metadata, wanted, not ${kindOf(api)}`);
}

function hasTaggedResponseHeader(api: Api, version: number): boolean {
  return api.key !== apiVersionsKey && includesVersion(api.response.flexible, version);
}

function openFrame(): Writer {
  const writer = new Writer(512);
  writer.int32(0);
  return writer;
}

/** The size goes into the four bytes kept free at the beginning of the first piece. */
function closeFrame(writer: Writer, message: Message, version: number): Buffer[] {
  const size = writer.length - 4;
  if (size > maxSize)
    throw new EncodeError(`${message.name} v${version}: ${tooLarge(size)}`, {
      ...apiFacts(message),
      apiVersion: version,
    });
  const pieces = writer.finish();
  pieces[0]?.writeInt32BE(size, 0);
  return pieces;
}

function tooLarge(size: number): string {
  return `a frame of ${size} bytes: at most ${maxSize} fit into its four bytes of size`;
}

/** What a header of an older version has no place for may not be lost without a word. */
function requireNoTags({ unknownTaggedFields }: ResponseHead): void {
  if (unknownTaggedFields !== undefined && unknownTaggedFields.length !== 0)
    throw new WriteFailure("unknownTaggedFields in a version that has no tagged fields");
}

/** Encodes the header once more, by its schema, to say which field does not fit. */
function unwritable(
  header: Message,
  version: number,
  fields: Readonly<Record<string, unknown>>,
  error: unknown,
): unknown {
  if (!(error instanceof Error)) return error;
  try {
    encode(header, version, fields);
  } catch (failure) {
    return failure;
  }
  // The schema has a default for what is missing. Nobody else has: an answer under number 0 would be the answer to another request.
  const missing = Object.keys(header.fields).find((name) => name in fields && fields[name] === undefined);
  if (missing === undefined) return new EncodeError(`${header.name}: ${error.message}`, { cause: error });
  return new EncodeError(`${header.name} v${version}: ${missing}: ${error.message}`, { path: missing, cause: error });
}

/** Decodes the header once more, by its schema, to say which field failed. */
function headerFailure(header: Message, version: number, payload: Buffer, error: unknown): unknown {
  if (!(error instanceof ReadFailure)) return error;
  try {
    decode(header, version, payload, 0, { trailing: true });
  } catch (failure) {
    return failure;
  }
  return new DecodeError(`${header.name}: ${error.message}`, { cause: error });
}
