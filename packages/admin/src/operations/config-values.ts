import { invalidArgument, isPlainObject } from "@moldau/connection-pool";

/** Configurations by name, such as `{ "retention.ms": 86_400_000, "cleanup.policy": "compact" }`. */
export type ConfigValues = Readonly<Record<string, string | number | boolean>>;

/** Items to add to lists, or to take out of them, by the configuration's name, such as `{ "cleanup.policy": "compact" }`. */
export type ConfigItems = Readonly<Record<string, string | readonly string[]>>;

/** What {@link checkConfigValues} takes, in the words of an error. */
export const configValueWords = "an object of texts, numbers and booleans";

/** Takes configurations, and gives undefined for what is no object. @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming the value that is none. */
export function checkConfigValues(value: unknown, path: string): ConfigValues | undefined {
  return checkEach(value, (setting, name) => {
    if (typeof setting === "string" || typeof setting === "number" || typeof setting === "boolean") return setting;
    throw invalidArgument(`${path}["${name}"] must be a text, a number or a boolean.`);
  });
}

/** What {@link checkConfigItems} takes, in the words of an error. */
export const configItemWords = "an object of texts or arrays of texts";

/** Takes items of lists, and gives undefined for what is no object. @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming the value that is none. */
export function checkConfigItems(value: unknown, path: string): ConfigItems | undefined {
  return checkEach(value, (items, name) => {
    const list: unknown = typeof items === "string" ? [items] : items;
    if (Array.isArray(list) && list.length > 0 && list.every(isItem)) return list;
    throw invalidArgument(`${path}["${name}"] must be a text, or an array of texts, that are not empty.`);
  });
}

function isItem(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function checkEach<Value>(
  value: unknown,
  check: (setting: unknown, name: string) => Value,
): Readonly<Record<string, Value>> | undefined {
  if (!isPlainObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, setting]: [string, unknown]) => [name, check(setting, name)]),
  );
}
