import { Fifo } from "./fifo.js";
import type { PendingRequest } from "./pending-request.js";

/**
 * The requests of one connection, by where they are: waiting to be written, being handed over with no answer to come, or in flight.
 *
 * ```
 *             ┌─▶ handing (acks 0) ──handed over──▶ settled
 *  waiting ───┤
 *             └─▶ inFlight, in the order of the answers ──answer──▶ settled
 * ```
 */
export class RequestQueue {
  /** Not written yet; some may have been given up meanwhile. */
  readonly waiting = new Fifo<PendingRequest>();
  /** Written, in the order in which the broker has to answer. */
  readonly inFlight = new Fifo<PendingRequest>();
  readonly #handing = new Set<PendingRequest>();
  #whenAnswered: (() => void)[] = [];

  /** How many are anywhere. */
  get size(): number {
    return this.waiting.length + this.inFlight.length + this.#handing.size;
  }

  /** Notes that a request was given to the socket. */
  written(request: PendingRequest): void {
    if (request.expectsAnswer) this.inFlight.push(request);
    else this.#handing.add(request);
  }

  /** Notes that the operating system took a request's bytes. */
  handedOver(request: PendingRequest): void {
    this.#handing.delete(request);
  }

  /** Wakes {@link allAnswered} when nothing is in flight any more. */
  noteAnswered(): void {
    if (this.inFlight.length > 0 || this.#whenAnswered.length === 0) return;
    for (const wake of this.#whenAnswered.splice(0)) wake();
  }

  /** Resolves when nothing is in flight. */
  allAnswered(): Promise<void> {
    return this.inFlight.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenAnswered.push(resolve));
  }

  /** The requests whose time is over; they stay in flight, because their answers may still come. */
  late(now: number): readonly PendingRequest[] {
    return [...this.#unsettled()].filter((request) => request.deadline <= now);
  }

  /** When the next request becomes late. */
  earliestDeadline(): number | undefined {
    let earliest: number | undefined;
    for (const { deadline } of this.#unsettled()) earliest = Math.min(deadline, earliest ?? deadline);
    return earliest;
  }

  /** Empties the queue. */
  takeAll(): readonly PendingRequest[] {
    const all = [...this.inFlight.drain(), ...this.#handing, ...this.waiting.drain()];
    this.#handing.clear();
    this.noteAnswered();
    return all;
  }

  // One that was given up after it was written still occupies the connection until its answer is here, so its deadline still counts.
  *#unsettled(): Generator<PendingRequest> {
    yield* this.inFlight;
    yield* this.#handing;
    for (const request of this.waiting) if (!request.isSettled) yield request;
  }
}
