import { Reader } from "@moldau/protocol-codec/internal";

/** A reader that counts what is read from it, and remembers where counts were checked. */
export class CountingReader extends Reader {
  /** Primitive reads so far: numbers, varints, stretches of bytes, and each number of an array. */
  reads = 0;
  /** Every count that was checked: where it ends, and the fewest bytes that an element of it takes. */
  readonly counts: CheckedCount[] = [];
  /** The deepest call stack at a read, if it is measured (which takes long). */
  deepestStack = 0;
  readonly #measuresStack: boolean;

  constructor(buffer: Buffer, { measuresStack = false } = {}) {
    super(buffer);
    this.#measuresStack = measuresStack;
  }

  override take(length: number): number {
    this.#count(1);
    return super.take(length);
  }

  override uvarint(): number {
    this.#count(1);
    return super.uvarint();
  }

  override int32s(count: number): number[] {
    const values = super.int32s(count);
    this.#count(values.length);
    return values;
  }

  override checkCount(count: number, minimumBytes: number): void {
    this.counts.push({ offset: this.offset, count, minimumBytes, reads: this.reads });
    super.checkCount(count, minimumBytes);
  }

  #count(reads: number): void {
    this.reads += reads;
    if (this.#measuresStack) this.deepestStack = Math.max(this.deepestStack, stackDepth());
  }
}

/** A count of elements as it was checked, and how many reads there had been by then. */
export interface CheckedCount {
  readonly offset: number;
  readonly count: number;
  readonly minimumBytes: number;
  readonly reads: number;
}

/** How many calls are under way. */
export function stackDepth(): number {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  Error.prepareStackTrace = (_error, calls) => calls.length;
  const given: { stack?: unknown } = {};
  Error.captureStackTrace(given);
  const depth = Number(given.stack);
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  return depth;
}

/** What makes a buffer with memory of its own. Some of these call others, in some versions of Node: a buffer counts once. */
const makers = ["alloc", "allocUnsafe", "allocUnsafeSlow", "concat", "from"] as const;

/**
 * Adds up the bytes of every buffer that is made while something runs, by this program and by Node's own libraries as far as they make them
 * through Buffer's functions. Views do not count. Works for what runs at once, not for promises.
 */
export function countBufferBytes(run: () => void): number {
  let bytes = 0;
  const originals = makers.map((name) => [name, Buffer[name] as (...args: unknown[]) => Buffer] as const);
  const replace = (name: string, value: unknown): void => void Reflect.set(Buffer, name, value);
  for (const [name, original] of originals) {
    replace(name, (...args: unknown[]) => {
      const before = bytes;
      const made = original.apply(Buffer, args);
      const [source] = args;
      const isView = source instanceof ArrayBuffer || source instanceof SharedArrayBuffer;
      bytes = before + (isView ? 0 : made.length);
      return made;
    });
  }
  try {
    run();
  } finally {
    for (const [name, original] of originals) replace(name, original);
  }
  return bytes;
}
