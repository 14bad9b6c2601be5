import { int32At, writeInt32At } from "./int32.js";

const hexPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
/** One uuid of 64 is passed over: of truly random ones never so many in a row. */
const mostTries = 100;
const base64Pattern = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/**
 * A 128-bit identifier, as Kafka gives to topics, members and log directories. Immutable; prints as Kafka prints it:
 * URL-safe base64 without padding, 22 characters. Two with the same bits are deeply equal.
 */
export class Uuid {
  /** All bits zero: Kafka's way to say "none". */
  static readonly zero: Uuid = new Uuid(0, 0, 0, 0);
  /** The id of the topic `__cluster_metadata`: (0, 1). */
  static readonly metadataTopic: Uuid = new Uuid(0, 0, 0, 1);

  // Words of 32 bits, highest first. Not `#private`, so that deep comparisons, as tests make them, see them.
  private readonly a: number;
  private readonly b: number;
  private readonly c: number;
  private readonly d: number;
  /** Made when it is first asked for: most uuids of a response are only compared. */
  #text: string | undefined;

  private constructor(a: number, b: number, c: number, d: number) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }

  /** Reads 16 bytes of `buffer` at `offset`; the caller has checked that they are there. */
  static read(buffer: Uint8Array, offset: number): Uuid {
    const a = int32At(buffer, offset);
    const b = int32At(buffer, offset + 4);
    const c = int32At(buffer, offset + 8);
    const d = int32At(buffer, offset + 12);
    return (a | b | c | d) === 0 ? Uuid.zero : new Uuid(a, b, c, d);
  }

  /** Reads 22 characters of base64url, or hexadecimal with or without dashes. Throws a RangeError on any other text. */
  static parse(text: string): Uuid {
    if (base64Pattern.test(text)) return Uuid.read(Buffer.from(text, "base64url"), 0);
    if (hexPattern.test(text)) return Uuid.read(Buffer.from(text.replaceAll("-", ""), "hex"), 0);
    throw new RangeError(`not a uuid: ${JSON.stringify(text)} (wanted: 22 characters of base64url, or hexadecimal)`);
  }

  /**
   * Makes a version 4 identifier from 16 bytes of `randomBytes`. One whose text begins with a dash is passed over, as
   * in Kafka, because command lines take it for an option.
   */
  static random(randomBytes: () => Uint8Array): Uuid {
    for (let tries = 0; tries < mostTries; tries++) {
      const bytes = Buffer.from(randomBytes().subarray(0, 16));
      if (bytes.length < 16) throw new RangeError("a random uuid needs 16 bytes");
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      const uuid = Uuid.read(bytes, 0);
      if (!uuid.toString().startsWith("-")) return uuid;
    }
    throw new RangeError(`no usable uuid in ${mostTries} tries: the bytes are not random`);
  }

  /** Whether every bit is zero. */
  get isZero(): boolean {
    return (this.a | this.b | this.c | this.d) === 0;
  }

  /** Whether both have the same bits; false for what is no uuid. */
  equals(other: Uuid): boolean {
    const { a, b, c, d } = other ?? {};
    return this.a === a && this.b === b && this.c === c && this.d === d;
  }

  /** Writes the 16 bytes into `buffer` at `offset`. */
  writeTo(buffer: Uint8Array, offset: number): void {
    writeInt32At(buffer, offset, this.a);
    writeInt32At(buffer, offset + 4, this.b);
    writeInt32At(buffer, offset + 8, this.c);
    writeInt32At(buffer, offset + 12, this.d);
  }

  /** 22 characters of URL-safe base64. */
  toString(): string {
    if (this.#text === undefined) {
      const bytes = Buffer.allocUnsafe(16);
      this.writeTo(bytes, 0);
      this.#text = bytes.toString("base64url");
    }
    return this.#text;
  }

  /** The same as {@link toString}, so that `JSON.stringify` shows the text. */
  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Uuid(${this.toString()})`;
  }
}
