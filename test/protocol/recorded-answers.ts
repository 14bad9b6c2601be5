import { readFileSync, writeFileSync } from "node:fs";
import type { Line } from "../support/group-dialogue.js";

const file = new URL("answers-of-apache-kafka-4.3.1.json", import.meta.url);

/** What Apache Kafka 4.3.1 answered in each of the dialogues, as `test/interop/protocol.test.ts` recorded it. */
export function recordedAnswers(): Readonly<Record<string, readonly Line[]>> {
  const recorded: Record<string, Line[]> = JSON.parse(readFileSync(file, "utf8"));
  return recorded;
}

/** Writes the record anew, a line for each answer. */
export function recordAnswers(dialogues: Readonly<Record<string, readonly Line[]>>): void {
  const blocks = Object.entries(dialogues).map(
    ([name, lines]) => `${JSON.stringify(name)}: [\n${lines.map((line) => `  ${JSON.stringify(line)}`).join(",\n")}\n]`,
  );
  writeFileSync(file, `{\n${blocks.join(",\n")}\n}\n`);
}
