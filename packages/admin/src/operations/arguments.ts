import { invalidArgument, protocolViolation, type OperationOptions, type OptionReader } from "@moldau/connection-pool";
import type { KafkaError, KafkaErrorFacts } from "@moldau/protocol-codec";

/** Reads what every operation takes. */
export function operationOptions<Options extends OperationOptions>(read: OptionReader<Options>): OperationOptions {
  const timeoutMs = read.custom(
    "timeoutMs",
    "a whole number of at least 1",
    (value) => (typeof value === "number" && Number.isInteger(value) && value >= 1 ? { timeoutMs: value } : undefined),
    { default: {} },
  );
  const signal = read.custom(
    "signal",
    "an AbortSignal",
    (value) => (value instanceof AbortSignal ? { signal: value } : undefined),
    { default: {} },
  );
  return { ...timeoutMs, ...signal };
}

/** Reads a name in a list. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is no text. */
export function checkName(value: unknown, path: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalidArgument(`${path} must be a name: a text that is not empty.`);
}

/** Refuses a name that stands in a list twice. @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming it. */
export function unique(path: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidArgument(`${path} names "${twice}" twice.`);
}

/** The error of a thing that an answer says nothing about. */
export function unanswered(facts: KafkaErrorFacts): KafkaError {
  return protocolViolation(`The answer to ${facts.apiName ?? "the request"} says nothing about it.`, facts);
}
