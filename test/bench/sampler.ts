// How everything in this benchmark is timed, but for whole clients.
//
// A sample is a loop of so many calls that it takes some milliseconds, and its figure is the CPU time of this process
// (user and system, all threads) for one call. That leaves out what other programs do on a shared machine, and counts the
// threads of the garbage collector in. What is compared is sampled in turn, and of several samples the median counts.
//
// Garbage is collected when V8 wants to. Asking it to between samples makes everything here three to five times slower: it
// shrinks the young generation and throws code away, as no running client has it.

import { median } from "./report.js";

/** How often and how long to measure. */
export interface SamplingOptions {
  readonly samples: number;
  readonly sampleMs: number;
}

/** Something to time: does it once. A promise that it returns is awaited before the next call, as its users do. */
export type Work = () => unknown;

/** Something to time with the number of calls that fill one sample. */
export interface Calibrated {
  readonly work: Work;
  readonly calls: number;
}

/** CPU time for which work runs before it is timed, twice. Compiling happens on another thread, and late on a busy machine. */
const warmUpMs = 200;

/** Warms work up, and finds how many calls take about so long. */
export async function calibrate(work: Work, sampleMs: number): Promise<Calibrated> {
  let calls = 1;
  let total = 0;
  for (;;) {
    const spent = await cpuMicros({ work, calls });
    total += spent;
    if (total >= warmUpMs * 1000) return { work, calls: Math.max(1, Math.round((calls * sampleMs * 1000) / spent)) };
    // About ten loops in all, so that the last one says how long a call takes when everything is compiled.
    calls = Math.max(1, Math.round(calls * Math.min(10, (warmUpMs * 100) / Math.max(spent, 1))));
  }
}

/** One sample: the microseconds of CPU time that one call takes. */
export async function sample(calibrated: Calibrated): Promise<number> {
  const { work, calls } = calibrated;
  // A few calls go before, uncounted: caches fill, and a collection that the work before this one began comes to its end.
  await cpuMicros({ work, calls: Math.ceil(calls / 4) });
  return (await cpuMicros(calibrated)) / calls;
}

/** Microseconds a call. */
export interface Figure {
  readonly median: number;
  /** The shortest of all samples: what a machine does that has nothing else to do. */
  readonly best: number;
}

/** Times several things in turn, so that a slow moment of the machine meets all of them. */
export async function sampleInTurn(works: readonly Work[], { samples, sampleMs }: SamplingOptions): Promise<Figure[]> {
  let calibrated: Calibrated[] = [];
  // Twice: code that was compiled for the first alone is compiled anew once it has seen the others.
  for (let pass = 0; pass < 2; pass++) {
    calibrated = [];
    for (const work of works) calibrated.push(await calibrate(work, sampleMs));
  }
  const figures = works.map((): number[] => []);
  for (let round = 0; round < samples; round++)
    for (const [index, each] of calibrated.entries()) figures[index]?.push(await sample(each));
  return figures.map((of) => ({ median: median(of), best: Math.min(...of) }));
}

/** Takes what a call returns, so that no call can be optimised away. */
const sink: { last: unknown } = { last: undefined };

async function cpuMicros({ work, calls }: Calibrated): Promise<number> {
  // The first call says which loop is needed, so that nobody pays for an `await` that its library does not ask for.
  const first = work();
  const asynchronous = first instanceof Promise;
  await first;
  const before = process.cpuUsage();
  if (asynchronous) for (let call = 0; call < calls; call++) sink.last = await work();
  else for (let call = 0; call < calls; call++) sink.last = work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
