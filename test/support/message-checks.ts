import {
  apiByKey,
  decode,
  decodeAssignment,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeSubscription,
  encode,
  encodeRequest,
  encodeResponse,
  type Message,
} from "@moldau/protocol-codec";
import type { Fields } from "@moldau/protocol-codec";
import type { Versioned } from "@moldau/protocol-codec/state";
import {
  decodeCoordinatorKey,
  decodeVersioned,
  encodeCoordinatorKey,
  encodeMetadataRecord,
  encodeVersioned,
  readMetadataRecordHead,
} from "@moldau/protocol-codec/state";
import { Reader, type DecoderKind } from "@moldau/protocol-codec/internal";
import { decodeThrough } from "./decoders.js";
import { everyMessage } from "./every-message.js";
import { asGolden, firstDifference, type MessageVector } from "./golden.js";

/** A message as Apache Kafka wrote it: a vector of test/golden, or a line that a program of test/interop/java printed. */
export interface WrittenMessage extends Omit<MessageVector, "kind" | "scope"> {
  readonly kind: string;
  /** The message as the key of a coordinator's record. */
  readonly keyHex?: string;
  /** The message as a record of the cluster's metadata. */
  readonly recordHex?: string;
}

/** Says what is wrong with the codec's treatment of a message; undefined when nothing is. */
export type Check = (written: WrittenMessage) => string | undefined;

/** Says where a value differs from the wanted one; both are in the conventions of test/golden/README.md. */
export type Compare = (wanted: unknown, given: unknown) => string | undefined;

/** Passes over fields that only the given value has: vectors leave out what is at its default or not in the version. */
export const inWhatIsStated: Compare = (wanted, given) => firstDifference(wanted, given);

/** Wants every field there, also those that the version lacks. */
export const inEverything: Compare = (wanted, given) =>
  firstDifference(wanted, given) ?? firstDifference(given, wanted, "(only given) ");

/** Applies a check; one line for each fault, so an empty list is what a test wants. A check that throws is a fault too. */
export function faults(messages: readonly WrittenMessage[], check: Check): string[] {
  return messages.flatMap((written) => {
    const fault = orWhatIsThrown(check, written);
    return fault === undefined ? [] : [`${written.name} v${written.version} ${written.case}: ${fault}`];
  });
}

/** The bytes decode to the value through the decoder of a kind, to the last one. */
export function decodesThrough(kind: DecoderKind, compare: Compare): Check {
  return ({ name, version, hex, value }) => {
    const decoded = decodeThrough(kind, { message: messageNamed(name), version }, new Reader(bytesOf(hex)));
    return "failure" in decoded ? `${decoded.failure}, in ${hex}` : compare(value, asGolden(decoded.value));
  };
}

/** What was decoded encodes to the same bytes. */
export const encodesBack: Check = ({ name, version, hex }) => {
  const message = messageNamed(name);
  return differentBytes(hex, encode(message, version, decode(message, version, bytesOf(hex))));
};

/** The message comes back from behind its version, as in JoinGroup and SyncGroup, in control records and in coordinators' values. */
export function comesBackPrefixed(compare: Compare): Check {
  return ({ name, version, prefixedHex = "", value }) => {
    const message = messageNamed(name);
    const bytes = bytesOf(prefixedHex);
    const given = decodePrefixed(message, bytes);
    if (given.version !== version) return `version ${given.version}`;
    const again = encodeVersioned(message, version, given.value);
    return compare(value, asGolden(given.value)) ?? differentBytes(prefixedHex, again);
  };
}

function decodePrefixed(message: Message, bytes: Buffer): Versioned<Fields> {
  switch (message.name) {
    case "ConsumerProtocolSubscription":
      return apart(decodeSubscription(bytes));
    case "ConsumerProtocolAssignment":
      return apart(decodeAssignment(bytes));
    default:
      return decodeVersioned(message, bytes);
  }
}

function apart({ version, ...value }: { readonly version: number }): Versioned<Fields> {
  return { version, value };
}

/** The message comes back as the key of a coordinator's record. */
export function comesBackAsKey(compare: Compare): Check {
  return ({ name, keyHex = "", value }) => {
    const message = messageNamed(name);
    const given = decodeCoordinatorKey(message, bytesOf(keyHex));
    return compare(value, asGolden(given)) ?? differentBytes(keyHex, encodeCoordinatorKey(message, given));
  };
}

/** The message comes back as a record of the cluster's metadata. */
export function comesBackAsMetadataRecord(compare: Compare): Check {
  return ({ name, version, recordHex = "", value }) => {
    const message = messageNamed(name);
    const bytes = bytesOf(recordHex);
    const head = readMetadataRecordHead(bytes);
    if (head.version !== version || head.recordType !== message.recordType)
      return `type ${head.recordType}, version ${head.version}`;
    const given = decode(message, version, bytes, head.bodyOffset);
    return compare(value, asGolden(given)) ?? differentBytes(recordHex, encodeMetadataRecord(message, version, given));
  };
}

/** The message comes back from a whole frame: size, the header that its API and version have, body. */
export function comesBackAsFrame(compare: Compare): Check {
  return (written) => (written.name.endsWith("Request") ? requestFault : responseFault)(written, compare);
}

function requestFault({ apiKey, version, header, value, hex }: WrittenMessage, compare: Compare): string | undefined {
  const api = apiByKey(apiKey);
  if (api === undefined || header === undefined) return "no such API";
  const payload = bytesOf(hex).subarray(4);
  const head = decodeRequestHeader(payload);
  if (head.apiKey !== apiKey || head.apiVersion !== version || head.correlationId !== header.correlationId)
    return "another header";
  if (head.clientId !== (header.clientId ?? null)) return `client id ${head.clientId}`;
  const body = decodeRequest(api, version, payload, head.bodyOffset);
  const again = Buffer.concat(encodeRequest(api, version, head, body));
  return compare(value, asGolden(body)) ?? differentBytes(hex, again);
}

function responseFault({ apiKey, version, header, value, hex }: WrittenMessage, compare: Compare): string | undefined {
  const api = apiByKey(apiKey);
  if (api === undefined || header === undefined) return "no such API";
  const { correlationId, body } = decodeResponse(api, version, bytesOf(hex).subarray(4));
  if (correlationId !== header.correlationId) return `correlation id ${correlationId}`;
  const again = Buffer.concat(encodeResponse(api, version, { correlationId }, body));
  return compare(value, asGolden(body)) ?? differentBytes(hex, again);
}

const byName: ReadonlyMap<string, Message> = new Map(everyMessage.map((message) => [message.name, message]));

/** The message that Kafka calls so. Throws when the codec has none. */
export function messageNamed(name: string): Message {
  const message = byName.get(name);
  if (message === undefined) throw new Error(`the codec exports no ${name}`);
  return message;
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex, "hex");

function differentBytes(wanted: string, given: Buffer): string | undefined {
  return given.equals(bytesOf(wanted)) ? undefined : `encodes to ${given.toString("hex")} instead of ${wanted}`;
}

function orWhatIsThrown(check: Check, written: WrittenMessage): string | undefined {
  try {
    return check(written);
  } catch (error) {
    return String(error);
  }
}
