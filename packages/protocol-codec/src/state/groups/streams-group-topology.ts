import { array, int16, int32, message, string, type Infer } from "../../schema/index.js";

export const StreamsGroupTopologyKey = message("StreamsGroupTopologyKey", { versions: "0", flexible: "none", recordType: 23 }, {
  groupId: string.in("0"),
});
export type StreamsGroupTopologyKey = Infer<typeof StreamsGroupTopologyKey>;

const topicConfigFields = {
  key: string,
  value: string,
};

const topicInfoFields = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(topicConfigFields),
};

export const StreamsGroupTopologyValue = message("StreamsGroupTopologyValue", { versions: "0", flexible: "0+", recordType: 23 }, {
  epoch: int32,
  subtopologies: array({
    subtopologyId: string,
    sourceTopics: array(string),
    sourceTopicRegex: array(string),
    stateChangelogTopics: array(topicInfoFields),
    repartitionSinkTopics: array(string),
    repartitionSourceTopics: array(topicInfoFields),
    copartitionGroups: array({
      sourceTopics: array(int16),
      sourceTopicRegex: array(int16),
      repartitionSourceTopics: array(int16),
    }),
  }),
});
export type StreamsGroupTopologyValue = Infer<typeof StreamsGroupTopologyValue>;
