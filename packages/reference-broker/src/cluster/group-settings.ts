import type { BrokerConfig } from "./broker-config.js";
import { configProblem } from "./config-definition.js";
import { configSource, configValue, type ConfigValue } from "./config-value.js";
import { groupConfigBorders } from "./group-broker-config.js";
import { groupConfigDefinition } from "./group-config.js";

/** The value of one key of a group. */
export function groupConfigValue(key: string, set: ReadonlyMap<string, string>, broker: BrokerConfig): ConfigValue {
  return configValue({ key, set, definition: groupConfigDefinition(key), source: configSource.group }, broker);
}

/** Says in Kafka's words what is wrong with a value for a key of a group; undefined when nothing is. */
export function groupConfigProblem(key: string, value: string): string | undefined {
  const definition = groupConfigDefinition(key);
  return definition === undefined ? `Unknown group config name: ${key}` : configProblem(key, definition, value);
}

/**
 * Says in Kafka's words what is wrong with the settings of a group as a whole; undefined when nothing is. What was set must lie between the
 * broker's borders, and a session must be longer than the pause between two heartbeats. Single values have been checked with
 * {@link groupConfigProblem}.
 */
export function groupConfigsProblem(set: ReadonlyMap<string, string>, broker: BrokerConfig): string | undefined {
  const number = (key: string): number => Number(groupConfigValue(key, set, broker).value);
  for (const { key, min, max } of groupConfigBorders) {
    if (min !== undefined && number(key) < border(min, broker)) return `${key} must be greater than or equal to ${min}`;
    if (number(key) > border(max, broker)) return `${key} must be less than or equal to ${max}`;
  }
  for (const kind of ["consumer", "share", "streams"]) {
    const [session, heartbeat] = [`${kind}.session.timeout.ms`, `${kind}.heartbeat.interval.ms`];
    if (number(session) <= number(heartbeat)) return `${session} must be greater than ${heartbeat}`;
  }
  return undefined;
}

/**
 * The number that a key of a group has in force. What was set when the broker had other borders counts as the nearest that it may be now,
 * as in Apache Kafka.
 */
export function groupConfigNumber(key: string, set: ReadonlyMap<string, string>, broker: BrokerConfig): number {
  const number = Number(groupConfigValue(key, set, broker).value);
  const borders = groupConfigBorders.find((each) => each.key === key);
  if (borders === undefined) return number;
  const least = borders.min === undefined ? number : Math.max(number, border(borders.min, broker));
  return Math.min(least, border(borders.max, broker));
}

function border(key: string, broker: BrokerConfig): number {
  return Number(broker.textOfAny(key));
}
