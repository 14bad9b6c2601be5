import {
  apiByKey,
  decode,
  DecodeError,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encode,
  EncodeError,
  type Api,
} from "@moldau/protocol-codec";
import type { DecoderKind } from "@moldau/protocol-codec/internal";
import { includes } from "./arbitrary-messages.js";
import { bounds, countUnits, depthOf, growthOf, schemaDepth } from "./bounds.js";
import { countBufferBytes, CountingReader } from "./counting.js";
import { decodeThrough, type Decoded } from "./decoders.js";
import type { MessageVersion } from "./every-message.js";
import { exactDifference } from "./exact-difference.js";

/** How an examination ended. */
export interface Examined {
  /** The decoded value; undefined when the bytes were refused. */
  readonly value: unknown;
  readonly taken: boolean;
  /** Units of the value, as `countUnits` counts, as a share of what `bounds` allow for so many bytes. */
  readonly shareOfBound: number;
}

/**
 * Reads bytes as a message in every way there is. Throws an ordinary Error where two ways do not agree, where a refusal is not one
 * DecodeError that names the message, its version and the field, where a bound is broken, or where a value does not survive being
 * encoded and decoded again. `door` is the public function under examination.
 */
export function examineMessage(
  which: MessageVersion,
  bytes: Buffer,
  door = (): unknown => decodeAll(which, bytes),
): Examined {
  const cursor = countedThrough("cursor", which, bytes);
  const parser = countedThrough("parser", which, bytes);
  if ("failure" in cursor || "failure" in parser) {
    if (!("failure" in cursor && "failure" in parser))
      throw fault(which, `cursor ${JSON.stringify(cursor)}, parser ${JSON.stringify(parser)}`);
    expectFieldNamed(refusalOf(door), which);
    return refused;
  }
  const { value } = cursor;
  expectSame(which, "through the other decoder", value, parser.value);
  expectSame(which, "through the public door", value, door());
  expectSurvives(which, value);
  const allowed = bounds.unitsToBeginWith + bounds.unitsPerByte * bytes.length;
  return { value, taken: true, shareOfBound: countUnits(value) / allowed };
}

/** Examines a request frame without its size as a broker reads it: the header, then the body as what the header says it is. */
export function examineRequest(payload: Buffer): Examined {
  let head: ReturnType<typeof decodeRequestHeader>;
  try {
    head = decodeRequestHeader(payload);
  } catch (error) {
    const { message, position } = expectDecodeError(error);
    if (!/^RequestHeader: ./.test(message) || typeof position !== "number") throw new Error(`not so: ${message}`);
    return refused;
  }
  const api = apiByKey(head.apiKey);
  if (api === undefined) return refused;
  const { apiVersion: version, bodyOffset } = head;
  const door = (): unknown => decodeRequest(api, version, payload, bodyOffset);
  if (includes(api.request.versions, version))
    return examineMessage({ message: api.request, version }, payload.subarray(bodyOffset), door);
  const { message } = expectDecodeError(refusalOf(door));
  if (!message.startsWith(`${api.request.name} has no version ${version}: it has `))
    throw new Error(`not so: ${message}`);
  return refused;
}

/** Examines a response frame without its size as a client reads it, which knows what it asked for. */
export function examineResponse(api: Api, version: number, payload: Buffer): Examined {
  const door = (): unknown => decodeResponse(api, version, payload).body;
  const hasTags = includes(api.response.flexible, version) && api.name !== "ApiVersions";
  const headerBytes = hasTags ? 5 : 4;
  if (payload.length >= headerBytes && (!hasTags || payload[4] === 0))
    return examineMessage({ message: api.response, version }, payload.subarray(headerBytes), door);
  // With a tagged field in the header the body begins later: what it has to be is not known here, but a refusal has its form.
  try {
    return { value: door(), taken: true, shareOfBound: 0 };
  } catch (error) {
    const { message } = expectDecodeError(error);
    if (/^ResponseHeader: ./.test(message) || message.startsWith(`${api.response.name} v${version}: `)) return refused;
    throw new Error(`not so: ${message}`, { cause: error });
  }
}

