// How everything in this benchmark is timed, but for whole clients.
//
// A sample is a loop of so many calls that it takes some milliseconds, and its figure is the CPU time of this process
// (user and system, all threads) for one call. That leaves out what other programs do on a shared machine, and counts the
// garbage collector's threads in. Of several samples the median is reported.

import { median } from "./report.js";

/** Work to time: does it once. Where it returns a promise, that promise is awaited before the next call, as its users do. */
export type Work = () => unknown;

/** Work with the number of calls that fill one sample. */
export interface Calibrated {
  readonly work: Work;
  readonly calls: number;
}

/** Takes what a call returns, so that no call can be optimised away. */
let sink: unknown;

/** Warms work up for about `milliseconds` and finds how many calls take so long. */
export async function calibrate(work: Work, milliseconds: number): Promise<Calibrated> {
  let calls = 1;
  for (;;) {
    const spent = await cpuMicros({ work, calls });
    if (spent >= milliseconds * 1000) return { work, calls: Math.max(1, Math.round((calls * milliseconds * 1000) / spent)) };
    calls = Math.ceil(calls * Math.min(10, Math.max(2, (milliseconds * 1000) / Math.max(spent, 1))));
  }
}

/** One sample: the microseconds of CPU time that one call takes. */
export async function sample(calibrated: Calibrated): Promise<number> {
  // What others left behind is not to be collected at this sample's expense.
  globalThis.gc?.();
  return (await cpuMicros(calibrated)) / calibrated.calls;
}

/** Times several pieces of work in turn, so that a slow moment of the machine meets all of them, and returns the medians. */
export async function sampleInTurn(
  works: readonly Work[],
  { milliseconds, rounds }: { readonly milliseconds: number; readonly rounds: number },
): Promise<number[]> {
  const calibrated: Calibrated[] = [];
  for (const work of works) calibrated.push(await calibrate(work, milliseconds));
  // What was compiled for the first alone is compiled again once the others were seen; all begin anew when that is done.
  for (let index = 0; index < works.length; index++) {
    const { work } = calibrated[index] as Calibrated;
    calibrated[index] = await calibrate(work, milliseconds);
  }
  const figures = works.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (let index = 0; index < works.length; index++)
      figures[index]?.push(await sample(calibrated[index] as Calibrated));
  return figures.map(median);
}

async function cpuMicros({ work, calls }: Calibrated): Promise<number> {
  // A call decides which loop it needs, so that nobody pays for an `await` that its library does not ask for.
  const first = work();
  const isAsynchronous = first instanceof Promise;
  if (isAsynchronous) await first;
  const before = process.cpuUsage();
  if (isAsynchronous) for (let call = 0; call < calls; call++) sink = await work();
  else for (let call = 0; call < calls; call++) sink = work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The value that was returned last. */
export function lastReturned(): unknown {
  return sink;
}
