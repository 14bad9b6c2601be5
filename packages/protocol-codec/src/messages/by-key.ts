import { requireObject } from "../arguments.js";
import { DecodeError, EncodeError } from "../errors.js";
import { decode, encode } from "../schema/codec.js";
import type { Fields, StructIn, StructOut } from "../schema/fields.js";
import type { Message } from "../schema/message.js";
import { unknownField } from "../schema/unknown-field.js";
import { apiByKey } from "./apis.js";

/** Which message: the API's key, the direction and the version, as a traffic analyser or a proxy knows them. */
export interface MessageCoordinates {
  readonly apiKey: number;
  readonly kind: "request" | "response";
  readonly version: number;
}

/** A message of an API that is only known at run time. */
export type AnyMessage = StructOut<Fields>;

/** Reads the body of any message by its API key. Throws a DecodeError that names the field, or says that there is no such API. */
export function decodeMessage(coordinates: MessageCoordinates, bytes: Uint8Array): AnyMessage {
  const message = messageAt(coordinates);
  if (message === undefined) {
    const { apiKey, kind } = coordinates;
    throw new DecodeError(`no ${kind} has the API key ${apiKey}`, { apiKey });
  }
  return decode(message, coordinates.version, bytes);
}

/**
 * Writes the body of any message by its API key; fields at their default may be left out. Throws an EncodeError that names the field,
 * also for one that the message does not have in any version: no compiler has looked at `value`, and a misspelt field would be lost.
 */
export function encodeMessage(coordinates: MessageCoordinates, value: StructIn<Fields>): Buffer {
  const message = messageAt(coordinates);
  const { apiKey, version } = coordinates;
  if (message === undefined) throw new EncodeError(`no ${coordinates.kind} has the API key ${apiKey}`, { apiKey });
  const unknown = unknownField(message.fields, value);
  if (unknown !== undefined) {
    throw new EncodeError(`${message.name} v${version}: ${unknown}: the message has no such field in any version`, {
      apiKey,
      apiVersion: version,
      path: unknown,
    });
  }
  return encode(message, version, value);
}

function messageAt(coordinates: MessageCoordinates): Message | undefined {
  requireObject(coordinates, "coordinates", '{ apiKey: 3, kind: "request", version: 12 }');
  const { apiKey, kind } = coordinates;
  const api = apiByKey(apiKey);
  if (kind === "request") return api?.request;
  return kind === "response" ? api?.response : undefined;
}
