import { systemClock } from "@moldau/connection-pool";
import type { WorkerStart } from "./messages.js";

/** How long the main thread has for its answer, in milliseconds: one that is blocked has none. */
const patienceMs = 1000;

/** The password of a login, in the worker: asked of the main thread, where the function that gives it is; while that is blocked, the last one serves. */
export class PasswordOfMain {
  readonly #ask: () => void;
  readonly #changes: boolean;
  #last: string | undefined;
  #heard: () => void = () => undefined;

  constructor({ password, passwordChanges }: Pick<WorkerStart, "password" | "passwordChanges">, ask: () => void) {
    this.#last = password;
    this.#changes = passwordChanges;
    this.#ask = ask;
  }

  /** The password for one login. */
  async current(): Promise<string> {
    if (this.#changes) await this.#askMain();
    return this.#last ?? "";
  }

  /** The main thread has answered. */
  given(password: string): void {
    this.#last = password;
    this.#heard();
  }

  async #askMain(): Promise<void> {
    const heard = new AbortController();
    this.#heard = () => heard.abort();
    this.#ask();
    await systemClock.sleep(patienceMs, heard.signal).catch(() => undefined);
  }
}
