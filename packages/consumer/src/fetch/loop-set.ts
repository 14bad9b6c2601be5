import type { Clock, Timer } from "@moldau/connection-pool";

/** A loop that goes on by itself until it is stopped. */
export interface StoppableLoop {
  /** Ends it; resolves when it is over. Never rejects. */
  stop(): Promise<void>;
}

/** How loops come to be. */
export interface LoopSetInit<Loop> {
  readonly clock: Clock;
  /** Begins the loop for a broker. */
  readonly begin: (node: number) => Loop;
}

/** How long a loop without work is kept, in milliseconds: longer than most rebalances take, which give the work back. */
const keptMs = 60_000;

/**
 * The loops by broker. One that has nothing to do for a while stays, with its connection and its session, and asks for nothing
 * meanwhile; after a minute it ends.
 */
export class LoopSet<Loop extends StoppableLoop> implements Iterable<Loop> {
  readonly #init: LoopSetInit<Loop>;
  readonly #loops = new Map<number, Loop>();
  readonly #idle = new Map<number, Timer>();
  readonly #ending = new Set<Promise<void>>();

  constructor(init: LoopSetInit<Loop>) {
    this.#init = init;
  }

  [Symbol.iterator](): IterableIterator<Loop> {
    return this.#loops.values();
  }

  get(node: number): Loop | undefined {
    return this.#loops.get(node);
  }

  /** Says for which brokers there is work: loops begin for those that have none, and the others wait for work, or for their end. */
  keep(nodes: { has(node: number): boolean; keys(): Iterable<number> }): void {
    for (const node of nodes.keys()) {
      this.#idle.get(node)?.cancel();
      this.#idle.delete(node);
      if (!this.#loops.has(node)) this.#loops.set(node, this.#init.begin(node));
    }
    for (const node of this.#loops.keys()) {
      if (nodes.has(node) || this.#idle.has(node)) continue;
      this.#idle.set(
        node,
        this.#init.clock.timer(keptMs, () => this.#end(node), { background: true }),
      );
    }
  }

  /** Ends all loops; resolves when they are over. Never rejects. */
  async stop(): Promise<void> {
    for (const node of [...this.#loops.keys()]) this.#end(node);
    await Promise.all(this.#ending);
  }

  #end(node: number): void {
    this.#idle.get(node)?.cancel();
    this.#idle.delete(node);
    const loop = this.#loops.get(node);
    if (loop === undefined) return;
    this.#loops.delete(node);
    const ending = loop.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
