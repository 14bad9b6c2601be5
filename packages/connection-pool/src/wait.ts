import type { KafkaError } from "@moldau/protocol-codec";
import type { Clock } from "./clock.js";
import { clientAborted } from "./errors.js";

/** How long a caller is ready to wait. */
export interface WaitOptions {
  /** Gives up with CLIENT_ABORTED when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Gives up after this many milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Waits for shared work on behalf of one caller: whoever gives up does not stop the work for the others.
 *
 * @throws {KafkaError} CLIENT_ABORTED when the signal fires, what `late` makes when the time is over.
 */
export function waitFor<Value>(
  work: Promise<Value>,
  { clock, signal, timeoutMs, late }: WaitOptions & { readonly clock: Clock; readonly late: () => KafkaError },
): Promise<Value> {
  if (!signal && timeoutMs === undefined) return work;
  return new Promise((resolve, reject) => {
    const timer = timeoutMs === undefined ? undefined : clock.timer(timeoutMs, () => settle(() => reject(late())));
    const aborted = (): void => settle(() => signal && reject(clientAborted(signal)));
    const settle = (outcome: () => void): void => {
      timer?.cancel();
      signal?.removeEventListener("abort", aborted);
      outcome();
    };
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}
