/** Something that the command tells: a sentence for people, facts for programs. */
export interface Report {
  /** What kind it is: `ready`, `connected`, `summary`, … */
  readonly event: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** How reports are printed. */
export type PrintReport = (report: Report) => void;

/** One JSON object a line, with the time, the kind and the facts. */
export function jsonLine({ event, text, facts }: Report, nowMs: number): string {
  return JSON.stringify({ time: new Date(nowMs).toISOString(), event, ...facts, text }, plainValue);
}

/** Numbers of bytes as people read them: `4.1 MB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ""}`;
}

/** `1 topic`, `2 topics`. */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${Number(count) === 1 ? one : many}`;
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

/** What JSON has no form for: large integers become numbers, errors their sentences. */
function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Error ? value.message : value;
}
