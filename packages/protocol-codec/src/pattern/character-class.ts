import { escapedCharacter } from "./escapes.js";
import { PatternSyntaxError, type PatternReader } from "./reader.js";

/** Whether a character, by its code point, belongs to it. */
export type CharacterSet = (codePoint: number) => boolean;

/** The sets that RE2 knows by a letter: of ASCII alone. */
const perl: Readonly<Record<string, CharacterSet>> = {
  d: ascii(/[0-9]/),
  s: ascii(/[\t\n\f\r ]/),
  w: ascii(/[0-9A-Za-z_]/),
};

/** The sets that POSIX knows by a name, in brackets: of ASCII alone. */
const posix: Readonly<Record<string, CharacterSet>> = {
  alnum: ascii(/[0-9A-Za-z]/),
  alpha: ascii(/[A-Za-z]/),
  ascii: (codePoint) => codePoint < 128,
  blank: ascii(/[\t ]/),
  cntrl: (codePoint) => codePoint < 32 || codePoint === 127,
  digit: ascii(/[0-9]/),
  graph: ascii(/[!-~]/),
  lower: ascii(/[a-z]/),
  print: ascii(/[ -~]/),
  punct: ascii(/[!-/:-@[-`{-~]/),
  space: ascii(/[\t\n\v\f\r ]/),
  upper: ascii(/[A-Z]/),
  word: ascii(/[0-9A-Za-z_]/),
  xdigit: ascii(/[0-9A-Fa-f]/),
};

function ascii(expression: RegExp): CharacterSet {
  return (codePoint) => codePoint < 128 && expression.test(String.fromCharCode(codePoint));
}

/** Reads a set in brackets. Throws a PatternSyntaxError when it is none. */
export function classAt(reader: PatternReader, ignoreCase: boolean): CharacterSet {
  reader.take("[");
  const isNegated = reader.take("^");
  const parts: CharacterSet[] = [];
  // A bracket that comes first is one of the characters.
  do parts.push(partAt(reader, ignoreCase));
  while (!reader.take("]"));
  return inCase((codePoint) => parts.some((has) => has(codePoint)), { ignoreCase, isNegated });
}

function partAt(reader: PatternReader, ignoreCase: boolean): CharacterSet {
  const named = reader.match(/\[:(?<not>\^?)(?<name>\w+):\]/y);
  if (named !== undefined) return negatedIf(named["not"] === "^", known(posix, named["name"]));
  const escaped = escapeClassAt(reader, ignoreCase);
  if (escaped !== undefined) return escaped;
  const low = characterAt(reader);
  if (reader.sees("-]") || !reader.take("-")) return (codePoint) => codePoint === low;
  const high = characterAt(reader);
  if (high < low) throw new PatternSyntaxError();
  return (codePoint) => codePoint >= low && codePoint <= high;
}

function characterAt(reader: PatternReader): number {
  return reader.sees("\\") ? escapedCharacter(reader) : reader.next();
}

/** Reads an escape that means a set of characters, `\d` or `\p{Greek}`; undefined where there is none. */
export function escapeClassAt(reader: PatternReader, ignoreCase: boolean): CharacterSet | undefined {
  const letter = reader.match(/\\(?<letter>[dDsSwW])/y)?.["letter"];
  if (letter !== undefined) return negatedIf(letter < "a", known(perl, letter.toLowerCase()));
  const unicode = reader.match(/\\(?<p>[pP])(?:(?<short>[A-Z])|\{(?<not>\^?)(?<name>\w+)\})/y);
  if (unicode === undefined) return undefined;
  const isNegated = (unicode["p"] === "P") !== (unicode["not"] === "^");
  return inCase(unicodeSet(unicode["short"] ?? unicode["name"] ?? ""), { ignoreCase, isNegated });
}

/** A general category or a script. */
function unicodeSet(name: string): CharacterSet {
  if (name === "Any") return () => true;
  for (const property of [`General_Category=${name}`, `Script=${name}`]) {
    try {
      const expression = new RegExp(`\\p{${property}}`, "u");
      return (codePoint) => expression.test(String.fromCodePoint(codePoint));
    } catch {
      // Of the other kind, or of none.
    }
  }
  throw new PatternSyntaxError();
}

function known(sets: Readonly<Record<string, CharacterSet>>, name = ""): CharacterSet {
  const set = Object.hasOwn(sets, name) ? sets[name] : undefined;
  if (set === undefined) throw new PatternSyntaxError();
  return set;
}

function negatedIf(isNegated: boolean, set: CharacterSet): CharacterSet {
  return isNegated ? (codePoint) => !set(codePoint) : set;
}

/** Widens a set by upper and lower case, then turns it round. */
function inCase(
  set: CharacterSet,
  { ignoreCase, isNegated }: { readonly ignoreCase: boolean; readonly isNegated: boolean },
): CharacterSet {
  const widened: CharacterSet = (codePoint) => set(codePoint) || casesOf(codePoint).some(set);
  return negatedIf(isNegated, ignoreCase ? widened : set);
}

function casesOf(codePoint: number): readonly number[] {
  const character = String.fromCodePoint(codePoint);
  return [character.toLowerCase(), character.toUpperCase()].map((other) => other.codePointAt(0) ?? codePoint);
}
