import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer, Question } from "../codec-process.js";
import { median, printTable } from "../report.js";
import { rows, type Row } from "./rows.js";

/** How long a sample is, and how many there are of each. */
export interface ComparisonOptions {
  readonly sampleMs: number;
  readonly rounds: number;
}

const names = ["moldau", "kafkajs", "platformatic"] as const;
type Name = (typeof names)[number];

/**
 * Encodes and decodes the same messages with three codecs and prints what each takes.
 *
 * Every codec has a process of its own, so that none pays for another's garbage or for what another taught the compiler.
 * In that process it does all rows, as a client does: what it shares among messages sees all their shapes before the
 * first sample is taken. The processes work one at a time, sample by sample in turn, so that a slow moment of the machine
 * meets all three.
 */
export async function compareCodecs({ sampleMs, rounds }: ComparisonOptions): Promise<void> {
  const codecs = await Promise.all(names.map((name) => Codec.start(name)));
  try {
    console.log(
      `\nCodecs: ${codecs.map(({ title }) => title).join(", ")}; whole frames; CPU time of a process for each (user and system, all threads),` +
        `\nin turn, ${rounds} samples of ${sampleMs} ms, medians. kafkajs and @platformatic/kafka check no CRC of what they read.` +
        "\nEverybody's bytes and values were compared before.",
    );
    const bytes = new Map<string, number>();
    for (const row of rows) bytes.set(row.id, await checkSame(row, codecs));
    for (let pass = 0; pass < 2; pass++)
      for (const row of rows) for (const codec of codecs) await codec.calibrate(row, sampleMs);
    const figures: Figures[] = [];
    for (const row of rows) figures.push(await measure(row, codecs, rounds));
    printRows(figures, bytes);
    printVerdicts(figures);
  } finally {
    for (const codec of codecs) codec.close();
  }
}

interface Figures {
  readonly row: Row;
  /** Microseconds a call, of those who take part. */
  readonly micros: ReadonlyMap<Name, number>;
}

async function measure(row: Row, codecs: readonly Codec[], rounds: number): Promise<Figures> {
  const taking = codecs.filter((codec) => codec.rows.has(row.id));
  const samples = new Map(taking.map(({ name }): [Name, number[]] => [name, []]));
  // Once more just before, and uncounted: what was compiled for this row may have been thrown away by the others.
  for (const codec of taking) await codec.sample(row);
  for (let round = 0; round < rounds; round++)
    for (const codec of taking) samples.get(codec.name)?.push(await codec.sample(row));
  return { row, micros: new Map([...samples].map(([name, of]) => [name, median(of)])) };
}

/** Asks everybody for the facts and throws where one differs from ours; returns the length of the frame. */
async function checkSame(row: Row, codecs: readonly Codec[]): Promise<number> {
  let ours: { facts: string; bytes: number } | undefined;
  for (const codec of codecs) {
    if (!codec.rows.has(row.id)) continue;
    const theirs = await codec.facts(row);
    ours ??= theirs;
    if (theirs.facts === ours.facts) continue;
    let at = 0;
    while (theirs.facts[at] === ours.facts[at]) at++;
    const around = (text: string): string => text.slice(Math.max(0, at - 40), at + 80);
    throw new Error(
      `${row.id}: ${codec.name} gives something else from character ${at} on: …${around(theirs.facts)}…, and moldau …${around(ours.facts)}…`,
    );
  }
  return ours?.bytes ?? 0;
}

function printRows(figures: readonly Figures[], bytes: ReadonlyMap<string, number>): void {
  printTable(
    ["message", "what", "bytes", "moldau us", "kafkajs us", "ratio", "platformatic us", "ratio", ""],
    figures.map(({ row, micros }) => {
      const ours = micros.get("moldau") ?? Number.NaN;
      const cells = (name: Name): string[] => {
        const theirs = micros.get(name);
        return theirs === undefined ? ["-", "-"] : [theirs.toFixed(2), `x ${(theirs / ours).toFixed(1)}`];
      };
      return [
        row.id,
        row.what,
        String(bytes.get(row.id) ?? 0),
        ours.toFixed(2),
        ...cells("kafkajs"),
        ...cells("platformatic"),
        fallsShort({ row, micros }),
      ];
    }),
  );
}

/** What is expected of a row and does not hold: 10 times kafkajs with records, and never slower than the faster peer. */
function fallsShort({ row, micros }: Figures): string {
  const ours = micros.get("moldau") ?? Number.NaN;
  const kafkajs = micros.get("kafkajs");
  const faster = Math.min(...[...micros].filter(([name]) => name !== "moldau").map(([, of]) => of));
  if (faster < ours) return "slower";
  return row.records && kafkajs !== undefined && kafkajs / ours < 10 ? "below 10" : "";
}

function printVerdicts(figures: readonly Figures[]): void {
  const slower = figures.filter((of) => fallsShort(of) === "slower").length;
  const below = figures.filter((of) => fallsShort(of) === "below 10").length;
  console.log(
    `  ${figures.length} rows: slower than the faster peer on ${slower}; less than 10 times kafkajs with records on ${below} more.`,
  );
}

/** A process with one codec. */
class Codec {
  readonly #child: ChildProcess;
  readonly name: Name;
  title = "";
  rows: ReadonlySet<string> = new Set();

  private constructor(name: Name) {
    this.name = name;
    this.#child = fork(fileURLToPath(new URL("../codec-process.js", import.meta.url)), [name], {
      execArgv: ["--expose-gc", ...process.execArgv],
    });
  }

  static async start(name: Name): Promise<Codec> {
    const codec = new Codec(name);
    const answer = await codec.#ask({ ask: "introduce" });
    if (!("rows" in answer)) throw unexpected(answer);
    codec.title = `${answer.name} ${answer.version}`;
    codec.rows = new Set(answer.rows);
    return codec;
  }

  async facts({ id }: Row): Promise<{ facts: string; bytes: number }> {
    const answer = await this.#ask({ ask: "facts", row: id });
    if (!("facts" in answer)) throw unexpected(answer);
    return answer;
  }

  async calibrate({ id }: Row, milliseconds: number): Promise<void> {
    if (this.rows.has(id)) await this.#ask({ ask: "calibrate", row: id, milliseconds });
  }

  async sample({ id }: Row): Promise<number> {
    const answer = await this.#ask({ ask: "sample", row: id });
    if (!("micros" in answer)) throw unexpected(answer);
    return answer.micros;
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #ask(question: Question): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`${this.name}: the process ended with code ${code}`));
      this.#child.once("exit", ended);
      this.#child.once("message", (message: Answer) => {
        this.#child.off("exit", ended);
        resolve(message);
      });
      this.#child.send(question);
    });
    if ("failure" in answer) throw new Error(answer.failure);
    return answer;
  }
}

function unexpected(answer: Answer): Error {
  return new Error(`not what was asked for: ${JSON.stringify(answer)}`);
}
