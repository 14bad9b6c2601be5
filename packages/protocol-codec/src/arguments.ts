import { KafkaError } from "./errors.js";

/** Makes the error for an argument that is none of those that a function takes; its code is `CLIENT_INVALID_ARGUMENT`. */
export function invalidArgument(problem: string): KafkaError {
  return new KafkaError("CLIENT_INVALID_ARGUMENT", problem);
}

/** Gives any bytes as a Buffer that shares their memory. Throws for what is no bytes; `what` names the argument. */
export function asBuffer(bytes: Uint8Array, what: string): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  if (bytes instanceof Uint8Array) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  throw invalidArgument(`${what}: a Buffer or another Uint8Array wanted, not ${kindOf(bytes)}`);
}

/** Throws for what is no object; `what` names the argument, `example` shows one. */
export function requireObject(value: object, what: string, example: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidArgument(`${what}: an object such as ${example} wanted, not ${kindOf(value)}`);
}

/** Throws for what is no whole number in a range; `what` names the argument. */
export function requireInteger(value: number, what: string, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum)
    throw invalidArgument(`${what}: a whole number from ${minimum} to ${maximum} wanted, not ${kindOf(value)}`);
}

/** Throws for what is no whole number of 16 bits; `what` names the argument. */
export function requireInt16(value: number, what: string): void {
  requireInteger(value, what, -0x8000, 0x7fff);
}

/** Throws for what is no whole number of 32 bits; `what` names the argument. */
export function requireInt32(value: number, what: string): void {
  requireInteger(value, what, -0x8000_0000, 0x7fff_ffff);
}

/** Throws for what is no bigint of 64 bits; `what` names the argument. */
export function requireInt64(value: bigint, what: string): void {
  if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value)
    throw invalidArgument(`${what}: a bigint of 64 bits wanted, not ${kindOf(value)}`);
}

/** Says in a word or two what a value is, for a sentence about one that is of the wrong kind. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return `${typeof value} ${beginning(String(value))}`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "an array" : value instanceof Uint8Array ? "bytes" : "an object";
    default:
      return typeof value;
  }
}

/** More of a text than this would hide the sentence that it stands in. */
const longestShown = 60;

function beginning(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
