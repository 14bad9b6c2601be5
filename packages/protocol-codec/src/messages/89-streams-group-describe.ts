import { api, array, bool, int16, int32, int64, int8, message, nullable, string, struct, uint16, type Infer } from "../schema/index.js";

export const StreamsGroupDescribeRequest = message("StreamsGroupDescribeRequest", { versions: "0-1", flexible: "0+" }, {
  groupIds: array(string),
  includeAuthorizedOperations: bool,
  includeTopologyDescription: bool.in("1+"),
});
export type StreamsGroupDescribeRequest = Infer<typeof StreamsGroupDescribeRequest>;

const streamsGroupDescribeResponseTopologyDescriptionNode = {
  name: string.in("1+"),
  nodeType: int8.in("1+"),
  sourceTopics: array(string).in("1+"),
  sinkTopic: nullable(string).in("1+").default(null),
  stores: array(string).in("1+"),
  successors: array(string).in("1+"),
};

const streamsGroupDescribeResponseTopologyDescriptionGlobalStore = {
  source: struct(streamsGroupDescribeResponseTopologyDescriptionNode).in("1+"),
  processor: struct(streamsGroupDescribeResponseTopologyDescriptionNode).in("1+"),
};

const streamsGroupDescribeResponseTopologyDescriptionSubtopology = {
  subtopologyId: string.in("1+"),
  nodes: array(streamsGroupDescribeResponseTopologyDescriptionNode).in("1+"),
};

const streamsGroupDescribeResponseTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

const streamsGroupDescribeResponseTopologyDescription = {
  subtopologies: array(streamsGroupDescribeResponseTopologyDescriptionSubtopology).in("1+"),
  globalStores: array(streamsGroupDescribeResponseTopologyDescriptionGlobalStore).in("1+"),
};

const streamsGroupDescribeResponseAssignment = {
  activeTasks: array(streamsGroupDescribeResponseTaskIds),
  standbyTasks: array(streamsGroupDescribeResponseTaskIds),
  warmupTasks: array(streamsGroupDescribeResponseTaskIds),
};

const streamsGroupDescribeResponseTaskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
};

const streamsGroupDescribeResponseKeyValue = {
  key: string,
  value: string,
};

const streamsGroupDescribeResponseEndpoint = {
  host: string,
  port: uint16,
};

const streamsGroupDescribeResponseTopicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(streamsGroupDescribeResponseKeyValue),
};

export const StreamsGroupDescribeResponse = message("StreamsGroupDescribeResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  groups: array({
    errorCode: int16,
    errorMessage: nullable(string).default(null),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    topology: nullable(struct({
      epoch: int32,
      subtopologies: nullable(array({
        subtopologyId: string,
        sourceTopics: array(string),
        repartitionSinkTopics: array(string),
        stateChangelogTopics: array(streamsGroupDescribeResponseTopicInfo),
        repartitionSourceTopics: array(streamsGroupDescribeResponseTopicInfo),
      })).default(null),
    })).default(null),
    members: array({
      memberId: string,
      memberEpoch: int32,
      instanceId: nullable(string).default(null),
      rackId: nullable(string).default(null),
      clientId: string,
      clientHost: string,
      topologyEpoch: int32,
      processId: string,
      userEndpoint: nullable(struct(streamsGroupDescribeResponseEndpoint)).default(null),
      clientTags: array(streamsGroupDescribeResponseKeyValue),
      taskOffsets: array(streamsGroupDescribeResponseTaskOffset),
      taskEndOffsets: array(streamsGroupDescribeResponseTaskOffset),
      assignment: struct(streamsGroupDescribeResponseAssignment),
      targetAssignment: struct(streamsGroupDescribeResponseAssignment),
      isClassic: bool,
    }),
    authorizedOperations: int32.default(-2147483648),
    topologyDescription: nullable(struct(streamsGroupDescribeResponseTopologyDescription)).in("1+").default(null),
    topologyDescriptionStatus: int8.in("1+"),
    assignorName: nullable(string).in("1+").default(null).ignorable,
  }),
});
export type StreamsGroupDescribeResponse = Infer<typeof StreamsGroupDescribeResponse>;

/** API 89. */
export const StreamsGroupDescribe = api(89, "StreamsGroupDescribe", { request: StreamsGroupDescribeRequest, response: StreamsGroupDescribeResponse, throttleFrom: 0 });
