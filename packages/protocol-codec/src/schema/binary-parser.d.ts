// The ESM entry of binary-parser comes without types. This declares the part that the decoder uses.
declare module "binary-parser" {
  /** What a callback gets as `this`: the struct under construction. */
  type Struct = Record<string, unknown>;

  interface ArrayOptions {
    type: Parser;
    length: (this: Struct) => number;
    formatter?: (this: Struct, value: unknown) => unknown;
  }

  export class Parser {
    constructor();
    endianess(endianess: "big"): this;
    int8(name: string, options?: { formatter: (this: Struct, byte: number) => unknown }): this;
    int16(name: string): this;
    uint16(name: string): this;
    int32(name: string): this;
    uint32(name: string): this;
    int64(name: string): this;
    doublebe(name: string): this;
    array(name: string, options: ArrayOptions): this;
    nest(name: string, options: { type: Parser; formatter?: (this: Struct, value: unknown) => unknown }): this;
    seek(length: (this: Struct) => number): this;
    compile(): void;
    parse(buffer: Uint8Array): Struct;
  }
}
