/** The rows of the first table below a heading, as cells; without the table's own heading. */
export function tableUnder(markdown: string, heading: string): string[][] {
  const [, below] = markdown.split(`\n${heading}\n`);
  if (below === undefined) throw new Error(`There is no heading "${heading}".`);
  const lines = below.split(/^#/m)[0]?.split("\n") ?? [];
  const first = lines.findIndex((line) => line.startsWith("|"));
  if (first < 0) throw new Error(`There is no table below "${heading}".`);
  const end = lines.findIndex((line, index) => index > first && !line.startsWith("|"));
  return lines.slice(first + 2, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
