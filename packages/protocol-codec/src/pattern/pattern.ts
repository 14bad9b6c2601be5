import { parsePattern, type PatternNode } from "./syntax.js";

/** One step of a compiled pattern; numbers are places in the program. */
type Instruction =
  | { readonly type: "set"; readonly has: (codePoint: number) => boolean }
  | { readonly type: "assert"; readonly holds: (before: number | undefined, after: number | undefined) => boolean }
  | { readonly type: "fork"; readonly to: readonly number[] }
  | { readonly type: "match" };

/** How long a program may be: what repetitions of repetitions come to has to have an end. */
const maxInstructions = 10_000;

/**
 * Compiles a regular expression in RE2's language; undefined when it is none. The function says whether the whole of a text looks like it,
 * in a time that grows with the length of the text and that of the pattern, whatever is in them: in a broker, strangers choose both.
 */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  const node = parsePattern(pattern);
  const program: Instruction[] = [];
  if (node === undefined || !emit(node, program)) return undefined;
  program.push({ type: "match" });
  return (text) => matches(program, Array.from(text, codePointOf));
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** Runs every way through the program at once. */
function matches(program: readonly Instruction[], text: readonly number[]): boolean {
  let places = reached(program, [0], { before: undefined, after: text[0] });
  for (const [index, codePoint] of text.entries()) {
    const next = [...places].filter((place) => {
      const step = program[place];
      return step?.type === "set" && step.has(codePoint);
    });
    if (next.length === 0) return false;
    const around = { before: codePoint, after: text[index + 1] };
    places = reached(
      program,
      next.map((place) => place + 1),
      around,
    );
  }
  return [...places].some((place) => program[place]?.type === "match");
}

/** All places that can be reached without another character. */
function reached(
  program: readonly Instruction[],
  from: readonly number[],
  { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
): ReadonlySet<number> {
  const places = new Set<number>();
  const due = [...from];
  for (let place = due.pop(); place !== undefined; place = due.pop()) {
    if (places.has(place)) continue;
    places.add(place);
    const step = program[place];
    if (step?.type === "fork") due.push(...step.to);
    if (step?.type === "assert" && step.holds(before, after)) due.push(place + 1);
  }
  return places;
}

/** Appends what matches a node and goes on behind it. False: that would be too much. */
function emit(node: PatternNode, program: Instruction[]): boolean {
  if (program.length > maxInstructions) return false;
  switch (node.type) {
    case "sequence":
      return node.nodes.every((each) => emit(each, program));
    case "choice":
      return emitChoice(node.nodes, program);
    case "repetition":
      return emitRepetition(node, program);
    default:
      program.push(node);
      return true;
  }
}

function emitChoice(nodes: readonly PatternNode[], program: Instruction[]): boolean {
  const fork = reserve(program);
  const begins: number[] = [];
  const ends: number[] = [];
  for (const node of nodes) {
    begins.push(program.length);
    if (!emit(node, program)) return false;
    ends.push(reserve(program));
  }
  program[fork] = { type: "fork", to: begins };
  for (const end of ends) program[end] = { type: "fork", to: [program.length] };
  return true;
}

function emitRepetition(
  { node, min, max }: Extract<PatternNode, { readonly type: "repetition" }>,
  program: Instruction[],
): boolean {
  for (let count = 0; count < min; count++) if (!emit(node, program)) return false;
  if (max === undefined) return emitLoop(node, program);
  const forks: number[] = [];
  for (let count = min; count < max; count++) {
    forks.push(reserve(program));
    if (!emit(node, program)) return false;
  }
  for (const fork of forks) program[fork] = { type: "fork", to: [fork + 1, program.length] };
  return true;
}

function emitLoop(node: PatternNode, program: Instruction[]): boolean {
  const fork = reserve(program);
  if (!emit(node, program)) return false;
  program.push({ type: "fork", to: [fork] });
  program[fork] = { type: "fork", to: [fork + 1, program.length] };
  return true;
}

/** Keeps a place for a fork whose ends are not known yet. */
function reserve(program: Instruction[]): number {
  return program.push({ type: "fork", to: [] }) - 1;
}
