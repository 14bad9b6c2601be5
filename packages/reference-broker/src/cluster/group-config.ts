import { brokerConfigDefinition } from "./broker-config.js";
import { flag, type ConfigDefinition, type ConfigDefinitions } from "./config-definition.js";

/** A key of a group that has its default, type and sentence from the broker's key of the same name with `group.` before it. */
function asTheBrokers(key: string): ConfigDefinitions {
  const brokerKey = `group.${key}`;
  const definition = brokerConfigDefinition(brokerKey);
  return definition === undefined ? {} : { [key]: { ...definition, brokerKey } };
}

/** Every configuration key of a group of Apache Kafka (`GroupConfig`); those of share and streams groups are kept and checked, and mean nothing here yet. */
const groupConfigs: ConfigDefinitions = {
  ...asTheBrokers("consumer.assignment.interval.ms"),
  ...asTheBrokers("consumer.heartbeat.interval.ms"),
  ...asTheBrokers("consumer.session.timeout.ms"),
  ...asTheBrokers("share.assignment.interval.ms"),
  "share.auto.offset.reset": {
    type: "STRING",
    brokerKey: "share.auto.offset.reset",
    default: "latest",
    form: {
      // ISO 8601 as Java reads it: days, hours, minutes and seconds with a fraction, none of it negative, and at least one of them.
      pattern:
        /^(?:earliest|latest|by_duration:[Pp](?=.)(?:\d+[Dd])?(?:[Tt](?=.)(?:\d+[Hh])?(?:\d+[Mm])?(?:\d+(?:\.\d{0,9})?[Ss])?)?)$/,
      sentence: (value) =>
        `Invalid value \`${value}\` for configuration share.auto.offset.reset. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.`,
    },
    documentation:
      "Where the start offset of a share-partition comes from: earliest, latest, or by_duration:PnDTnHnMn.nS, which is that long before now.",
  },
  ...asTheBrokers("share.delivery.count.limit"),
  ...asTheBrokers("share.heartbeat.interval.ms"),
  "share.isolation.level": {
    type: "STRING",
    brokerKey: "share.isolation.level",
    default: "read_uncommitted",
    oneOf: ["read_committed", "read_uncommitted"],
    documentation:
      "How records written transactionally are read: read_committed delivers those of committed transactions alone, read_uncommitted all.",
  },
  ...asTheBrokers("share.partition.max.record.locks"),
  ...asTheBrokers("share.record.lock.duration.ms"),
  "share.renew.acknowledge.enable": {
    ...flag(true, "Whether acknowledgements of a share group may be of the type renew."),
    brokerKey: "share.renew.acknowledge.enable",
  },
  ...asTheBrokers("share.session.timeout.ms"),
  ...asTheBrokers("streams.assignment.interval.ms"),
  ...asTheBrokers("streams.heartbeat.interval.ms"),
  ...asTheBrokers("streams.initial.rebalance.delay.ms"),
  ...asTheBrokers("streams.num.standby.replicas"),
  ...asTheBrokers("streams.session.timeout.ms"),
};

/** The definition of a key of groups, or undefined when there is none of that name. */
export function groupConfigDefinition(key: string): ConfigDefinition | undefined {
  return Object.hasOwn(groupConfigs, key) ? groupConfigs[key] : undefined;
}

/** Every key of a group, sorted. */
export const groupConfigKeys: readonly string[] = Object.keys(groupConfigs).sort();
