/** The middle one of several figures. */
export function median(figures: readonly number[]): number {
  return percentile(figures, 0.5);
}

/** The figure that such a share of them, 0 to 1, stays under. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

/** Prints rows under their headings: the first columns, which are text, to the left, and figures to the right. */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { textColumns = 1 }: { readonly textColumns?: number } = {},
): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const aligned = (cell: string, column: number): string =>
    column < textColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  for (const row of [headings, ...rows]) console.log(`  ${row.map(aligned).join("   ")}`.trimEnd());
}
