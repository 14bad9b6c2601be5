import {
  clientClosed,
  linkSignals,
  maxTimerMs,
  OptionReader,
  waitFor,
  type ClientName,
  type Cluster,
  type OperationOptions,
} from "@moldau/connection-pool";
import { EventEmitter } from "eventemitter3";
import type { Operation } from "./operations/operation.js";

/** What an admin tells. */
export interface AdminEvents {
  /** It was closed; nothing of it is under way any more. */
  closed: [event: ClientName];
}

/** How to close an admin. */
export interface AdminCloseOptions {
  /** How long operations that are under way may take to their end, in milliseconds. Default 8,000. */
  readonly timeoutMs?: number;
}

/** Set by the class itself, as users are not to see a method for it. */
let runWithin: <Result>(admin: AdminLife, check: () => Operation<Result>) => Promise<Result>;

/** Checks the options of an operation, then carries it out; it ends when the admin is closed. */
export function runIn<Result>(admin: AdminLife, check: () => Operation<Result>): Promise<Result> {
  return runWithin(admin, check);
}

/** The life of an admin: operations run in it, and end with it. */
export abstract class AdminLife extends EventEmitter<AdminEvents> implements AsyncDisposable {
  readonly #cluster: Cluster;
  /** Ends what is still under way when there is no more time for it. */
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** Works on the shared connections of `cluster` and opens none of its own. */
  constructor(cluster: Cluster) {
    super();
    this.#cluster = cluster;
  }

  /**
   * Connects to the cluster now instead of at the first operation, and fails when no broker answers: each is tried once, or with
   * `timeoutMs` again and again for so long. Optional.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and what else keeps the client out; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async connect(options: OperationOptions = {}): Promise<void> {
    if (this.#closed) throw clientClosed("The admin client");
    await this.#cluster.connect(options);
  }

  /**
   * Refuses further operations, and waits for those under way; what has no end in time rejects with CLIENT_CLOSED. The cluster's connections
   * are not this object's to close. Calling it again gives the same promise.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong; nothing else.
   */
  async close(options: AdminCloseOptions = {}): Promise<void> {
    const read = new OptionReader("close", options);
    const timeoutMs = read.integer("timeoutMs", { min: 0, max: maxTimerMs, default: 8000 });
    read.done();
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    const ended = Promise.allSettled([...this.#running]);
    const late = clientClosed("The admin client");
    await waitFor(ended, { clock: this.#cluster.clock, timeoutMs, late: () => late }).catch(() => undefined);
    this.#stop.abort(late);
    await ended;
    this.emit("closed", this.#cluster.client);
  }

  async #run<Result>(check: () => Operation<Result>): Promise<Result> {
    if (this.#closed) throw clientClosed("The admin client");
    const { wait, run } = check();
    const { signal, unlink } = linkSignals(wait.signal, this.#stop.signal);
    const running = run(this.#cluster, { ...wait, signal }).finally(unlink);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  static {
    runWithin = (admin, check) => admin.#run(check);
  }
}
