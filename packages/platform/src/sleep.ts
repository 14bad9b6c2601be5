import { setMaxListeners } from "node:events";
import type { Clock } from "./clock.js";

/** What {@link Clock.sleep} has to do, by a clock's own timer: for clocks of one's own. */
export function sleepOn(clock: Pick<Clock, "timer">, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.timer(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    if (signal === undefined) return;
    // One signal may well stand behind hundreds of waits, which is no leak.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", abort, { once: true });
  });
}
