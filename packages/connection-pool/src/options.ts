import { isSignal } from "@moldau/platform";
import { nearestName } from "@moldau/protocol-codec/internal";
import { invalidArgument } from "./errors.js";

/** The longest time that a timer can wait, in milliseconds: the upper bound of every option that is a time. */
export const maxTimerMs = 2 ** 31 - 1;

/** Bounds and default of a number. */
export interface NumberRule<Default> {
  /** Smallest value allowed. Default: none. */
  readonly min?: number;
  /** Largest value allowed. Default: none. */
  readonly max?: number;
  /** Value when the option is absent; without one the option is required. */
  readonly default?: Default;
}

/** What an option is when it is absent; without `default` it is required. */
export interface DefaultRule<Default> {
  readonly default?: Default;
  /** What a right value looks like, for the errors: `["localhost:9092"]`. Default: none is shown. */
  readonly example?: string;
}

/**
 * Names that people know from another client, each with the end of a sentence that says what stands for it here: `ssl: "is tls here"`. Only
 * looked at once a call is refused.
 */
export type OtherNames = Readonly<Record<string, string>>;

/**
 * Reads an options object and refuses what is wrong in it, with a sentence that says what to write instead.
 *
 * Every option is read through one of the methods; {@link done} then knows which names exist, and refuses all others. `undefined` counts
 * as absent everywhere.
 *
 * ```ts
 * const read = new OptionReader("producer options", options);
 * const resolved = { lingerMs: read.integer("lingerMs", { min: 0, default: 5 }), acks: read.choice("acks", ["all", 0, 1], { default: "all" }) };
 * read.done();
 * ```
 */
export class OptionReader<Options extends object> {
  readonly #subject: string;
  readonly #options: object;
  /** What was given in place of an object; undefined when one was. */
  readonly #misfit: unknown;
  readonly #otherNames: OtherNames;
  readonly #known = new Set<string>();

  /**
   * `subject` begins the error messages, as in `producer options`; `otherNames` are answered with ours. That `options` is no object is
   * told when the first of them is read, with what that one looks like.
   */
  constructor(subject: string, options: Options | undefined, otherNames: OtherNames = {}) {
    this.#subject = subject;
    this.#options = isPlainObject(options) ? options : {};
    this.#misfit = isPlainObject(options) ? undefined : options;
    this.#otherNames = otherNames;
  }

