/** Kafka's types of configuration values, as DescribeConfigs shows them. */
export type ConfigType = "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST" | "PASSWORD";

/** What one configuration key may hold. */
export interface ConfigDefinition {
  readonly type: ConfigType;
  /** The value when nobody set one, as text; null: none. */
  readonly default: string | null;
  /** What the key means, what its special values do, and its unit; DescribeConfigs shows it on demand. */
  readonly documentation: string;
  /** Smallest number allowed. */
  readonly min?: number;
  /** Largest number allowed; where absent, the largest of the type. */
  readonly max?: number;
  /** A number between `min` and `max` that is not allowed. */
  readonly except?: number;
  /** The only texts allowed (for a LIST: allowed as items). */
  readonly oneOf?: readonly string[];
  /** What the text has to look like, with a sentence about it for the refusal. */
  readonly form?: { readonly pattern: RegExp; readonly sentence: string | ((value: string) => string) };
  /** Whether Kafka keeps the key out of DescribeConfigs unless it is set. Default false. */
  readonly isHidden?: boolean;
  /** For a topic key: the broker key that gives its default. */
  readonly brokerKey?: string;
  /** Whether that broker key has no default of its own, because another in other units has it (`log.retention.hours`). Default false. */
  readonly isUnset?: boolean;
}

/** Definitions by key. */
export type ConfigDefinitions = Readonly<Record<string, ConfigDefinition>>;

/** An INT with a default, the sentence about it, and the smallest value allowed. */
export function int(value: number, documentation: string, min?: number): ConfigDefinition {
  return { type: "INT", default: String(value), documentation, ...(min === undefined ? {} : { min }) };
}

/** A LONG with a default, the sentence about it, and the smallest value allowed. */
export function long(value: number, documentation: string, min?: number): ConfigDefinition {
  return { ...int(value, documentation, min), type: "LONG" };
}

/** A BOOLEAN with a default and the sentence about it. */
export function flag(value: boolean, documentation: string): ConfigDefinition {
  return { type: "BOOLEAN", default: String(value), documentation };
}

const numberRanges: Partial<Record<ConfigType, readonly [bigint, bigint]>> = {
  SHORT: [-32_768n, 32_767n],
  INT: [-2_147_483_648n, 2_147_483_647n],
  LONG: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
};

/** Says what is wrong with `value` for `key`, in Kafka's own words; undefined when nothing is. */
export function configProblem(key: string, definition: ConfigDefinition, value: string): string | undefined {
  const text = value.trim();
  const complaint =
    typeProblem(definition, text) ??
    rangeProblem(definition, text) ??
    choiceProblem(definition, text) ??
    formProblem(definition, text);
  return complaint === undefined ? undefined : `Invalid value ${value} for configuration ${key}: ${complaint}`;
}

function typeProblem({ type }: ConfigDefinition, text: string): string | undefined {
  if (type === "BOOLEAN") return /^(true|false)$/i.test(text) ? undefined : "Expected value to be either true or false";
  if (type === "DOUBLE") return doublePattern.test(text) ? undefined : "Not a number of type DOUBLE";
  const range = numberRanges[type];
  if (range === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(text)) return `Not a number of type ${type}`;
  const number = BigInt(text);
  return number >= range[0] && number <= range[1] ? undefined : `Not a number of type ${type}`;
}

/** What Java takes for a number with a fraction; it may end with the letter of its type. NaN is one, and in no range out of it. */
const doublePattern = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[fd]?)$/i;

function rangeProblem({ type, min, max, except }: ConfigDefinition, text: string): string | undefined {
  const number = Number(type === "DOUBLE" ? text.replace(/[fd]$/i, "") : text);
  if (min !== undefined && number < min) return `Value must be at least ${min}`;
  if (max !== undefined && number > max) return `Value must be no more than ${max}`;
  return except !== undefined && number === except ? `Value must not be ${except}` : undefined;
}

function choiceProblem({ type, oneOf }: ConfigDefinition, text: string): string | undefined {
  if (oneOf === undefined) return undefined;
  if (type !== "LIST") return oneOf.includes(text) ? undefined : `String must be one of: ${oneOf.join(", ")}`;
  const items = text === "" ? [] : text.split(",").map((item) => item.trim());
  if (items.includes("")) return "values must not be empty";
  return items.every((item) => oneOf.includes(item)) ? undefined : `String must be one of: ${oneOf.join(", ")}`;
}

function formProblem({ form }: ConfigDefinition, text: string): string | undefined {
  if (form === undefined || form.pattern.test(text)) return undefined;
  return typeof form.sentence === "string" ? form.sentence : form.sentence(text);
}

/** The items of a LIST value: separated by commas, blanks around them dropped, empty items too. */
export function listItems(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
