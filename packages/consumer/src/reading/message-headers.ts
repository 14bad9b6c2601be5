/** One header: its name, and its value's bytes or null. */
export type MessageHeader = readonly [name: string, value: Buffer | null];

/**
 * The headers of a message, in the order they were written, repetitions kept. Values are views of the fetched bytes.
 *
 *     message.headers.get("trace")?.toString();
 *     for (const [name, value] of message.headers) …
 */
export class MessageHeaders implements Iterable<MessageHeader> {
  readonly #entries: readonly MessageHeader[];

  constructor(entries: readonly MessageHeader[]) {
    this.#entries = entries;
  }

  /** How many there are, repetitions counted. */
  get size(): number {
    return this.#entries.length;
  }

  /** The value of the last header of this name, as Kafka's `lastHeader`; undefined when there is none. */
  get(name: string): Buffer | null | undefined {
    return this.#entries.findLast(([each]) => each === name)?.[1];
  }

  /** The values of all headers of this name, in order. */
  getAll(name: string): (Buffer | null)[] {
    return this.#entries.filter(([each]) => each === name).map(([, value]) => value);
  }

  /** Whether there is a header of this name. */
  has(name: string): boolean {
    return this.#entries.some(([each]) => each === name);
  }

  [Symbol.iterator](): IterableIterator<MessageHeader> {
    return this.#entries[Symbol.iterator]();
  }
}

/** The headers of a message that has none. */
export const noHeaders: MessageHeaders = new MessageHeaders([]);
