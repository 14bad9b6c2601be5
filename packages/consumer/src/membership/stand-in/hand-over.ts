/** What the thread with the application's code is doing, as it writes that down whenever its event loop has a turn. */
export interface LifeSign {
  /** Another number with each turn that was written down. */
  readonly breath: number;
  /** Another number whenever the application has asked for more. */
  readonly asked: number;
  /** Whether the application waits for more, so that it is not the one to be waited for. */
  readonly isWaiting: boolean;
}

/** Whose turn it is to heartbeat. */
const Turn = {
  /** The main thread's, when it is due. */
  OPEN: 0,
  /** The main thread's, and it does. */
  MAIN: 1,
  /** The worker's: the main thread has to ask for it. */
  WORKER: 2,
} as const;

/** Where things stand in the shared memory, each a whole number of 32 bits. */
const Word = { TURN: 0, BREATH: 1, ASKED: 2, WAITING: 3 } as const;

/**
 * The memory that the two threads share which may heartbeat for a member, and the rules of it: the turn is had by one of them, and passes from
 * the main thread to the worker only by the worker's taking it, and back only by its giving it back.
 *
 *           claim                       take (no breath for a while)
 *   open ◀────────▶ main's   ──────────────────────────────────────────▶  worker's
 *     ▲     release             (from open as well)                           │
 *     └────────────────────────────── give back ──────────────────────────────┘
 */
export class HandOver {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** Without `memory` it is new, and it is the main thread's turn. */
  constructor(memory = new SharedArrayBuffer(Object.keys(Word).length * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  // ── the main thread ──

  /** The event loop has a turn; the application has asked for more so often by now. */
  breathe(asked: number, isWaiting: boolean): void {
    Atomics.store(this.#words, Word.ASKED, asked | 0);
    Atomics.store(this.#words, Word.WAITING, isWaiting ? 1 : 0);
    Atomics.add(this.#words, Word.BREATH, 1);
  }

  /** Takes the turn for one heartbeat; false while it is the worker's. */
  claim(): boolean {
    return Atomics.compareExchange(this.#words, Word.TURN, Turn.OPEN, Turn.MAIN) !== Turn.WORKER;
  }

  /** The heartbeat is over. The worker may have taken the turn meanwhile. */
  release(): void {
    Atomics.compareExchange(this.#words, Word.TURN, Turn.MAIN, Turn.OPEN);
  }

  // ── the worker ──

  /** What the main thread has written down last. */
  get lifeSign(): LifeSign {
    return {
      breath: Atomics.load(this.#words, Word.BREATH),
      asked: Atomics.load(this.#words, Word.ASKED),
      isWaiting: Atomics.load(this.#words, Word.WAITING) === 1,
    };
  }

  /** Takes the turn, also out of the middle of a heartbeat of a thread that does not get to its end. */
  take(): void {
    Atomics.store(this.#words, Word.TURN, Turn.WORKER);
  }

  /** It is the main thread's turn again. For the main thread itself, where the worker is no more. */
  giveBack(): void {
    Atomics.compareExchange(this.#words, Word.TURN, Turn.WORKER, Turn.OPEN);
  }
}
