import { Uuid, type Fields, type Message } from "@moldau/protocol-codec";
import { defaultOf, includes } from "./arbitrary-messages.js";

type FieldSpec = Fields[string]["spec"];
type FieldType = FieldSpec["type"];

/** A message in which every list has two elements, nothing that may be null is, and no text, number or id stands twice. */
export function tellingMessage(message: Message, version: number): Readonly<Record<string, unknown>> {
  let count = 0;
  return struct(message.fields, { version, next: () => ++count });
}

interface Source {
  readonly version: number;
  /** A number that was not there yet, from 1 on. */
  readonly next: () => number;
}

function struct(fields: Fields, source: Source): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, { spec }]) => [name, member(spec, source)]));
}

function member(spec: FieldSpec, source: Source): unknown {
  return includes(spec.versions, source.version) ? valueOf(spec.type, source) : defaultOf(spec);
}

function valueOf(type: FieldType, source: Source): unknown {
  switch (type.kind) {
    case "array":
      return [valueOf(type.element, source), valueOf(type.element, source)];
    case "struct":
      return struct(type.fields, source);
    case "bool":
      return true;
    case "string":
      return `text${source.next()}`;
    case "uuid":
      return Uuid.parse(`00000000-0000-0000-0000-${String(source.next()).padStart(12, "0")}`);
    case "bytes":
    case "records":
      return Buffer.from([source.next()]);
    case "int64":
      return BigInt(source.next());
    default:
      return source.next();
  }
}
