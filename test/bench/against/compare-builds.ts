import { median, printTable } from "../report.js";
import { rows as codecRows } from "../codec/rows.js";
import type { SamplingOptions } from "../sampler.js";
import { SampledProcess } from "../sampled-process.js";
import type { Build } from "./build.js";

/** A ratio below this says "slower": on a shared machine the same code differs by nearly as much from run to run. */
export const slowerBelow = 0.9;

/** How often the cost of this build goes into that of the other, and what to say of it. */
export function verdict(mine: number, theirs: number): readonly [ratio: string, says: string] {
  const ratio = theirs / mine;
  return [`x ${ratio.toFixed(2)}`, ratio < slowerBelow ? "slower" : ""];
}

/** Times the codec of two builds, whole frames and piece by piece, sample by sample in turn. */
export async function compareCodecBuilds(
  builds: readonly Build[],
  options: SamplingOptions,
  text: string,
): Promise<void> {
  await compareRows("Whole frames", builds, { ...options, program: "../codec-process.js", args: ["moldau"], text });
  await compareRows("Pieces of the codec", builds, { ...options, program: "../micro-process.js", args: [], text });
}

interface RowsToCompare extends SamplingOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Only rows whose name has this text. */
  readonly text: string;
}

async function compareRows(
  title: string,
  builds: readonly Build[],
  { program, args, text, samples, sampleMs }: RowsToCompare,
): Promise<void> {
  const start = ({ name, node: { execArgv, env } }: Build): Promise<SampledProcess> =>
    SampledProcess.start(name, new URL(program, import.meta.url), { args, execArgv: [...execArgv], env });
  const processes = await Promise.all(builds.map(start));
  try {
    const rows = [...(processes[0]?.rows ?? [])].filter((row) => row.includes(text));
    const shown: (readonly string[])[] = [];
    for (const row of rows) shown.push(await measure(row, processes, { samples, sampleMs }));
    console.log(
      `\n${title}: CPU time of a process for each build, in turn, ${samples} samples of ${sampleMs} ms, medians`,
    );
    printTable(
      ["row", "this us", "other us", "other/this", ""],
      shown.map((cells) => [named(cells[0] ?? ""), ...cells.slice(1)]),
    );
  } finally {
    for (const process of processes) process.close();
  }
}

/** What there is in the message of a row of the comparison of codecs stands in their table. */
function named(row: string): string {
  const known = codecRows.find(({ id }) => id === row);
  return known === undefined ? row : `${row}: ${known.what}`;
}

/** The cells of one row. A build that has no such row, or fails in it, has no figure. */
async function measure(
  row: string,
  processes: readonly SampledProcess[],
  { samples, sampleMs }: SamplingOptions,
): Promise<readonly string[]> {
  try {
    for (let pass = 0; pass < 2; pass++) for (const process of processes) await process.calibrate(row, sampleMs);
    const figures = processes.map((): number[] => []);
    for (let round = 0; round < samples; round++)
      for (const [index, process] of processes.entries()) figures[index]?.push(await process.sample(row));
    const [mine = Number.NaN, theirs = Number.NaN] = figures.map(median);
    return [row, mine.toFixed(2), theirs.toFixed(2), ...verdict(mine, theirs)];
  } catch (error) {
    return [row, "-", "-", "-", error instanceof Error ? error.message : String(error)];
  }
}
