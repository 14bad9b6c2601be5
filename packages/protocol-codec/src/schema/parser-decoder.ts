import { Parser } from "binary-parser";
import { ReadFailure, Reader } from "../wire/reader.js";
import { countReader, memberReader, tagsReader, type Read, type ReadInto } from "./cursor-decoder.js";
import type { Fields, PrimitiveName } from "./fields.js";
import { planStruct, type PlannedField, type StructPlan } from "./plan.js";

/*
 * A message as binary-parser sees it. Whole numbers of fixed size are its native fields. Everything whose length or presence is in the
 * bytes is read by a closure over the cursor, which checks every length, as binary-parser alone would not do:
 *
 *     int32 index | value: name | value: topicId | seek: count of partitions | array of partitions | seek: tagged fields
 *
 * A *value* is a byte with a formatter. What it reads is of no use; the formatter gives the value, and so the generated code stores it under
 * its name, which costs half of what a closure's store under a computed name does. The next *seek* brings binary-parser, which has gone on by
 * one byte for each value, to where the cursor is.
 */

/** Reads so many structs that stand one after another. */
export type ReadElements = (reader: Reader, count: number) => unknown[];

/** The reader of the parse under way. Parsing is synchronous, and callbacks of binary-parser get the struct, not the bytes. */
let active = new Reader(Buffer.alloc(0));

const nativeSizes: Partial<Record<PrimitiveName, number>> = {
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
};

/** Compiles a struct's fields to a binary-parser; throws an EvalError where code generation is forbidden. */
export function compileParserDecoder(fields: Fields, version: number, flexible: boolean): Read {
  // One level down, because the root object of a parse ends up in V8's slow dictionary mode.
  const root = rootParser().nest("body", { type: structParser(planStruct(fields, version, flexible), version) });
  root.compile();
  return (reader) => parse(root, reader)["body"];
}

/** Compiles a binary-parser for the elements of an array of structs. */
export function compileElementsParser(fields: Fields, version: number, flexible: boolean): ReadElements {
  let wanted = 0;
  const type = structParser(planStruct(fields, version, flexible), version);
  const root = rootParser().array("elements", { type, length: () => wanted });
  root.compile();
  return (reader, count) => {
    wanted = count;
    return parse(root, reader)["elements"] as unknown[];
  };
}

/** binary-parser begins at the beginning of the buffer; the cursor may be further on. */
function rootParser(): Parser {
  return new Parser().endianess("big").seek(() => active.offset);
}

function parse(root: Parser, reader: Reader): Record<string, unknown> {
  const outer = active;
  active = reader;
  try {
    return root.parse(reader.buffer);
  } catch (error) {
    // A native field past the end.
    throw error instanceof RangeError ? new ReadFailure("the bytes end inside a number", { cause: error }) : error;
  } finally {
    active = outer;
  }
}

function structParser(plan: StructPlan, version: number): Parser {
  const parser = new SteppingParser();
  for (const field of plan.present) addField(parser, field, version);
  for (const [index, name] of plan.defaults.names.entries()) parser.constant(name, plan.defaults.values[index]);
  if (plan.flexible) parser.read(tagsReader(plan.tagged, { version }));
  return parser.finish();
}

function addField(parser: SteppingParser, field: PlannedField, version: number): void {
  const { name, type, nullable, flexible } = field;
  if (type.kind === "array" && type.element.kind === "struct") {
    const element = structParser(planStruct(type.element.fields, version, flexible), version);
    parser.array(name, countReader(field, version), element, nullable);
  } else if (type.kind === "struct" && !nullable) {
    parser.nest(name, structParser(planStruct(type.fields, version, flexible), version));
  } else if (type.kind !== "array" && type.kind !== "struct" && nativeSizes[type.kind] !== undefined) {
    parser.native(name, type.kind, nativeSizes[type.kind] ?? 0);
  } else {
    parser.value(name, memberReader(field, { version }));
  }
}

/** Values since the last step: how many bytes of binary-parser's stand for them, and where the first of them began. */
interface Values {
  start: number;
  bytes: number;
}

/** Builds a parser out of native fields and closures, and keeps binary-parser and the cursor together. */
class SteppingParser {
  readonly #parser = new Parser().endianess("big");
  /** Bytes of native fields that the cursor has not stepped over yet. */
  #native = 0;
  #values: Values | undefined;
  #reads: ReadInto[] = [];

  native(name: string, kind: string, size: number): void {
    if (this.#reads.length > 0 || this.#values !== undefined) this.#step();
    this.#native += size;
    if (kind === "int8") this.#parser.int8(name);
    else if (kind === "int16") this.#parser.int16(name);
    else if (kind === "uint16") this.#parser.uint16(name);
    else if (kind === "int32") this.#parser.int32(name);
    else if (kind === "uint32") this.#parser.uint32(name);
    else if (kind === "int64") this.#parser.int64(name);
    else this.#parser.doublebe(name);
  }

  /** A value of at least one byte that a closure reads. */
  value(name: string, read: Read): void {
    if (this.#reads.length > 0) this.#step();
    const values = this.#values;
    if (values === undefined) this.#parser.int8(name, { formatter: this.#firstValue(read) });
    else this.#parser.int8(name, { formatter: () => read(active) });
    if (values !== undefined) values.bytes++;
  }

  /** A value that takes no bytes: nothing is parsed, and what the formatter makes of that is stored under its name. */
  constant(name: string, value: unknown): void {
    this.#parser.nest(name, { type: new Parser(), formatter: () => value });
  }

  /** A closure that stores by itself what it reads. */
  read(read: ReadInto): void {
    this.#reads.push(read);
  }

  array(name: string, readCount: (reader: Reader) => number, element: Parser, nullable: boolean): void {
    let count = 0;
    this.#reads.push((reader) => {
      count = readCount(reader);
    });
    this.#step();
    this.#parser.array(name, {
      type: element,
      length: () => count,
      ...(nullable && { formatter: (value: unknown) => (count < 0 ? null : value) }),
    });
  }

  nest(name: string, type: Parser): void {
    this.#step();
    this.#parser.nest(name, { type });
  }

  finish(): Parser {
    this.#step();
    return this.#parser;
  }

  #firstValue(read: Read): () => unknown {
    const native = this.#native;
    const values: Values = { start: 0, bytes: 1 };
    this.#native = 0;
    this.#values = values;
    return () => {
      const reader = active;
      values.start = reader.offset += native;
      return read(reader);
    };
  }

  #step(): void {
    const native = this.#native;
    const values = this.#values;
    const reads = this.#reads;
    if (native === 0 && values === undefined && reads.length === 0) return;
    this.#native = 0;
    this.#values = undefined;
    this.#reads = [];
    this.#parser.seek(function () {
      const reader = active;
      reader.offset += native;
      // Where binary-parser is.
      const start = values === undefined ? reader.offset : values.start + values.bytes;
      for (let i = 0; i < reads.length; i++) reads[i]!(reader, this);
      return reader.offset - start;
    });
  }
}
