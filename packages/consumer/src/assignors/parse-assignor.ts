import { invalidArgument, isPlainObject, show } from "@moldau/connection-pool";
import type { Assignor } from "./assignor.js";
import { cooperativeStickyAssignor } from "./cooperative-sticky.js";
import { rangeAssignor } from "./range.js";
import { roundRobinAssignor } from "./round-robin.js";
import { stickyAssignor } from "./sticky.js";

/** The assignors that come with the consumer, by Kafka's names. */
export type AssignorName = "range" | "roundrobin" | "sticky" | "cooperative-sticky";

const assignorsByName: ReadonlyMap<unknown, Assignor> = new Map<AssignorName, Assignor>([
  ["range", rangeAssignor],
  ["roundrobin", roundRobinAssignor],
  ["sticky", stickyAssignor],
  ["cooperative-sticky", cooperativeStickyAssignor],
]);

/** Whether it is none of those that come with the consumer. */
export function isOwn(assignor: Assignor): boolean {
  return assignorsByName.get(assignor.name) !== assignor;
}

/** Reads the name of an assignor, or one of the application's own. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is neither, or lacks something. */
export function parseAssignor(value: unknown, path: string): Assignor {
  const known = assignorsByName.get(value);
  if (known !== undefined) return known;
  if (isAssignor(value)) return value;
  throw invalidArgument(isPlainObject(value) ? whatIsMissing(value, path) : noneOf(value, path));
}

/** Checks that names tell the assignors apart. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when two have the same one. */
export function checkNames(assignors: readonly Assignor[]): readonly Assignor[] {
  const names = assignors.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice === undefined) return assignors;
  throw invalidArgument(
    `assignors must have different names, by which members agree on one: "${twice}" is there twice.`,
  );
}

function isAssignor(value: unknown): value is Assignor {
  return isPlainObject(value) && wanting(value) === undefined;
}

/** The first thing that is not as it has to be, and what it has to be. */
function wanting(value: object): readonly [key: string, wanted: string] | undefined {
  const name: unknown = Reflect.get(value, "name");
  if (typeof name !== "string" || name === "")
    return ["name", "the name under which all members know it, a text that is not empty"];
  const protocol: unknown = Reflect.get(value, "rebalanceProtocol");
  if (protocol !== "eager" && protocol !== "cooperative") return ["rebalanceProtocol", '"eager" or "cooperative"'];
  if (typeof Reflect.get(value, "assign") !== "function") return ["assign", "a function"];
  const userData: unknown = Reflect.get(value, "userData");
  return userData === undefined || typeof userData === "function" ? undefined : ["userData", "a function, or left out"];
}

function whatIsMissing(value: object, path: string): string {
  const [key, wanted] = wanting(value) ?? ["name", "a text"];
  const given: unknown = Reflect.get(value, key);
  return given === undefined
    ? `${path}.${key} is missing: an assignor needs ${key}, ${wanted}.`
    : `${path}.${key} must be ${wanted}, not ${show(given)}.`;
}

function noneOf(value: unknown, path: string): string {
  const names = [...assignorsByName.keys()].map((name) => JSON.stringify(name)).join(", ");
  return `${path} must be one of ${names}, or an assignor { name, rebalanceProtocol, assign }, not ${show(value)}.`;
}
