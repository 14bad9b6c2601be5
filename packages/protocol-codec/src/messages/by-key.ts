import { DecodeError, EncodeError } from "../errors.js";
import { decode, encode } from "../schema/codec.js";
import type { Fields, StructIn, StructOut } from "../schema/fields.js";
import type { Message } from "../schema/message.js";
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
export function decodeMessage(coordinates: MessageCoordinates, bytes: Buffer): AnyMessage {
  const message = messageAt(coordinates);
  if (message === undefined)
    throw new DecodeError(`no ${coordinates.kind} has the API key ${coordinates.apiKey}`, {
      apiKey: coordinates.apiKey,
    });
  return decode(message, coordinates.version, bytes);
}

/** Writes the body of any message by its API key; fields at their default may be left out. Throws an EncodeError that names the field. */
export function encodeMessage(coordinates: MessageCoordinates, value: StructIn<Fields>): Buffer {
  const message = messageAt(coordinates);
  if (message === undefined)
    throw new EncodeError(`no ${coordinates.kind} has the API key ${coordinates.apiKey}`, {
      apiKey: coordinates.apiKey,
    });
  return encode(message, coordinates.version, value);
}

function messageAt({ apiKey, kind }: MessageCoordinates): Message | undefined {
  const api = apiByKey(apiKey);
  return kind === "request" ? api?.request : api?.response;
}
