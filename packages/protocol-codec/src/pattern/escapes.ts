import { PatternSyntaxError, type PatternReader } from "./reader.js";

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** Reads an escape that means one character: `\n`, `\x7f`, `\x{10ffff}`, `\012`, `\.`. Throws a PatternSyntaxError for others. */
export function escapedCharacter(reader: PatternReader): number {
  const hexadecimal = reader.match(/\\x(?:(?<two>[0-9a-fA-F]{2})|\{(?<many>[0-9a-fA-F]{1,6})\})/y);
  if (hexadecimal !== undefined) return checked(parseInt(hexadecimal["two"] ?? hexadecimal["many"] ?? "", 16));
  // \1 alone would be a back-reference, which RE2 does not have; with a further digit it is a number.
  const octal = reader.match(/\\(?<digits>0[0-7]{0,2}|[1-7][0-7]{1,2})/y);
  if (octal !== undefined) return parseInt(octal["digits"] ?? "", 8);
  const control = reader.match(/\\(?<letter>[aftnrv])/y);
  if (control !== undefined) return controls[control["letter"] ?? ""] ?? 0;
  const punctuation = reader.match(/\\(?<sign>[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e\x20])/y);
  if (punctuation === undefined) throw new PatternSyntaxError();
  return punctuation["sign"]?.codePointAt(0) ?? 0;
}

function checked(codePoint: number): number {
  if (codePoint > 0x10ffff) throw new PatternSyntaxError();
  return codePoint;
}
