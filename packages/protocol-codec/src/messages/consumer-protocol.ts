import { asBuffer } from "../arguments.js";
import { DecodeError } from "../errors.js";
import { decode, encodeVersioned } from "../schema/index.js";
import { versionBefore } from "../schema/versioned.js";
import type { Fields, StructIn, StructOut } from "../schema/fields.js";
import type { Message } from "../schema/message.js";
import { ConsumerProtocolAssignment } from "./consumer-protocol-assignment.js";
import { ConsumerProtocolSubscription } from "./consumer-protocol-subscription.js";

/** Writes a member's subscription as it travels inside JoinGroup: the version as an int16, then the fields. */
export function encodeSubscription(
  version: number,
  value: StructIn<typeof ConsumerProtocolSubscription.fields>,
): Buffer {
  return encodeVersioned(ConsumerProtocolSubscription, version, value);
}

/**
 * Reads a subscription. A version newer than the schema is read as the newest known, with what follows its fields left alone; fields that
 * are cut short are read as the newest older version that fits.
 *
 * @throws {DecodeError} when the bytes fit no version.
 */
export function decodeSubscription(bytes: Uint8Array): ConsumerProtocolSubscription & { readonly version: number } {
  return decodeTolerantly(ConsumerProtocolSubscription, bytes);
}

/** Writes a member's assignment as it travels inside SyncGroup: the version as an int16, then the fields. */
export function encodeAssignment(version: number, value: StructIn<typeof ConsumerProtocolAssignment.fields>): Buffer {
  return encodeVersioned(ConsumerProtocolAssignment, version, value);
}

/**
 * Reads an assignment. A version newer than the schema is read as the newest known, with what follows its fields left alone; fields that
 * are cut short are read as the newest older version that fits.
 *
 * @throws {DecodeError} when the bytes fit no version.
 */
export function decodeAssignment(bytes: Uint8Array): ConsumerProtocolAssignment & { readonly version: number } {
  return decodeTolerantly(ConsumerProtocolAssignment, bytes);
}

/**
 * Members of one group may run different clients. A version newer than the schema is read as the newest known, and
 * what follows the known fields is left alone; where the fields of the stated version are cut short (clients have
 * written a version 1 without its new field), the newest older version that fits is taken.
 */
function decodeTolerantly<S extends Fields>(
  message: Message<S>,
  given: Uint8Array,
): StructOut<S> & { readonly version: number } {
  const bytes = asBuffer(given, "bytes");
  const stated = versionBefore(message, bytes);
  if (stated < 0) throw new DecodeError(`${message.name}: version ${stated}`);
  let failure: unknown;
  for (let version = Math.min(stated, message.versions.max); version >= message.versions.min; version--) {
    try {
      return { ...decode(message, version, bytes, 2, { trailing: true }), version: stated };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}
