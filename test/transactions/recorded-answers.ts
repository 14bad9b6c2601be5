import { readFileSync, writeFileSync } from "node:fs";
import type { Line } from "../support/group-dialogue.js";

type Answers = Readonly<Record<string, readonly Line[]>>;

/** The level whose record is whole; those of the others hold the dialogues that went another way there. */
const whole = 2;

/** What Apache Kafka 4.3.1 answered in each of the dialogues under a `transaction.version`, as `test/interop/transactions.test.ts` recorded it. */
export function recordedAnswers(transactionVersion: number): Answers {
  return { ...read(whole), ...read(transactionVersion) };
}

/** Writes the record of a `transaction.version` anew, a line for each answer; that of 2 has to be written first. */
export function recordAnswers(transactionVersion: number, dialogues: Answers): void {
  const known = transactionVersion === whole ? {} : read(whole);
  const own = Object.entries(dialogues).filter(
    ([name, lines]) => JSON.stringify(lines) !== JSON.stringify(known[name] ?? []),
  );
  const blocks = own.map(
    ([name, lines]) => `${JSON.stringify(name)}: [\n${lines.map((line) => `  ${JSON.stringify(line)}`).join(",\n")}\n]`,
  );
  writeFileSync(fileOf(transactionVersion), `{\n${blocks.join(",\n")}\n}\n`);
}

function read(transactionVersion: number): Answers {
  const recorded: Record<string, Line[]> = JSON.parse(readFileSync(fileOf(transactionVersion), "utf8"));
  return recorded;
}

function fileOf(transactionVersion: number): URL {
  return new URL(`answers-of-apache-kafka-4.3.1-with-transaction-version-${transactionVersion}.json`, import.meta.url);
}
