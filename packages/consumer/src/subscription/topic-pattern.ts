import { invalidArgument, show } from "@moldau/connection-pool";
import { compilePattern } from "@moldau/protocol-codec/internal";

/** The topics whose whole name looks like this are wanted. */
export interface TopicPattern {
  /** A regular expression in RE2's language, as text: `"orders-.*"`. The whole name has to match. */
  readonly pattern: string;
}

/** A {@link TopicPattern} that has been looked at. */
export interface CompiledPattern extends TopicPattern {
  /** Whether the whole name of a topic looks like it. */
  readonly matches: (topic: string) => boolean;
}

/** Reads a pattern. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is none. */
export function parsePattern(value: unknown, path: string): CompiledPattern {
  if (typeof value !== "string" || value === "")
    throw invalidArgument(
      `${path} must be a regular expression as a text, such as "orders-.*", not ${show(value)}${hintFor(value)}.`,
    );
  const matches = compilePattern(value);
  if (matches !== undefined) return { pattern: value, matches };
  throw invalidArgument(
    `${path} must be a regular expression in RE2's language, which has neither back-references nor looking around: ${show(value)} is none.`,
  );
}

/** Of a RegExp only the source goes to brokers and other clients; its flags have a form within it. */
function hintFor(value: unknown): string {
  if (!(value instanceof RegExp)) return "";
  const flags = value.flags.replaceAll(/[^ims]/g, "");
  const source = flags === "" ? value.source : `(?${flags})${value.source}`;
  return ` (as a text: ${JSON.stringify(source)}, where the whole name of a topic has to match)`;
}
