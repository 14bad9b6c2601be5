import type { Fields } from "@moldau/protocol-codec";
import { emptyOf, includes, isTagged } from "./arbitrary-messages.js";
import type { MessageVersion } from "./every-message.js";

type FieldType = Fields[string]["spec"]["type"];
type Value = Record<string, unknown>;

/**
 * Values that get the most out of few bytes: for every array of a message one value in which that array has many of the smallest
 * elements, and the arrays around it one each; the same with an unknown tagged field in each element; and a struct with many of those.
 */
export function densestValues({ message, version }: MessageVersion, count = 120): Value[] {
  const flexible = includes(message.flexible, version);
  const place = { version, flexible, count };
  const dense = denseStructs(message.fields, place);
  if (!flexible) return [smallestStruct(message.fields, version), ...dense];
  const unknownTaggedFields = Array.from({ length: count }, (_, tag) => ({ tag: 1000 + tag, data: Buffer.alloc(0) }));
  return [{ ...smallestStruct(message.fields, version), unknownTaggedFields }, ...dense];
}

interface Place {
  readonly version: number;
  readonly flexible: boolean;
  readonly count: number;
}

function denseStructs(fields: Fields, place: Place): Value[] {
  return Object.entries(fields).flatMap(
    ([
      name,
      {
        spec: { type, versions },
      },
    ]) => {
      if (!includes(versions, place.version)) return [];
      return denseValues(type, place).map((value) => ({ ...smallestStruct(fields, place.version), [name]: value }));
    },
  );
}

function denseValues(type: FieldType, place: Place): unknown[] {
  if (type.kind === "struct") return denseStructs(type.fields, place);
  if (type.kind !== "array") return [];
  const { element } = type;
  const smallest = smallestValue(element, place.version);
  const many = (value: unknown): unknown[] => Array.from({ length: place.count }, () => value);
  const values = [many(smallest), ...denseValues(element, place).map((value) => [value])];
  if (element.kind !== "struct" || !place.flexible) return values;
  return [
    ...values,
    many({ ...(smallest as Value), unknownTaggedFields: [{ tag: freeTag(element.fields), data: Buffer.alloc(0) }] }),
  ];
}

function freeTag(fields: Fields): number {
  return 1 + Math.max(-1, ...Object.values(fields).map(({ spec: { tag } }) => tag ?? -1));
}

function smallestStruct(fields: Fields, version: number): Value {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, { spec: given }]) =>
      includes(given.versions, version) && !isTagged(given, version)
        ? [[name, smallestValue(given.type, version)]]
        : [],
    ),
  );
}

function smallestValue(type: FieldType, version: number): unknown {
  return type.kind === "struct" ? smallestStruct(type.fields, version) : emptyOf(type);
}
