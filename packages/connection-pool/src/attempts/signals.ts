import { onAbort } from "@moldau/platform";

/** Several signals as one, until it is no longer needed. */
export interface LinkedSignal {
  /** Fires with the reason of the first of the signals that fires. */
  readonly signal: AbortSignal;
  /** Takes the listeners back from the signals; to be called when the work is over, however it ended. */
  readonly unlink: () => void;
}

/**
 * Makes one signal of several; those that are undefined count for nothing.
 *
 * Not `AbortSignal.any`: what that makes of a signal that lives as long as the client is never freed on Node 20.
 */
export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const linked = new AbortController();
  const takeBack = signals.map((signal) => onAbort(signal, () => linked.abort(signal?.reason)));
  return { signal: linked.signal, unlink: () => takeBack.forEach((take) => take()) };
}
