import { array, int16, int32, message, string, type Infer } from "../../schema/index.js";

/** The topology of a streams group (KIP-1071): the key. */
export const StreamsGroupTopologyKey = message(
  "StreamsGroupTopologyKey",
  { versions: "0", flexible: "none", recordType: 23 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type StreamsGroupTopologyKey = Infer<typeof StreamsGroupTopologyKey>;

const topicConfig = {
  /** The key. */
  key: string,
  /** The value. */
  value: string,
};

const topicInfo = {
  /** The topic's name. */
  name: string,
  /** The partitions. */
  partitions: int32,
  /** The number of replicas. */
  replicationFactor: int16,
  /** The configuration that the topic needs. */
  topicConfigs: array(topicConfig),
};

/** The topology of a streams group (KIP-1071): the value. */
export const StreamsGroupTopologyValue = message(
  "StreamsGroupTopologyValue",
  { versions: "0", flexible: "0+", recordType: 23 },
  () => ({
    /** The epoch of the topology. */
    epoch: int32,
    /** The parts of the topology. */
    subtopologies: array({
      /** The id of the part of the topology. */
      subtopologyId: string,
      /** The topics that this part reads from. */
      sourceTopics: array(string),
      /** The expressions for topics that this part reads from. */
      sourceTopicRegex: array(string),
      /** The topics to which the stores of this part are logged. */
      stateChangelogTopics: array(topicInfo),
      /** The topics that this part writes to for repartitioning. */
      repartitionSinkTopics: array(string),
      /** The topics that this part reads from after repartitioning. */
      repartitionSourceTopics: array(topicInfo),
      /** Topics that have to be partitioned alike. */
      copartitionGroups: array({
        /** The topics in the group, by their place in the part's list of sources. */
        sourceTopics: array(int16),
        /** The expressions in the group, by their place in the part's list. */
        sourceTopicRegex: array(int16),
        /** The topics in the group, by their place in the part's list of repartitioned sources. */
        repartitionSourceTopics: array(int16),
      }),
    }),
  }),
);
export type StreamsGroupTopologyValue = Infer<typeof StreamsGroupTopologyValue>;
