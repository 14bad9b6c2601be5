import { parseArgs } from "node:util";
import { advice } from "../known-names.js";
import { commandOptions, type OptionName } from "./options.js";
import { UsageError } from "./usage-error.js";

/** What hands type without thinking. */
const shortNames: ReadonlyMap<string, string> = new Map([["-h", "help"]]);

/** What was given to the command, by the options' names. */
export class Arguments {
  readonly #values = new Map<string, readonly string[]>();

  /** Reads the arguments. Throws a {@link UsageError} for one that there is not, and for a value that is missing or too much. */
  constructor(args: readonly string[]) {
    for (const token of tokensOf(args)) {
      if (token.kind === "option-terminator") continue;
      if (token.kind === "positional")
        throw new UsageError(
          `${JSON.stringify(token.value)} belongs to no option: everything is given as --name value.`,
        );
      this.#take(token.rawName, token.value);
    }
  }

  /** Whether an option was given that takes no value. */
  has(name: OptionName): boolean {
    return this.#values.has(name);
  }

  /** The value of an option; undefined when it was not given. */
  one(name: OptionName): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of an option that may be repeated. */
  all(name: OptionName): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** A whole number from 0 on; undefined when it was not given. */
  wholeNumber(name: OptionName): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    if (!/^\d+$/.test(text)) throw new UsageError(`--${name} takes a whole number, not ${JSON.stringify(text)}.`);
    return Number(text);
  }

  #take(given: string, value: string | undefined): void {
    const name = shortNames.get(given) ?? given.replace(/^--/, "");
    const option = commandOptions.get(name);
    if (option === undefined) {
      const names = [...commandOptions.keys()].map((known) => `--${known}`);
      throw new UsageError(`there is no option ${given}: ${advice(given, names)}`);
    }
    if (option.value === undefined && value !== undefined)
      throw new UsageError(`--${name} takes no value, not ${JSON.stringify(value)}.`);
    if (option.value !== undefined && value === undefined) throw new UsageError(`--${name} needs ${option.value}.`);
    const before = this.#values.get(name) ?? [];
    if (before.length > 0 && option.isRepeated !== true)
      throw new UsageError(`--${name} is given twice: once will do.`);
    this.#values.set(name, [...before, value ?? ""]);
  }
}

/** Everything is taken here, known or not: what is wrong is said in our own words. */
function tokensOf(args: readonly string[]) {
  const options = Object.fromEntries(
    [...commandOptions].map(([name, { value }]) => [
      name,
      value === undefined ? { type: "boolean" as const } : { type: "string" as const },
    ]),
  );
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}
