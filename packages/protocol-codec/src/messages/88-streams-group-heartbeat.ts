import { api, array, bool, int16, int32, int64, int8, message, nullable, string, struct, uint16, type Infer } from "../schema/index.js";

const streamsGroupHeartbeatRequestTaskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
};

const streamsGroupHeartbeatRequestKeyValue = {
  key: string,
  value: string,
};

const streamsGroupHeartbeatRequestEndpoint = {
  host: string,
  port: uint16,
};

const streamsGroupHeartbeatRequestTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

const streamsGroupHeartbeatRequestTopicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(streamsGroupHeartbeatRequestKeyValue),
};

export const StreamsGroupHeartbeatRequest = message("StreamsGroupHeartbeatRequest", { versions: "0-1", flexible: "0+" }, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  endpointInformationEpoch: int32,
  instanceId: nullable(string).default(null),
  rackId: nullable(string).default(null),
  rebalanceTimeoutMs: int32.default(-1),
  topology: nullable(struct({
    epoch: int32,
    subtopologies: array({
      subtopologyId: string,
      sourceTopics: array(string),
      sourceTopicRegex: array(string),
      stateChangelogTopics: array(streamsGroupHeartbeatRequestTopicInfo),
      repartitionSinkTopics: array(string),
      repartitionSourceTopics: array(streamsGroupHeartbeatRequestTopicInfo),
      copartitionGroups: array({
        sourceTopics: array(int16),
        sourceTopicRegex: array(int16),
        repartitionSourceTopics: array(int16),
      }),
    }),
  })).default(null),
  activeTasks: nullable(array(streamsGroupHeartbeatRequestTaskIds)).default(null),
  standbyTasks: nullable(array(streamsGroupHeartbeatRequestTaskIds)).default(null),
  warmupTasks: nullable(array(streamsGroupHeartbeatRequestTaskIds)).default(null),
  processId: nullable(string).default(null),
  userEndpoint: nullable(struct(streamsGroupHeartbeatRequestEndpoint)).default(null),
  clientTags: nullable(array(streamsGroupHeartbeatRequestKeyValue)).default(null),
  taskOffsets: nullable(array(streamsGroupHeartbeatRequestTaskOffset)).default(null),
  taskEndOffsets: nullable(array(streamsGroupHeartbeatRequestTaskOffset)).default(null),
  shutdownApplication: bool,
});
export type StreamsGroupHeartbeatRequest = Infer<typeof StreamsGroupHeartbeatRequest>;

const streamsGroupHeartbeatResponseTopicPartition = {
  topic: string,
  partitions: array(int32),
};

const streamsGroupHeartbeatResponseEndpoint = {
  host: string,
  port: uint16,
};

const streamsGroupHeartbeatResponseTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

const streamsGroupHeartbeatResponseStatus = {
  statusCode: int8,
  statusDetail: string,
};

export const StreamsGroupHeartbeatResponse = message("StreamsGroupHeartbeatResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  memberId: string,
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  acceptableRecoveryLagLegacy: int32.in("0"),
  taskOffsetIntervalMs: int32,
  acceptableRecoveryLag: int64.in("1+").default(-1n).ignorable,
  status: nullable(array(streamsGroupHeartbeatResponseStatus)),
  activeTasks: nullable(array(streamsGroupHeartbeatResponseTaskIds)).default(null),
  standbyTasks: nullable(array(streamsGroupHeartbeatResponseTaskIds)).default(null),
  warmupTasks: nullable(array(streamsGroupHeartbeatResponseTaskIds)).default(null),
  topologyDescriptionRequired: bool.in("1+"),
  endpointInformationEpoch: int32,
  partitionsByUserEndpoint: nullable(array({
    userEndpoint: struct(streamsGroupHeartbeatResponseEndpoint),
    activePartitions: array(streamsGroupHeartbeatResponseTopicPartition),
    standbyPartitions: array(streamsGroupHeartbeatResponseTopicPartition),
  })).default(null),
});
export type StreamsGroupHeartbeatResponse = Infer<typeof StreamsGroupHeartbeatResponse>;

/** API 88. */
export const StreamsGroupHeartbeat = api(88, "StreamsGroupHeartbeat", { request: StreamsGroupHeartbeatRequest, response: StreamsGroupHeartbeatResponse, throttleFrom: 0 });