  /** Reads a whole number. */
  integer<Default = number>(name: keyof Options & string, rule: NumberRule<Default> = {}): number | Default {
    return this.#read(name, rule, (value) => {
      if (typeof value === "number" && Number.isSafeInteger(value) && inRange(value, rule)) return value;
      throw this.#wrong(name, `a whole number${rangeText(rule)}`, value);
    });
  }

  /** Reads a number, fractions allowed. */
  number<Default = number>(name: keyof Options & string, rule: NumberRule<Default> = {}): number | Default {
    return this.#read(name, rule, (value) => {
      if (typeof value === "number" && Number.isFinite(value) && inRange(value, rule)) return value;
      throw this.#wrong(name, `a number${rangeText(rule)}`, value);
    });
  }

  /** Reads `true` or `false`. */
  boolean<Default = boolean>(name: keyof Options & string, rule: DefaultRule<Default> = {}): boolean | Default {
    return this.#read(name, rule, (value) => {
      if (typeof value === "boolean") return value;
      throw this.#wrong(name, "true or false", value);
    });
  }

  /** Reads a text that is not empty. */
  text<Default = string>(name: keyof Options & string, rule: DefaultRule<Default> = {}): string | Default {
    return this.#read(name, rule, (value) => {
      if (typeof value === "string" && value !== "") return value;
      throw this.#wrong(name, `a text that is not empty${suchAs(rule)}`, value);
    });
  }

  /** Reads a text that is not empty, or `undefined` when it is absent. */
  optionalText(name: keyof Options & string): string | undefined {
    return Reflect.get(this.#options, name) === undefined ? this.#absent(name) : this.text(name);
  }

  /** Reads a signal, or `undefined` when it is absent; signals of other makers count, as long as they can be listened to. */
  signal(name: keyof Options & string): AbortSignal | undefined {
    const parse = (value: unknown): AbortSignal | undefined => (isSignal(value) ? value : undefined);
    return (
      this.custom(name, "an AbortSignal, such as the signal of an AbortController", parse, { default: null }) ??
      undefined
    );
  }

  /** Reads one of a few values; `meanings` says in the error which of them another value stands for elsewhere. */
  choice<const Choice extends string | number | boolean, Default = Choice>(
    name: keyof Options & string,
    choices: readonly Choice[],
    rule: DefaultRule<Default> & { readonly meanings?: ReadonlyMap<unknown, Choice> } = {},
  ): Choice | Default {
    return this.#read(name, rule, (value) => {
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      const meant = rule.meanings?.get(value);
      const expected = `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
      throw this.#wrong(name, expected, value, meant === undefined ? "" : `, which is ${JSON.stringify(meant)} here`);
    });
  }

  /** Reads an array, each item by `item`, which throws when it is wrong. */
  list<Item, Default = readonly Item[]>(
    name: keyof Options & string,
    item: (value: unknown, path: string) => Item,
    rule: DefaultRule<Default> & { readonly nonEmpty?: boolean } = {},
  ): readonly Item[] | Default {
    return this.#read(name, rule, (value) => {
      if (!Array.isArray(value)) throw this.#wrong(name, `an array${suchAs(rule)}`, value);
      if (rule.nonEmpty === true && value.length === 0)
        throw this.#wrong(name, `an array of at least one item${suchAs(rule)}`, value);
      return value.map((one: unknown, index) => item(one, `${this.#subject}: ${name}[${index}]`));
    });
  }

  /** Reads anything that `parse` accepts; `expected` says in the error what that is, and `parse` returns `undefined` for anything else. */
  custom<Value, Default = Value>(
    name: keyof Options & string,
    expected: string,
    parse: (value: unknown, path: string) => Value | undefined,
    rule: DefaultRule<Default> = {},
  ): Value | Default {
    return this.#read(name, rule, (value) => {
      const parsed = parse(value, `${this.#subject}: ${name}`);
      if (parsed !== undefined) return parsed;
      throw this.#wrong(name, expected, value);
    });
  }

  /**
   * Refuses names that nobody read.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming the unknown option and those that exist.
   */
  done(): void {
    this.#checkObject("");
    const unknown = Object.keys(this.#options).filter((name) => !this.#known.has(name));
    if (unknown.length > 0) throw unknownOptions(this.#subject, unknown, [...this.#known], this.#otherNames);
  }

  #read<Value, Default>(name: string, rule: DefaultRule<Default>, parse: (value: unknown) => Value): Value | Default {
    this.#checkObject(rule.example === undefined ? "" : ` such as { ${name}: ${rule.example} }`);
    this.#known.add(name);
    const value: unknown = Reflect.get(this.#options, name);
    if (value !== undefined) return parse(value);
    if ("default" in rule && rule.default !== undefined) return rule.default;
    throw invalidArgument(`${this.#subject}: ${name} is missing.${this.#insteadOf(name, rule)}`);
  }

  /**
   * Points to what stands for a missing option elsewhere, or looks like it under a wrong name; else shows a right one. The other options are
   * not read yet, so it may be one of them that is right.
   */
  #insteadOf(missing: string, { example }: DefaultRule<unknown>): string {
    const others = Object.keys(this.#options).filter((name) => !this.#known.has(name));
    const theirs = others.filter((name) => Object.hasOwn(this.#otherNames, name));
    if (theirs.length > 0) return theirs.map((name) => ` ${name} ${this.#otherNames[name]}.`).join("");
    const written = nearestName(missing, others);
    if (written !== undefined) return ` There is ${JSON.stringify(written)}: did you mean ${missing}?`;
    return example === undefined ? "" : ` Give it, as in { ${missing}: ${example} }.`;
  }

  #checkObject(example: string): void {
    if (this.#misfit === undefined) return;
    throw invalidArgument(`${this.#subject}: expected an object${example}, not ${show(this.#misfit)}.`);
  }

  #absent(name: string): undefined {
    this.#known.add(name);
  }

  #wrong(name: string, expected: string, value: unknown, remark = ""): Error {
    return invalidArgument(`${this.#subject}: ${name} must be ${expected}, not ${show(value)}${remark}.`);
  }
}

/**
 * The refusal of names that are no options: says for each what stands for it here, if it is one of another client's, or what was probably
 * meant; otherwise which options there are.
 */
export function unknownOptions(
  subject: string,
  unknown: readonly string[],
  known: readonly string[],
  otherNames: OtherNames = {},
): Error {
  const list = unknown.map((name) => JSON.stringify(name)).join(", ");
  const answered = unknown.filter((name) => Object.hasOwn(otherNames, name));
  const others = unknown.filter((name) => !Object.hasOwn(otherNames, name));
  const advice = [
    ...answered.map((name) => `${name} ${otherNames[name]}.`),
    ...(others.length > 0 ? [adviceFor(others, known)] : []),
  ];
  return invalidArgument(`${subject}: unknown option ${list}. ${advice.join(" ")}`);
}

/** What may have been meant by unknown names: those that are close, otherwise all that there are. */
function adviceFor(unknown: readonly string[], known: readonly string[]): string {
  const meant = new Set(unknown.map((name) => nearestName(name, known)));
  if (!meant.has(undefined)) return `Did you mean ${[...meant].join(", ")}?`;
  return known.length === 0 ? "There are no options." : `The options are ${known.toSorted().join(", ")}.`;
}

/** Tells whether a value is an object that is neither an array nor null. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inRange(value: number, { min = -Infinity, max = Infinity }: NumberRule<unknown>): boolean {
  return value >= min && value <= max;
}

function suchAs({ example }: DefaultRule<unknown>): string {
  return example === undefined ? "" : ` such as ${example}`;
}

function rangeText({ min, max }: NumberRule<unknown>): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

/** A value as error messages show it: texts in quotes, and nothing of what stands in objects. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
  if (value instanceof RegExp) return "a regular expression";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
