import { errorDescriptions } from "@moldau/protocol-codec";
import { advice } from "../known-names.js";

const codes: ReadonlyMap<string, number> = new Map(errorDescriptions.map(({ name, code }) => [name, code]));
const numbers: ReadonlySet<number> = new Set(codes.values());

/** Kafka's number of an error that is given by name or number. Throws a RangeError for one that Kafka does not have. */
export function errorCodeOf(error: string | number): number {
  if (typeof error === "number" && numbers.has(error)) return error;
  const code = typeof error === "string" ? codes.get(error) : undefined;
  if (code !== undefined) return code;
  const what = typeof error === "number" ? `error number ${error}` : `error ${JSON.stringify(error)}`;
  throw new RangeError(`unknown ${what}: ${advice(error, [...codes.keys()])}`);
}
