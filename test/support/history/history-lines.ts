import type { Operation, OperationType } from "./operation.js";

const types: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies OperationType[];
const works: readonly string[] = ["send", "poll", "txn", "subscribe", "assign", "crash"] satisfies Operation["f"][];

/** A history as lines of JSON, one for each operation, with its index. */
export function formatJson(history: readonly Operation[]): string {
  return history.map((operation, index) => `${JSON.stringify({ index, ...operation })}\n`).join("");
}

/** Reads what {@link formatJson} wrote. Throws when a line is no operation, and says which. */
export function parseJson(text: string): readonly Operation[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const { index: _, ...operation } = JSON.parse(line) as Operation & { readonly index: number };
      const { type, f, process, time } = operation;
      if (!types.includes(type) || !works.includes(f) || !Number.isInteger(process) || !Number.isFinite(time))
        throw new Error(`line ${index} is no operation of a history: ${line}`);
      return operation;
    });
}

/** A history as Jepsen keeps it (`history.edn`): its own checker for Kafka reads that. */
export function formatEdn(history: readonly Operation[]): string {
  return history.map((operation, index) => `${edn({ index, ...operation })}\n`).join("");
}

/** Words that stand for themselves; in Jepsen's histories they are keywords. */
const keywords: ReadonlySet<string> = new Set([...types, ...works]);

function edn(value: unknown): string {
  if (typeof value === "string") return keywords.has(value) ? `:${value}` : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(edn).join(" ")}]`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) return "nil";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // Numbers are the keys of what was polled, words those of everything else.
  return `{${entries.map(([name, item]) => `${/^\d+$/.test(name) ? name : `:${name}`} ${edn(item)}`).join(", ")}}`;
}
