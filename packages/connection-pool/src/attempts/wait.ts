import type { Clock } from "@moldau/platform";
import type { KafkaError } from "@moldau/protocol-codec";
import { onAbort } from "./abort.js";
import { clientAborted } from "../errors.js";

/** Waits a while. @throws {KafkaError} CLIENT_ABORTED when the signal fires first. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    throw signal?.aborted === true ? clientAborted(signal) : error;
  }
}

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
export async function waitFor<Value>(
  work: Promise<Value>,
  { clock, signal, timeoutMs, late }: WaitOptions & { readonly clock: Clock; readonly late: () => KafkaError },
): Promise<Value> {
  if (timeoutMs === undefined) return abortable(work, signal);
  let reject: (error: KafkaError) => void = () => undefined;
  const tooLate = new Promise<never>((_, onReject) => {
    reject = onReject;
  });
  const timer = clock.timer(timeoutMs, () => reject(late()));
  try {
    return await Promise.race([abortable(work, signal), tooLate]);
  } finally {
    timer.cancel();
  }
}

/** Waits for shared work until a signal fires. @throws {KafkaError} CLIENT_ABORTED then. */
export function abortable<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(clientAborted(signal)));
    work.then(resolve, reject).finally(forget);
  });
}
