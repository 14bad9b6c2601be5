import { compressionNames } from "@moldau/protocol-codec";
import type { LogConfig } from "../log/log-config.js";
import { defaultLogConfig } from "../log/log-config.js";
import type { BrokerConfig } from "./broker-config.js";
import { configProblem, listItems, type ConfigDefinition } from "./config-definition.js";
import { configSource, configValue, type ConfigValue } from "./config-value.js";
import { configResource, type ClusterState } from "./state.js";
import { topicConfigDefinition, topicConfigs, type TopicConfigKey } from "./topic-config.js";

/** The value of one topic key. */
export function topicConfigValue(key: string, set: ReadonlyMap<string, string>, broker: BrokerConfig): ConfigValue {
  return configValue({ key, set, definition: topicConfigDefinition(key), source: configSource.topic }, broker);
}

/** Says in Kafka's words what is wrong with a value for a topic key; undefined when nothing is. */
export function topicConfigProblem(key: string, value: string): string | undefined {
  const definition = topicConfigDefinition(key);
  return definition === undefined ? `Unknown topic config name: ${key}` : configProblem(key, definition, value);
}

/**
 * Says what is wrong with the settings of a topic as a whole, in words like Kafka's; undefined when nothing is. Single values have been
 * checked with {@link topicConfigProblem}.
 */
export function topicConfigsProblem(set: ReadonlyMap<string, string>, broker: BrokerConfig): string | undefined {
  const text = (key: TopicConfigKey): string => (topicConfigValue(key, set, broker).value ?? "").trim();
  const [minLag, maxLag] = [text("min.compaction.lag.ms"), text("max.compaction.lag.ms")];
  if (BigInt(minLag) > BigInt(maxLag))
    return `conflict topic config setting min.compaction.lag.ms (${minLag}) > max.compaction.lag.ms (${maxLag})`;
  if (text("remote.storage.enable").toLowerCase() === "true")
    return "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.";
  return undefined;
}

/** How the logs of a topic behave, from the topic's own values and the broker's defaults. */
export function logConfigOf(set: ReadonlyMap<string, string>, broker: BrokerConfig): LogConfig {
  const text = (key: TopicConfigKey): string => topicConfigValue(key, set, broker).value ?? "";
  const number = (key: TopicConfigKey): number => limit(text(key));
  const policies = listItems(text("cleanup.policy"));
  return {
    ...defaultLogConfig,
    segmentBytes: number(set.has("internal.segment.bytes") ? "internal.segment.bytes" : "segment.bytes"),
    segmentMs: number("segment.ms"),
    segmentJitterMs: number("segment.jitter.ms"),
    segmentIndexBytes: number("segment.index.bytes"),
    indexIntervalBytes: number("index.interval.bytes"),
    maxMessageBytes: number("max.message.bytes"),
    retentionBytes: number("retention.bytes"),
    retentionMs: number("retention.ms"),
    isDeleted: policies.includes("delete"),
    isCompacted: policies.includes("compact"),
    messageTimestampType: text("message.timestamp.type") === "LogAppendTime" ? "LogAppendTime" : "CreateTime",
    messageTimestampBeforeMaxMs: number("message.timestamp.before.max.ms"),
    messageTimestampAfterMaxMs: number("message.timestamp.after.max.ms"),
    flushMessages: number("flush.messages"),
    flushMs: number("flush.ms"),
    producerIdExpirationMs: broker.number("producer.id.expiration.ms"),
    compressionType: compressionTypeOf(text("compression.type")),
  };
}

/** Kafka's word for no compression is another here than in batches. */
function compressionTypeOf(text: string): LogConfig["compressionType"] {
  return compressionNames.find((name) => name === text) ?? (text === "uncompressed" ? "none" : "producer");
}

/** Every topic key that is shown of a topic with these settings, sorted as DescribeConfigs lists them. */
export function topicConfigKeys(set: ReadonlyMap<string, string>): readonly string[] {
  return Object.entries<ConfigDefinition>(topicConfigs)
    .flatMap(([key, { isHidden = false }]) => (isHidden && !set.has(key) ? [] : [key]))
    .sort();
}

/** The largest int64 is Kafka's way to say "without limit". */
function limit(text: string): number {
  return text === "9223372036854775807" ? Number.POSITIVE_INFINITY : Number(text);
}

/** How many replicas have to be in sync for a write with acks -1: as many as the setting says, and never more than the partition has. */
export function minInsyncReplicas(
  cluster: ClusterState,
  { topic, replicas }: { readonly topic: string; readonly replicas: number },
  broker: BrokerConfig,
): number {
  const own = cluster.configs(configResource.topic, topic).get("min.insync.replicas");
  const wanted = Number(own ?? broker.given("min.insync.replicas") ?? topicConfigs["min.insync.replicas"].default);
  return Math.min(wanted, replicas);
}
