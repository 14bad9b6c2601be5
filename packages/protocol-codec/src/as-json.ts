/**
 * What `JSON.stringify` makes of something that Moldau hands out, and `JSON.parse` gives back: bigints (offsets) have become text,
 * since a number could not hold them all; everything else is as it was.
 */
export type AsJson<T> = T extends bigint
  ? string
  : T extends { toJSON(): infer Json }
    ? Json
    : T extends readonly (infer Item)[]
      ? readonly AsJson<Item>[]
      : T extends object
        ? { readonly [Name in keyof T]: AsJson<T[Name]> }
        : T;

/**
 * Has `JSON.stringify` write the bigints of a plain object as text; without that it throws at the first. Gives the same object.
 *
 * What does so is a hidden property and no prototype: the object stays a plain one for `deepEqual`, `structuredClone` and spreading. A copy
 * that is spread from it has bigints that JSON does not take.
 */
export function withJson<T extends object>(value: T): T {
  return Object.defineProperty(value, "toJSON", hidden);
}

const hidden = { value: bigintsAsText, configurable: true, writable: true };

function bigintsAsText(this: object): Readonly<Record<string, unknown>> {
  return textForBigints(Object.entries(this));
}

/** An object of these fields, its bigints as text. */
export function textForBigints(fields: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(fields.map(([name, value]) => [name, typeof value === "bigint" ? String(value) : value]));
}
