const { queueMicrotask } = globalThis;

/**
 * Throws an error where nobody depends on it: right after the work that is under way, as an uncaught exception. For what a listener of the
 * application throws, which must neither be lost nor break the works that called it.
 */
export function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
