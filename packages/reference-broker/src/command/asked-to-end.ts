/** Where a program hears of signals: its process. */
export interface SignalSource {
  on(signal: EndingSignal, heard: () => void): unknown;
  off(signal: EndingSignal, heard: () => void): unknown;
}

/** What Ctrl+C sends, and what supervisors send. */
export type EndingSignal = "SIGINT" | "SIGTERM";

const signals: readonly EndingSignal[] = ["SIGINT", "SIGTERM"];

/** Resolves at the first signal to end. From then on a further one does what it does to every program: it ends it at once. */
export function askedToEnd(source: SignalSource): Promise<void> {
  return new Promise((resolve) => {
    const heard = (): void => {
      for (const signal of signals) source.off(signal, heard);
      resolve();
    };
    for (const signal of signals) source.on(signal, heard);
  });
}
