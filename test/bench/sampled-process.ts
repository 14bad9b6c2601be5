import { fork, type ChildProcess, type ForkOptions } from "node:child_process";

/** What a process that serves samples is asked to do. */
export type Question =
  | { readonly ask: "introduce" }
  | { readonly ask: "facts" | "sample"; readonly row: string }
  | { readonly ask: "calibrate"; readonly row: string; readonly milliseconds: number };

/** What it answers. */
export type Answer =
  | { readonly title: string; readonly rows: readonly string[] }
  | { readonly facts: string; readonly bytes: number }
  | { readonly micros: number }
  | { readonly failure: string };

/** A process of its own that does the work of rows, sample by sample (see `sample-server.ts` for its side). */
export class SampledProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  #title = "";
  #rows: ReadonlySet<string> = new Set();

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  /** Starts a program; resolves when it has said which rows it has. */
  static async start(
    name: string,
    program: URL,
    { args = [], ...options }: ForkOptions & { readonly args?: readonly string[] } = {},
  ): Promise<SampledProcess> {
    const started = new SampledProcess(name, fork(program, args, options));
    const answer = await started.#ask({ ask: "introduce" });
    if (!("rows" in answer)) throw unexpected(answer);
    started.#title = answer.title;
    started.#rows = new Set(answer.rows);
    return started;
  }

  /** What it says of itself. */
  get title(): string {
    return this.#title;
  }

  /** The names of the rows that it has work for. */
  get rows(): ReadonlySet<string> {
    return this.#rows;
  }

  /** What comes out of the work of a row, as text, and the length of the frame. */
  async facts(row: string): Promise<{ facts: string; bytes: number }> {
    const answer = await this.#ask({ ask: "facts", row });
    if (!("facts" in answer)) throw unexpected(answer);
    return answer;
  }

  /** Warms the work of a row up, and finds how many calls take about so long. */
  async calibrate(row: string, milliseconds: number): Promise<void> {
    await this.#ask({ ask: "calibrate", row, milliseconds });
  }

  /** One sample: the microseconds of CPU time that one call takes. */
  async sample(row: string): Promise<number> {
    const answer = await this.#ask({ ask: "sample", row });
    if (!("micros" in answer)) throw unexpected(answer);
    return answer.micros;
  }

  /** Lets the process end. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #ask(question: Question): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null): void =>
        reject(new Error(`${this.name}: the process ended with code ${code}`));
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
