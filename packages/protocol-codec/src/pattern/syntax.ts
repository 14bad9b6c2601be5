import { classAt, escapeClassAt, type CharacterSet } from "./character-class.js";
import { escapedCharacter } from "./escapes.js";
import { PatternReader, PatternSyntaxError } from "./reader.js";

/** What a pattern is made of. */
export type PatternNode =
  /** One character. */
  | { readonly type: "set"; readonly has: CharacterSet }
  /** Nothing, at a place that is so and so: characters before and after, undefined at the ends of the text. */
  | { readonly type: "assert"; readonly holds: (before: number | undefined, after: number | undefined) => boolean }
  | { readonly type: "sequence"; readonly nodes: readonly PatternNode[] }
  | { readonly type: "choice"; readonly nodes: readonly PatternNode[] }
  /** `max` undefined: without end. */
  | { readonly type: "repetition"; readonly node: PatternNode; readonly min: number; readonly max: number | undefined };

/** What `(?flags)` switches: i, m, s. Greediness (U) changes nothing in what matches as a whole. */
interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

/** RE2 takes no more for a single repetition. */
const maxRepetition = 1000;
/** How deep groups may stand in each other, as in RE2. */
const maxDepth = 1000;
const newline = 10;

/**
 * Reads a regular expression as RE2 and RE2/J do: Perl's without what takes more than one pass, which are back-references and looking around.
 * Undefined: it is none.
 */
export function parsePattern(pattern: string): PatternNode | undefined {
  try {
    const reader = new PatternReader(pattern);
    const node = choiceAt(reader, { flags: { ignoreCase: false, multiLine: false, dotAll: false }, depth: 0 });
    return reader.isAtEnd ? node : undefined;
  } catch (error) {
    if (error instanceof PatternSyntaxError) return undefined;
    throw error;
  }
}

interface Place {
  readonly flags: Flags;
  readonly depth: number;
}

function choiceAt(reader: PatternReader, place: Place): PatternNode {
  const nodes: PatternNode[] = [];
  let { flags } = place;
  do {
    const read = sequenceAt(reader, { ...place, flags });
    // Flags that are switched hold until the group ends, also behind a bar.
    ({ flags } = read);
    nodes.push(read.node);
  } while (reader.take("|"));
  return { type: "choice", nodes };
}

function sequenceAt(reader: PatternReader, place: Place): { readonly node: PatternNode; readonly flags: Flags } {
  const nodes: PatternNode[] = [];
  let { flags } = place;
  while (!reader.isAtEnd && !reader.sees("|") && !reader.sees(")")) {
    const switched = flagsAt(reader, flags);
    if (switched !== undefined) flags = switched;
    else if (reader.take("\\Q")) nodes.push(...quotedAt(reader, flags));
    else nodes.push(repeatedAt(reader, atomAt(reader, { ...place, flags })));
  }
  return { node: { type: "sequence", nodes }, flags };
}

/** `(?i)`: the flags from here on; undefined where there is no such thing. */
function flagsAt(reader: PatternReader, flags: Flags): Flags | undefined {
  const found = reader.match(/\(\?(?<on>[imsU]*)(?:-(?<off>[imsU]+))?\)/y);
  if (found === undefined) return undefined;
  return switched(flags, found["on"] ?? "", found["off"] ?? "");
}

function switched(flags: Flags, on: string, off: string): Flags {
  const is = (letter: string, before: boolean): boolean => (before || on.includes(letter)) && !off.includes(letter);
  return {
    ignoreCase: is("i", flags.ignoreCase),
    multiLine: is("m", flags.multiLine),
    dotAll: is("s", flags.dotAll),
  };
}

/** Everything up to `\E`, or to the end, as it is. */
function quotedAt(reader: PatternReader, flags: Flags): PatternNode[] {
  const nodes: PatternNode[] = [];
  while (!reader.isAtEnd && !reader.take("\\E")) nodes.push(literal(reader.next(), flags));
  return nodes;
}

