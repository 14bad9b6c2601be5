import { Parser } from "binary-parser";
import { ReadFailure, Reader } from "../wire/reader.js";
import { countReader, memberReader, structSetter, tagsReader, type ReadInto } from "./cursor-decoder.js";
import { defaultValue } from "./defaults.js";
import type { Fields, PrimitiveName } from "./fields.js";
import { planStruct, type PlannedField, type StructPlan } from "./plan.js";

/*
 * A message as binary-parser sees it. Whole numbers of fixed size are its native fields. Everything whose length or
 * presence is in the bytes is read by a closure inside a `seek`, which runs with the struct under construction as
 * `this` and says how far it went:
 *
 *     int32 index | seek: name, topicId, count of partitions | array of partitions | seek: tagged fields
 *
 * So no helper field is left behind, and every length is checked by the reader, which binary-parser alone would not do.
 */

/** Decodes all bytes of the reader into a struct. */
export type ParseAll = (reader: Reader) => Record<string, unknown>;

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
export function compileParserDecoder(fields: Fields, version: number, flexible: boolean): ParseAll {
  // One level down, because the root object of a parse ends up in V8's slow dictionary mode.
  const root = new Parser()
    .endianess("big")
    .nest("body", { type: structParser(planStruct(fields, version, flexible), version) });
  root.compile();
  return (reader) => {
    const outer = active;
    active = reader;
    try {
      return root.parse(reader.buffer)["body"] as Record<string, unknown>;
    } catch (error) {
      // A native field past the end.
      throw error instanceof RangeError ? new ReadFailure("the bytes end inside a number", { cause: error }) : error;
    } finally {
      active = outer;
    }
  };
}

function structParser(plan: StructPlan, version: number): Parser {
  const parser = new SteppingParser();
  if (plan.all.some((field, index) => plan.present[index] !== field)) parser.read(blank(plan));
  for (const field of plan.present) addField(parser, field, version);
  if (plan.flexible) parser.read(tagsReader(plan.tagged, { version, path: undefined }));
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
    parser.read(structSetter(name, memberReader(field, { version, path: undefined })));
  }
}

/** Gives the struct all its keys in the schema's order first, so that every version of it has one shape. */
function blank({ all }: StructPlan): ReadInto {
  const values = all.map((field): readonly [string, unknown] => [field.name, defaultValue(field.spec)]);
  return (_reader, struct) => {
    for (const [name, value] of values) struct[name] = value;
  };
}

/** Builds a parser out of native fields and closures; closures that follow one another share one `seek`. */
class SteppingParser {
  readonly #parser = new Parser().endianess("big");
  /** Bytes of native fields that the cursor has not stepped over yet. */
  #native = 0;
  #reads: ReadInto[] = [];

  native(name: string, kind: string, size: number): void {
    if (this.#reads.length > 0) this.#step();
    this.#native += size;
    if (kind === "int8") this.#parser.int8(name);
    else if (kind === "int16") this.#parser.int16(name);
    else if (kind === "uint16") this.#parser.uint16(name);
    else if (kind === "int32") this.#parser.int32(name);
    else if (kind === "uint32") this.#parser.uint32(name);
    else if (kind === "int64") this.#parser.int64(name);
    else this.#parser.doublebe(name);
  }

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

  #step(): void {
    const native = this.#native;
    const reads = this.#reads;
    if (native === 0 && reads.length === 0) return;
    this.#native = 0;
    this.#reads = [];
    this.#parser.seek(function () {
      const reader = active;
      reader.offset += native;
      const start = reader.offset;
      for (let i = 0; i < reads.length; i++) (reads[i] as ReadInto)(reader, this);
      return reader.offset - start;
    });
  }
}
