import { type BrokerConfig, brokerConfigDefinition, brokerConfigKeys } from "./broker-config.js";
import type { ConfigType } from "./config-definition.js";
import { topicConfigDefinition } from "./topic-config.js";
import {
  configSource,
  topicConfigKeys,
  topicConfigValue,
  type ConfigSynonym,
  type ConfigValue,
} from "./topic-settings.js";

/** One key of a topic's or broker's configuration, as DescribeConfigs shows it. */
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
  return topicConfigKeys(set).map((name) => {
    const definition = topicConfigDefinition(name);
    return {
      name,
      ...topicConfigValue(name, set, broker),
      configType: definition === undefined ? 0 : typeNumbers[definition.type],
      documentation: definition?.documentation ?? "",
      isReadOnly: false,
    };
  });
}

/** Every key of a broker. They were given at its start, so that none can be changed. */
export function describeBroker(config: BrokerConfig): readonly ConfigEntry[] {
  return brokerConfigKeys().map((name) => {
    const definition = brokerConfigDefinition(name);
    const given = config.given(name);
    const fallback: ConfigSynonym = { name, value: definition?.default ?? null, source: configSource.default };
    const first = given === undefined ? fallback : { name, value: given, source: configSource.staticBroker };
    return {
      name,
      value: first.value,
      source: first.source,
      synonyms: first === fallback ? [fallback] : [first, fallback],
      configType: definition === undefined ? 0 : typeNumbers[definition.type],
      documentation: definition?.documentation ?? "",
      isReadOnly: true,
    };
  });
}
