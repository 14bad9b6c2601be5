import { handlers } from "../handlers/all.js";
import { checkKeys, checkName } from "../known-names.js";
import type { InterceptRule } from "./rules.js";

const ruleKeys = ["api", "topic", "partition", "group", "broker", "clientId", "nth", "times", "probability"];
const apiNames: readonly string[] = handlers.map(({ api }) => api.name);

/**
 * Checks a rule, which may come from JavaScript. Throws a RangeError when it has a key that rules do not have, an API that the broker does
 * not serve, or a value that no request could match.
 */
export function checkRule(rule: InterceptRule, interceptor: unknown): void {
  checkKeys("a rule", rule, ruleKeys);
  const { api, broker, partition, nth, times, probability, topic, group, clientId } = rule;
  if (api !== undefined) checkName("api", nameOf(api), apiNames);
  for (const [name, value] of Object.entries({ topic, group, clientId })) {
    if (value !== undefined && typeof value !== "string")
      throw new RangeError(`${name} must be a text, not ${JSON.stringify(value)}`);
  }
  checkWhole({ broker, partition }, 0);
  checkWhole({ nth, times }, 1);
  if (probability !== undefined && !(probability >= 0 && probability <= 1))
    throw new RangeError(`probability must lie between 0 and 1, not ${probability}`);
  if (typeof interceptor !== "function") throw new RangeError("intercept takes a function that is given each request");
}

/** The name of an API that is given by name or by the codec's object of it. */
function nameOf(api: unknown): unknown {
  return typeof api === "object" && api !== null && "name" in api ? api.name : api;
}

function checkWhole(numbers: Readonly<Record<string, number | undefined>>, least: number): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined && (!Number.isInteger(value) || value < least))
      throw new RangeError(`${name} must be a whole number from ${least} on, not ${value}`);
  }
}
