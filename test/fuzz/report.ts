import { inspect } from "node:util";
import type { Tally } from "./fuzz.js";

/** The lines that sum up a run: what became of every target, then every fault with its input and how to have it again. */
export function report(tallies: readonly Tally[], seed: number): string[] {
  const rows = tallies.map(({ name, taken, refused, milliseconds, shareOfBound }) => [
    name,
    String(taken + refused),
    String(taken),
    String(refused),
    ((taken + refused) / Math.max(milliseconds / 1000, 0.001)).toFixed(0),
    `${(shareOfBound * 100).toFixed(1)} %`,
  ]);
  const head = ["target", "inputs", "taken", "refused", "inputs/s", "most of its bound"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const table = [head, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  return [...table, ...tallies.flatMap((tally) => faultLines(tally, seed))];
}

function faultLines({ name, fault }: Tally, seed: number): string[] {
  if (fault === undefined) return [];
  const { round, input, error } = fault;
  return [
    "",
    `A fault in ${name}: ${inspect(error)}`,
    `Its input, ${input.length} bytes: ${input.toString("hex")}`,
    `To have it again: npm run fuzz -- --seed ${seed} --only ${name} --round ${round}`,
  ];
}
