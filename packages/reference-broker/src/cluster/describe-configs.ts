import { type BrokerConfig, brokerConfigDefinition, brokerConfigKeys } from "./broker-config.js";
import type { ConfigDefinition, ConfigType } from "./config-definition.js";
import { configSource, type ConfigSynonym, type ConfigValue } from "./config-value.js";
import { groupConfigDefinition, groupConfigKeys } from "./group-config.js";
import { groupConfigValue } from "./group-settings.js";
import { topicConfigDefinition } from "./topic-config.js";
import { topicConfigKeys, topicConfigValue } from "./topic-settings.js";

/** One key of a topic's, group's or broker's configuration, as DescribeConfigs shows it. */
export interface ConfigEntry extends ConfigValue {
  readonly name: string;
  /** Kafka's number of the value's type. */
  readonly configType: number;
  readonly documentation: string;
  readonly isReadOnly: boolean;
}

/** Kafka's numbers of the types of values. */
const typeNumbers: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  PASSWORD: 9,
};

/** Every key of a topic, from what was set for it and the broker's defaults. */
export function describeTopic(set: ReadonlyMap<string, string>, broker: BrokerConfig): readonly ConfigEntry[] {
  return topicConfigKeys(set).map((name) =>
    entry(name, topicConfigValue(name, set, broker), { definition: topicConfigDefinition(name), isReadOnly: false }),
  );
}

/** Every key of a group, from what was set for it and the broker's defaults. A group need not exist to be configured. */
export function describeGroup(set: ReadonlyMap<string, string>, broker: BrokerConfig): readonly ConfigEntry[] {
  return groupConfigKeys.map((name) =>
    entry(name, groupConfigValue(name, set, broker), { definition: groupConfigDefinition(name), isReadOnly: false }),
  );
}

/** Every key of a broker that is not kept to itself. They were given at its start, so that none can be changed. */
export function describeBroker(config: BrokerConfig): readonly ConfigEntry[] {
  return brokerConfigKeys().flatMap((name) => {
    const definition = brokerConfigDefinition(name);
    const given = config.given(name);
    if (definition?.isHidden === true && given === undefined) return [];
    const fallback: ConfigSynonym = { name, value: definition?.default ?? null, source: configSource.default };
    const first = given === undefined ? fallback : { name, value: given, source: configSource.staticBroker };
    const synonyms = first === fallback ? [fallback] : [first, fallback];
    return [entry(name, { value: first.value, source: first.source, synonyms }, { definition, isReadOnly: true })];
  });
}

function entry(
  name: string,
  value: ConfigValue,
  { definition, isReadOnly }: { readonly definition: ConfigDefinition | undefined; readonly isReadOnly: boolean },
): ConfigEntry {
  return {
    name,
    ...value,
    configType: definition === undefined ? 0 : typeNumbers[definition.type],
    documentation: definition?.documentation ?? "",
    isReadOnly,
  };
}
