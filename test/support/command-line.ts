import { parseArgs } from "node:util";

/** An option that takes a value: `--seconds 60`. */
export interface CommandOption {
  /** What stands for the value in the help. */
  readonly value: string;
  readonly says: string;
  readonly default?: string | number;
}

/** Reads a program's arguments. Prints the help and ends when asked to; ends with code 2 and a sentence for what it does not know. */
export function commandLine<Name extends string>(
  usage: string,
  options: Readonly<Record<Name, CommandOption>>,
): Record<Name, string | undefined> {
  const names = Object.keys(options) as Name[];
  const strings = names.map((name) => [name, { type: "string" as const }] as const);
  try {
    const { values } = parseArgs({
      options: { ...Object.fromEntries(strings), help: { type: "boolean", short: "h" } },
    });
    const given: Readonly<Record<string, string | boolean | undefined>> = values;
    if (given["help"] === true) {
      process.stdout.write(`${helpOf(usage, options)}\n`);
      process.exit(0);
    }
    const read = names.map((name) => [name, given[name] ?? options[name].default?.toString()]);
    return Object.fromEntries(read) as Record<Name, string | undefined>;
  } catch (error) {
    wrongUse(error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error));
  }
}

/** A value that has to be a whole number; ends the program with a sentence when it is none. */
export function wholeNumber(name: string, text: string | undefined, { min }: { readonly min: number }): number {
  const value = Number(text);
  if (text === undefined || text.trim() === "" || !Number.isSafeInteger(value) || value < min)
    wrongUse(`--${name} takes a whole number of at least ${min}, not "${text ?? ""}"`);
  return value;
}

/** Says what is wrong with the arguments and ends the program. */
export function wrongUse(problem: string): never {
  process.stderr.write(`${problem}. --help tells what there is.\n`);
  process.exit(2);
}

function helpOf(usage: string, options: Readonly<Record<string, CommandOption>>): string {
  const lines = Object.entries(options).map(
    ([name, { value, says, default: preset }]) =>
      `  ${`--${name} ${value}`.padEnd(20)} ${says}${preset === undefined ? "" : ` Default ${preset}.`}`,
  );
  return [usage, "", ...lines].join("\n");
}
