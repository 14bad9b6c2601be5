import { isSignal, onAbort, systemClock } from "@moldau/platform";
import { checkKeys } from "./known-names.js";
import type { BrokerEventMap, BrokerEventOf, BrokerEvents } from "./events.js";

/** How long a broker's `waitFor` waits. */
export interface WaitOptions {
  /** In milliseconds of real time, also when the broker has a clock of its own. Default 10,000. */
  readonly timeoutMs?: number;
  /** Ends the wait; it rejects with the reason. Default: none. */
  readonly signal?: AbortSignal;
}

function checkWait({ isWanted, timeoutMs = 0, signal, ...rest }: WaitOptions & { readonly isWanted: unknown }): void {
  checkKeys("waitFor", rest, ["timeoutMs", "signal"]);
  if (typeof isWanted !== "function")
    throw new RangeError("waitFor takes a function that says whether an event is wanted");
  if (!(timeoutMs >= 0)) throw new RangeError(`timeoutMs must be 0 or more milliseconds, not ${timeoutMs}`);
  if (signal !== undefined && !isSignal(signal))
    throw new RangeError("signal must be an AbortSignal: of an AbortController give its signal");
}

/** Resolves to the next event that is wanted. Rejects when the time is over or the signal is aborted. */
export function waitForEvent<Name extends keyof BrokerEventMap>(
  events: BrokerEvents,
  name: Name,
  options: WaitOptions & { readonly isWanted: (event: BrokerEventOf<Name>) => boolean },
): Promise<BrokerEventOf<Name>> {
  const { isWanted, timeoutMs = 10_000, signal } = options;
  return new Promise((resolve, reject) => {
    checkWait(options);
    if (signal?.aborted === true) return reject(signal.reason);
    const settle = (done: () => void): void => {
      timer.cancel();
      stop();
      forget();
      done();
    };
    const late = (): void => settle(() => reject(new Error(`no wanted ${name} event came within ${timeoutMs} ms`)));
    const timer = systemClock.timer(timeoutMs, late, { background: true });
    const stop = events.listen(name, (event) => {
      if (isWanted(event)) settle(() => resolve(event));
    });
    const forget = onAbort(signal, () => settle(() => reject(signal?.reason)));
  });
}
