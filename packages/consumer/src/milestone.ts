import type { KafkaError } from "@moldau/protocol-codec";

/** Something that callers wait for, which comes to pass or fails; after either it lies ahead again. */
export class Milestone {
  #waiting: Waiting | undefined;

  /** Resolves when it is reached the next time, and rejects when it fails before that. */
  wait(): Promise<void> {
    this.#waiting ??= makeWaiting();
    return this.#waiting.done;
  }

  /** It has come to pass. */
  reach(): void {
    this.#take()?.resolve();
  }

  /** It will not come to pass, for now. */
  fail(error: KafkaError): void {
    this.#take()?.reject(error);
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

interface Waiting {
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
}

function makeWaiting(): Waiting {
  let resolve: () => void = () => undefined;
  let reject: (error: KafkaError) => void = () => undefined;
  const done = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  // Whoever gave up waiting has an error of its own.
  done.catch(() => undefined);
  return { done, resolve, reject };
}