function repeatedAt(reader: PatternReader, node: PatternNode): PatternNode {
  const range = repetitionAt(reader);
  if (range === undefined) return node;
  reader.take("?");
  // a** means nothing that a* does not.
  if (repetitionAt(reader) !== undefined) throw new PatternSyntaxError();
  return { type: "repetition", node, ...range };
}

function repetitionAt(reader: PatternReader): { readonly min: number; readonly max: number | undefined } | undefined {
  if (reader.take("*")) return { min: 0, max: undefined };
  if (reader.take("+")) return { min: 1, max: undefined };
  if (reader.take("?")) return { min: 0, max: 1 };
  const counted = reader.match(/\{(?<min>\d+)(?<comma>,(?<max>\d*))?\}/y);
  if (counted === undefined) return undefined;
  const min = Number(counted["min"]);
  const max = counted["comma"] === undefined ? min : numberOf(counted["max"]);
  if (min > maxRepetition || (max !== undefined && (max > maxRepetition || max < min))) throw new PatternSyntaxError();
  return { min, max };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

function atomAt(reader: PatternReader, place: Place): PatternNode {
  const { flags } = place;
  if (reader.take("(")) return groupAt(reader, place);
  if (reader.sees("[")) return { type: "set", has: classAt(reader, flags.ignoreCase) };
  if (reader.take(".")) return { type: "set", has: (codePoint) => flags.dotAll || codePoint !== newline };
  if (reader.take("^")) return lineBegin(flags);
  if (reader.take("$")) return lineEnd(flags);
  if (reader.sees("\\")) return escapeAt(reader, flags);
  if (["*", "+", "?"].some((operator) => reader.sees(operator))) throw new PatternSyntaxError();
  return literal(reader.next(), flags);
}

function groupAt(reader: PatternReader, place: Place): PatternNode {
  if (place.depth >= maxDepth) throw new PatternSyntaxError();
  const flags = groupFlagsAt(reader, place.flags);
  const node = choiceAt(reader, { flags, depth: place.depth + 1 });
  if (!reader.take(")")) throw new PatternSyntaxError();
  return node;
}

/** What stands between `(?` and the group's own pattern: a name, or flags for the group alone. */
function groupFlagsAt(reader: PatternReader, flags: Flags): Flags {
  if (!reader.take("?")) return flags;
  if (reader.match(/P?<\w+>/y) !== undefined) return flags;
  const found = reader.match(/(?<on>[imsU]*)(?:-(?<off>[imsU]+))?:/y);
  if (found === undefined) throw new PatternSyntaxError();
  return switched(flags, found["on"] ?? "", found["off"] ?? "");
}

function lineBegin({ multiLine }: Flags): PatternNode {
  return { type: "assert", holds: (before) => before === undefined || (multiLine && before === newline) };
}

function lineEnd({ multiLine }: Flags): PatternNode {
  return { type: "assert", holds: (_, after) => after === undefined || (multiLine && after === newline) };
}

function escapeAt(reader: PatternReader, flags: Flags): PatternNode {
  if (reader.take("\\A")) return { type: "assert", holds: (before) => before === undefined };
  if (reader.take("\\z")) return { type: "assert", holds: (_, after) => after === undefined };
  if (reader.take("\\b")) return { type: "assert", holds: (before, after) => isWord(before) !== isWord(after) };
  if (reader.take("\\B")) return { type: "assert", holds: (before, after) => isWord(before) === isWord(after) };
  const set = escapeClassAt(reader, flags.ignoreCase);
  if (set !== undefined) return { type: "set", has: set };
  return literal(escapedCharacter(reader), flags);
}

function isWord(codePoint: number | undefined): boolean {
  return codePoint !== undefined && /\w/.test(String.fromCodePoint(codePoint));
}

function literal(codePoint: number, { ignoreCase }: Flags): PatternNode {
  const character = String.fromCodePoint(codePoint);
  if (!ignoreCase) return { type: "set", has: (given) => given === codePoint };
  return {
    type: "set",
    has: (given) => given === codePoint || foldOf(String.fromCodePoint(given)) === foldOf(character),
  };
}

function foldOf(character: string): string {
  return character.toUpperCase().toLowerCase();
}
