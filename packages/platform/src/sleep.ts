import type { Clock } from "./clock.js";
import { onAbort } from "./signals.js";

/** What {@link Clock.sleep} has to do, by a clock's own timer: for clocks of one's own. */
export function sleepOn(clock: Pick<Clock, "timer">, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const timer = clock.timer(ms, () => {
      forget();
      resolve();
    });
    const forget = onAbort(signal, () => {
      timer.cancel();
      reject(signal?.reason);
    });
  });
}
