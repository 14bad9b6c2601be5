/** Names a request that waits for its answer; its number in the shard. */
export type Ticket = number;

/** Requests of one kind that wait for their answers, by ticket. */
export class Tickets<Answer> {
  #last = 0;
  readonly #waiting = new Map<
    Ticket,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void }
  >();

  /** A new ticket, and the answer that will come for it. */
  open(): { readonly ticket: Ticket; readonly answered: Promise<Answer> } {
    const ticket = ++this.#last;
    const answered = new Promise<Answer>((resolve, reject) => this.#waiting.set(ticket, { resolve, reject }));
    return { ticket, answered };
  }

  /** Answers a request. Without effect when it is not waiting. */
  answer(ticket: Ticket, answer: Answer): void {
    this.#waiting.get(ticket)?.resolve(answer);
    this.#waiting.delete(ticket);
  }

  /** Takes a ticket back; its answer will never come. */
  withdraw(ticket: Ticket): void {
    this.#waiting.delete(ticket);
  }

  /** Fails every request that still waits. */
  failAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }
}
