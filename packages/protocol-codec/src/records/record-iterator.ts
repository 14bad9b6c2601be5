import type { LogRecord, RecordCursor } from "./record.js";

/** The records of a cursor as objects. Written by hand: a generator took as long as all the rest of the reading. */
export class RecordIterator implements IterableIterator<LogRecord, undefined> {
  /** Undefined when there is no more to read. */
  #cursor: RecordCursor | undefined;

  constructor(cursor: RecordCursor) {
    this.#cursor = cursor;
  }

  next(): IteratorResult<LogRecord, undefined> {
    const cursor = this.#cursor;
    if (cursor === undefined) return { done: true, value: undefined };
    // Taken away, and put back when a record was read: a record that cannot be read is the end, as it is of a generator.
    this.#cursor = undefined;
    if (!cursor.next()) return { done: true, value: undefined };
    const { offset, timestamp, key, value, headers } = cursor;
    this.#cursor = cursor;
    return { done: false, value: { offset, timestamp, key, value, headers } };
  }

  /** What `break` calls: nothing more is read. */
  return(): IteratorResult<LogRecord, undefined> {
    this.#cursor = undefined;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
