import type { KafkaErrorFacts } from "@moldau/protocol-codec";
import { brokerOf } from "../routing/given-broker.js";
import type { ItemResult } from "../routing/item-result.js";
import type { Route } from "../routing/route.js";

/** A broker by its node id, or `"default"`: what holds for every broker that has no setting of its own. */
export type ConfigBroker = number | "default";

/** What has configurations. */
export type ConfigResource =
  | { readonly topic: string; readonly broker?: never; readonly group?: never }
  | { readonly broker: ConfigBroker; readonly topic?: never; readonly group?: never }
  | { readonly group: string; readonly topic?: never; readonly broker?: never };

/** A result about the configurations of one thing: of `topic`, of `broker`, or of `group`. */
export interface ConfigResult extends ItemResult {
  /** The topic's name; absent where it is about something else. */
  readonly topic?: string;
  /** The broker's node id, or `"default"`; absent where it is about something else. */
  readonly broker?: ConfigBroker;
  /** The group's id; absent where it is about something else. */
  readonly group?: string;
}

/** Settings of topics and groups are known to any broker; those of a broker only to itself, but for the defaults of all. */
export const configRoute: Route<ConfigResource> = brokerOf<ConfigResource>(({ broker }) =>
  broker === "default" ? undefined : broker,
);

/** How a request names a thing that has configurations. */
export function requestNameOf(resource: ConfigResource): {
  readonly resourceType: number;
  readonly resourceName: string;
} {
  if (resource.topic !== undefined) return { resourceType: topicType, resourceName: resource.topic };
  if (resource.group !== undefined) return { resourceType: groupType, resourceName: resource.group };
  return { resourceType: brokerType, resourceName: resource.broker === "default" ? "" : String(resource.broker) };
}

/** By which name it is found in a response. */
export function configKey({ resourceType, resourceName }: ReturnType<typeof requestNameOf>): string {
  return `${resourceType}:${resourceName}`;
}

/** What errors say of it. */
export function factsOfConfig({ topic, broker, group }: ConfigResource): KafkaErrorFacts {
  if (topic !== undefined) return { topic };
  if (group !== undefined) return { groupId: group };
  return broker === "default" ? {} : { broker };
}

/** Which of them a result is about. */
export function nameOf({ topic, broker, group }: ConfigResource): ConfigResult {
  if (topic !== undefined) return { topic };
  return group === undefined ? { broker } : { group };
}

// Kafka's numbers.
const topicType = 2;
const brokerType = 4;
const groupType = 32;

/** Takes a broker that has configurations, and gives undefined for anything else. */
export function checkBroker(value: unknown): ConfigBroker | undefined {
  if (value === "default") return value;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : undefined;
}

/** What {@link checkBroker} takes, in the words of an error. */
export const brokers = 'a node id, or "default" for what holds for all brokers';
