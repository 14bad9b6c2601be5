import type { BrokerConfig } from "./broker-config.js";
import type { ConfigDefinition } from "./config-definition.js";

/** Kafka's numbers of where a configuration value comes from. */
export const configSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  group: 8,
} as const;

/** One value that a key has, or would have if the ones before it were removed. */
export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

/** A key's value in force, where it comes from, and the values that were given for it or are its defaults, the one in force first. */
export interface ConfigValue {
  readonly value: string | null;
  readonly source: number;
  readonly synonyms: readonly ConfigSynonym[];
}

/** A key of a topic or a group, with what was set for that topic or group and the number that says so. */
interface SetKey {
  readonly key: string;
  readonly set: ReadonlyMap<string, string>;
  readonly definition: ConfigDefinition | undefined;
  readonly source: number;
}

/** The value of a key that has its default from a key of the broker. */
export function configValue({ key, set, definition, source }: SetKey, broker: BrokerConfig): ConfigValue {
  const { brokerKey = key, isUnset = false, default: fallback = null } = definition ?? {};
  const own = set.get(key);
  const given = definition?.brokerKey === undefined ? undefined : broker.given(brokerKey);
  const synonyms = [
    ...(own === undefined ? [] : [{ name: key, value: own, source }]),
    ...(given === undefined ? [] : [{ name: brokerKey, value: given, source: configSource.staticBroker }]),
    ...(definition?.brokerKey === undefined || isUnset
      ? []
      : [{ name: brokerKey, value: fallback, source: configSource.default }]),
  ];
  return { value: fallback, source: configSource.default, ...pick(synonyms[0]), synonyms };
}

function pick(first: ConfigSynonym | undefined): Partial<ConfigValue> {
  return first === undefined ? {} : { value: first.value, source: first.source };
}
