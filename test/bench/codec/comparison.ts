import { median, printTable } from "../report.js";
import { SampledProcess } from "../sampled-process.js";
import type { SamplingOptions } from "../sampler.js";
import { rows as allRows, type Row } from "./rows.js";

const names = ["moldau", "kafkajs", "platformatic"] as const;
type Name = (typeof names)[number];

/** A process with one codec. */
interface Codec {
  readonly name: Name;
  readonly process: SampledProcess;
}

/**
 * Encodes and decodes the same messages with three codecs and prints what each takes.
 *
 * Every codec has a process of its own, so that none pays for another's garbage or for what another taught the compiler.
 * In that process it does all rows, as a client does: what it shares among messages sees all their shapes before the
 * first sample is taken. The processes work one at a time, sample by sample in turn, so that a slow moment of the machine
 * meets all three.
 */
export async function compareCodecs({ sampleMs, samples }: SamplingOptions, rows: readonly Row[]): Promise<void> {
  const codecs = await Promise.all(names.map(start));
  try {
    console.log(
      `\nCodecs: ${codecs.map(({ process }) => process.title).join(", ")}; whole frames; CPU time of a process for each (user and system, all threads),` +
        `\nin turn, ${samples} samples of ${sampleMs} ms, medians. kafkajs and @platformatic/kafka check no CRC of what they read.` +
        "\nEverybody's bytes and values were compared before.",
    );
    const bytes = new Map<string, number>();
    for (const row of rows) bytes.set(row.id, await checkSame(row, codecs));
    for (let pass = 0; pass < 2; pass++)
      for (const row of rows)
        for (const { process } of codecs) if (process.rows.has(row.id)) await process.calibrate(row.id, sampleMs);
    const figures: Figures[] = [];
    for (const row of rows) figures.push(await measure(row, codecs, samples));
    printRows(figures, bytes);
    printVerdicts(figures);
  } finally {
    for (const { process } of codecs) process.close();
  }
}

interface Figures {
  readonly row: Row;
  /** Microseconds a call, of those who take part: the median of the samples. */
  readonly micros: ReadonlyMap<Name, number>;
  /** How often our time goes into theirs: the median over the rounds, each with its own samples. */
  readonly ratios: ReadonlyMap<Name, number>;
}

async function measure(row: Row, codecs: readonly Codec[], count: number): Promise<Figures> {
  const taking = codecs.filter(({ process }) => process.rows.has(row.id));
  const samples = new Map(taking.map(({ name }): [Name, number[]] => [name, []]));
  // Once more just before, and uncounted: what was compiled for this row may have been thrown away by the others.
  for (const codec of taking) await codec.process.sample(row.id);
  for (let round = 0; round < count; round++)
    for (const codec of taking) samples.get(codec.name)?.push(await codec.process.sample(row.id));
  const ours = samples.get("moldau") ?? [];
  const ratio = (theirs: readonly number[]): number =>
    median(theirs.map((of, round) => of / (ours[round] ?? Number.NaN)));
  return {
    row,
    micros: new Map([...samples].map(([name, of]) => [name, median(of)])),
    ratios: new Map([...samples].filter(([name]) => name !== "moldau").map(([name, of]) => [name, ratio(of)])),
  };
}

/** Asks everybody for the facts and throws where one differs from ours; returns the length of the frame. */
async function checkSame(row: Row, codecs: readonly Codec[]): Promise<number> {
  const [moldau, ...peers] = codecs.filter(({ process }) => process.rows.has(row.id));
  if (moldau?.name !== "moldau" || peers.length === 0) throw new Error(`nothing to compare in the row ${row.id}`);
  const ours = await moldau.process.facts(row.id);
  for (const codec of peers) {
    const theirs = await codec.process.facts(row.id);
    if (theirs.facts === ours.facts) continue;
    let at = 0;
    while (theirs.facts[at] === ours.facts[at]) at++;
    const around = (text: string): string => text.slice(Math.max(0, at - 40), at + 80);
    throw new Error(
      `${row.id}: ${codec.name} gives something else from character ${at} on: …${around(theirs.facts)}…, and moldau …${around(ours.facts)}…`,
    );
  }
  return ours.bytes;
}

function printRows(figures: readonly Figures[], bytes: ReadonlyMap<string, number>): void {
  printTable(
    ["message", "what", "bytes", "moldau us", "kafkajs us", "ratio", "platformatic us", "ratio", ""],
    figures.map((of) => {
      const { row, micros, ratios } = of;
      const took = (name: Name): string => micros.get(name)?.toFixed(2) ?? "-";
      const ratio = (name: Name): string => (ratios.has(name) ? `x ${ratios.get(name)?.toFixed(1)}` : "-");
      return [
        row.id,
        row.what,
        String(bytes.get(row.id) ?? 0),
        took("moldau"),
        ...(["kafkajs", "platformatic"] as const).flatMap((name) => [took(name), ratio(name)]),
        fallsShort(of),
      ];
    }),
    { textColumns: 2 },
  );
}

/** What is expected of a row and does not hold: 10 times kafkajs with records, and never slower than the faster peer. */
function fallsShort({ row, ratios }: Figures): "" | "slower" | "below 10" {
  if ([...ratios.values()].some((ratio) => ratio < 1)) return "slower";
  return row.records && (ratios.get("kafkajs") ?? Infinity) < 10 ? "below 10" : "";
}

function printVerdicts(figures: readonly Figures[]): void {
  const slower = figures.filter((of) => fallsShort(of) === "slower").length;
  const below = figures.filter((of) => fallsShort(of) === "below 10").length;
  console.log(
    `  ${figures.length} rows: slower than the faster peer on ${slower}; less than 10 times kafkajs with records on ${below} more.`,
  );
}

/** Starts the process of one codec. */
async function start(name: Name): Promise<Codec> {
  const process = await SampledProcess.start(name, new URL("../codec-process.js", import.meta.url), { args: [name] });
  for (const id of process.rows)
    if (!allRows.some((row) => row.id === id)) throw new Error(`${name} has a task for ${id}, which is no row`);
  return { name, process };
}