/** Checks that an error is the one that decoding throws, and returns it. */
export function expectDecodeError(error: unknown): DecodeError {
  if (error instanceof DecodeError && error.code === "CLIENT_DECODE_FAILED") return error;
  throw new Error(`a DecodeError wanted, not ${String(error)}`, { cause: error });
}

const refused: Examined = { value: undefined, taken: false, shareOfBound: 0 };

function decodeAll({ message, version }: MessageVersion, bytes: Buffer): unknown {
  return decode(message, version, bytes);
}

/** The first use of a decoder compiles it, which is not what is counted. */
const used = new Set<string>();

function countedThrough(kind: DecoderKind, which: MessageVersion, bytes: Buffer): Decoded {
  const { message, version } = which;
  const name = `${message.name} v${version} ${kind}`;
  if (!used.has(name)) void decodeThrough(kind, which, new CountingReader(Buffer.alloc(0)));
  used.add(name);
  const reader = new CountingReader(bytes);
  const results: Decoded[] = [];
  const copied = countBufferBytes(() => void results.push(decodeThrough(kind, which, reader)));
  const decoded = results[0] ?? { failure: "" };
  const atMost = (what: string, given: number, most: number): void => {
    if (given > most) throw fault(which, `${kind}, ${bytes.length} bytes: ${given} ${what}, ${most} allowed`);
  };
  atMost("bytes copied", copied, bounds.bufferBytes);
  atMost("reads", reader.reads, bounds.readsPerByte * bytes.length + 2);
  if ("failure" in decoded) return decoded;
  const { fixed, perByte } = growthOf(message, version);
  atMost("units", countUnits(decoded.value), fixed + perByte * bytes.length);
  atMost("levels", depthOf(decoded.value), schemaDepth({ kind: "struct", fields: message.fields }));
  return decoded;
}

function refusalOf(door: () => unknown): unknown {
  try {
    door();
  } catch (error) {
    return error;
  }
  throw new Error("the public door takes what both decoders refuse");
}

function expectFieldNamed(error: unknown, which: MessageVersion): void {
  const { path, position, message: sentence } = expectDecodeError(error);
  const prefix = `${which.message.name} v${which.version}: `;
  if (typeof position !== "number" || !sentence.startsWith(prefix)) throw fault(which, sentence);
  // No field is at fault where all were read and bytes are left.
  if (path === undefined && / \d+ bytes are left over after the last field$/.test(sentence)) return;
  if (path === undefined || !sentence.startsWith(`${prefix}${path}: `)) throw fault(which, sentence);
  // The tagged section of the message itself has no name.
  const isNamed = path === "" ? includes(which.message.flexible, which.version) : fieldPath.test(path);
  if (!isNamed) throw fault(which, sentence);
}

const fieldPath = /^\w+(\[\d+\])*(\.\w+(\[\d+\])*)*$/;

function expectSurvives(which: MessageVersion, value: unknown): void {
  const { message, version } = which;
  let again: Buffer;
  try {
    again = encode(message, version, value as Record<string, unknown>);
  } catch (error) {
    // Each byte that is not UTF-8 becomes a character of three bytes, which may then be more than a text can have.
    if (error instanceof EncodeError && /32,?767/.test(error.message)) return;
    throw error;
  }
  expectSame(which, "encoded and decoded again", value, decode(message, version, again));
}

function expectSame(which: MessageVersion, how: string, wanted: unknown, given: unknown): void {
  const difference = exactDifference(wanted, given);
  if (difference !== undefined) throw fault(which, `not the same ${how}: ${difference}`);
}

function fault({ message, version }: MessageVersion, what: string): Error {
  return new Error(`${message.name} v${version}: ${what}`);
}
