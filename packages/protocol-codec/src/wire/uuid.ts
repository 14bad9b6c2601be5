const hexPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const base64Pattern = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/**
 * A 128-bit identifier, as Kafka gives to topics, members and log directories. Immutable; prints as Kafka prints it:
 * URL-safe base64 without padding, 22 characters.
 */
export class Uuid {
  /** All bits zero: Kafka's way to say "none". */
  static readonly zero: Uuid = new Uuid("AAAAAAAAAAAAAAAAAAAAAA");
  /** The id of the topic `__cluster_metadata`: (0, 1). */
  static readonly metadataTopic: Uuid = new Uuid("AAAAAAAAAAAAAAAAAAAAAQ");

  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Reads 16 bytes of `buffer` at `offset`; the caller has checked that they are there. */
  static read(buffer: Buffer, offset: number): Uuid {
    const text = buffer.toString("base64url", offset, offset + 16);
    return text === Uuid.zero.#text ? Uuid.zero : new Uuid(text);
  }

  /** Reads 22 characters of base64url, or hexadecimal with or without dashes. Throws a RangeError on any other text. */
  static parse(text: string): Uuid {
    if (base64Pattern.test(text)) return text === Uuid.zero.#text ? Uuid.zero : new Uuid(text);
    if (hexPattern.test(text)) return Uuid.read(Buffer.from(text.replaceAll("-", ""), "hex"), 0);
    throw new RangeError(`not a uuid: ${JSON.stringify(text)} (wanted: 22 characters of base64url, or hexadecimal)`);
  }

  /**
   * Makes a version 4 identifier from 16 bytes of `randomBytes`. One whose text begins with a dash is passed over, as
   * in Kafka, because command lines take it for an option.
   */
  static random(randomBytes: () => Uint8Array): Uuid {
    for (;;) {
      const bytes = Buffer.from(randomBytes().subarray(0, 16));
      if (bytes.length < 16) throw new RangeError("a random uuid needs 16 bytes");
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      const uuid = Uuid.read(bytes, 0);
      if (!uuid.#text.startsWith("-")) return uuid;
    }
  }

  /** Whether every bit is zero. */
  get isZero(): boolean {
    return this === Uuid.zero || this.#text === Uuid.zero.#text;
  }

  /** Whether both have the same bits. */
  equals(other: Uuid): boolean {
    return this.#text === other.#text;
  }

  /** Writes the 16 bytes into `buffer` at `offset`. */
  writeTo(buffer: Buffer, offset: number): void {
    buffer.write(this.#text, offset, 16, "base64url");
  }

  /** 22 characters of URL-safe base64. */
  toString(): string {
    return this.#text;
  }

  /** The same as {@link toString}, so that `JSON.stringify` shows the text. */
  toJSON(): string {
    return this.#text;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Uuid(${this.#text})`;
  }
}
