import { setMaxListeners } from "node:events";

/**
 * Calls `listener` when the signal fires, at once when it has; the function returned takes it back.
 *
 * One signal may well stand behind hundreds of calls, so Node's warning of more than ten listeners is turned off for it. Signals of other
 * makers, which are no EventTarget of Node's, know no such warning.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return nothingToTakeBack;
  if (signal.aborted) {
    listener();
    return nothingToTakeBack;
  }
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** Tells whether a value is a signal, or one of another maker that can be listened to like one. */
export function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "aborted") === "boolean" &&
    typeof Reflect.get(value, "addEventListener") === "function"
  );
}

function nothingToTakeBack(): void {
  // No listener was added.
}
