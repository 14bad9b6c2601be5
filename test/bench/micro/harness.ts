import { printTable } from "../report.js";
import { sampleInTurn, type SamplingOptions } from "../sampler.js";

/** One thing to time: how much work one call does, and in which unit to say it. */
export interface Micro {
  readonly name: string;
  readonly unit: "MB" | "records";
  /** Units of work in one call. */
  readonly amount: number;
  /** What is expected of one core in a second, in units; nothing where there is no expectation. */
  readonly target?: number;
  run(): unknown;
}

/** Times all in turn and prints what one core does in a second, beside what is expected of it. */
export async function timeAll(title: string, micros: readonly Micro[], options: SamplingOptions): Promise<void> {
  const figures = await sampleInTurn(
    micros.map(({ run }) => run),
    options,
  );
  console.log(`\n${title}`);
  printTable(
    ["what", "a call takes", "in a second", "at best", "target", ""],
    micros.map(({ name, unit, amount, target }, index) => {
      const { median = Number.NaN, best = Number.NaN } = figures[index] ?? {};
      const perSecond = (amount * 1e6) / median;
      const expectation = target === undefined ? ["", ""] : [rate(target, unit), perSecond >= target ? "ok" : "below"];
      return [
        name,
        `${median.toFixed(2)} us`,
        rate(perSecond, unit),
        rate((amount * 1e6) / best, unit),
        ...expectation,
      ];
    }),
  );
}

function rate(perSecond: number, unit: Micro["unit"]): string {
  return unit === "MB" ? `${(perSecond / 1e6).toFixed(0)} MB` : `${(perSecond / 1e6).toFixed(1)} M records`;
}
