import type { Clock } from "@moldau/platform";
import type { KafkaError } from "@moldau/protocol-codec";
import { onAbort } from "@moldau/platform";
import { linkSignals } from "./signals.js";
import { abortedBy } from "../errors.js";

/** Waits a while. @throws {KafkaError} CLIENT_ABORTED, or the KafkaError that is a signal's reason, when one of the signals fires first. */
export async function sleep(clock: Clock, ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const { signal, unlink } = linkSignals(...signals);
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    throw signal.aborted ? abortedBy(signal) : error;
  } finally {
    unlink();
  }
}

/** How long a caller is ready to wait. */
export interface WaitOptions {
  /** Gives up with CLIENT_ABORTED when it fires. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Gives up after this many milliseconds. Default: never. */
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
    const forget = onAbort(signal, () => reject(abortedBy(signal)));
    work.then(resolve, reject).finally(forget);
  });
}
