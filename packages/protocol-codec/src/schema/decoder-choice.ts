import type { DecoderKind } from "./codec.js";
import type { Message } from "./message.js";

/**
 * The messages that binary-parser decodes faster than the closures do, as measured by the benchmark: long arrays of
 * structs with many numbers. Small messages, and those made of strings and bytes, are faster through the cursor, because
 * a parse has a fixed cost.
 */
const fasterParsed: ReadonlySet<string> = new Set(["MetadataResponse"]);

/** The decoder that serves a message best. */
export function preferredDecoder({ name }: Message): DecoderKind {
  return fasterParsed.has(name) ? "parser" : "cursor";
}

let codeGeneration: boolean | undefined;

/** Whether this process may turn text into code; binary-parser needs it, and hardened environments forbid it. */
export function canGenerateCode(): boolean {
  if (codeGeneration === undefined) {
    try {
      codeGeneration = new Function("return true")() === true;
    } catch {
      codeGeneration = false;
    }
  }
  return codeGeneration;
}
