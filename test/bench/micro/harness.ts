import { Bench } from "tinybench";
import { printTable } from "../report.js";

/** One thing to time: how much work one call does, and in which unit to say it. */
export interface Micro {
  readonly name: string;
  readonly unit: "MB" | "records" | "messages";
  /** Units of work in one call. */
  readonly amount: number;
  run(): unknown;
}

/** Times each for about `timeMs`, one after another, and prints what one core does in a second. */
export async function timeAll(title: string, micros: readonly Micro[], timeMs: number): Promise<void> {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 2 });
  for (const { name, run } of micros) bench.add(name, () => void run());
  await bench.run();
  console.log(`\n${title}: one core, ${timeMs} ms each, medians`);
  printTable(
    ["what", "a call takes", "in a second"],
    micros.map(({ name, unit, amount }) => {
      const result = bench.getTask(name)?.result;
      if (result === undefined || !("latency" in result)) throw new Error(`${name} gave no result`);
      const microseconds = result.latency.p50 * 1000;
      return [name, `${microseconds.toFixed(2)} us`, rate(amount / (microseconds / 1e6), unit)];
    }),
  );
}

function rate(perSecond: number, unit: Micro["unit"]): string {
  if (unit === "MB") return `${(perSecond / 1e6).toFixed(0)} MB`;
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(1)} M ${unit}` : `${(perSecond / 1e3).toFixed(0)} k ${unit}`;
}
