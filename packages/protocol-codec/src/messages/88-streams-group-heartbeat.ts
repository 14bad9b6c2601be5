import {
  api,
  array,
  bool,
  int16,
  int32,
  int64,
  int8,
  message,
  nullable,
  string,
  struct,
  uint16,
  type Infer,
} from "../schema/index.js";

const taskOffset = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The partition's number. */
  partition: int32,
  /** The offset. */
  offset: int64,
};

const keyValue = {
  /** The key. */
  key: string,
  /** The value. */
  value: string,
};

const requestEndpoint = {
  /** The host name or address. */
  host: string,
  /** The port. */
  port: uint16,
};

const requestTaskIds = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The partitions. */
  partitions: array(int32),
};

const topicInfo = {
  /** The topic's name. */
  name: string,
  /** The partitions. */
  partitions: int32,
  /** The number of replicas. */
  replicationFactor: int16,
  /** The configuration that the topic needs. */
  topicConfigs: array(keyValue),
};

/** The request of StreamsGroupHeartbeat. */
export const StreamsGroupHeartbeatRequest = message(
  "StreamsGroupHeartbeatRequest",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The id of the member. */
    memberId: string,
    /** The epoch of the member: 0 to join, -1 to leave, -2 when a static member leaves for a while. */
    memberEpoch: int32,
    /** The epoch of the endpoints of all members. */
    endpointInformationEpoch: int32,
    /** The name of a static member, or null for a dynamic one. */
    instanceId: nullable(string).default(null),
    /** The rack of the member, or null. */
    rackId: nullable(string).default(null),
    /** For how long the group waits for the member to give up tasks; -1 when it has not changed. */
    rebalanceTimeoutMs: int32.default(-1),
    /** The topology, or null when it has not changed. */
    topology: nullable(
      struct({
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
    ).default(null),
    /** The tasks that the member processes. */
    activeTasks: nullable(array(requestTaskIds)).default(null),
    /** The tasks whose state the member keeps ready for others. */
    standbyTasks: nullable(array(requestTaskIds)).default(null),
    /** The tasks whose state the member is catching up with. */
    warmupTasks: nullable(array(requestTaskIds)).default(null),
    /** The id of the process that runs the member. */
    processId: nullable(string).default(null),
    /** Where the member answers queries from others, or null. */
    userEndpoint: nullable(struct(requestEndpoint)).default(null),
    /** Tags of the client, for assignments that look at racks. */
    clientTags: nullable(array(keyValue)).default(null),
    /** How far each task has got. */
    taskOffsets: nullable(array(taskOffset)).default(null),
    /** How far each task could get. */
    taskEndOffsets: nullable(array(taskOffset)).default(null),
    /** Whether the whole application is to shut down. */
    shutdownApplication: bool,
  }),
);
export type StreamsGroupHeartbeatRequest = Infer<typeof StreamsGroupHeartbeatRequest>;

const topicPartition = {
  /** The topic's name. */
  topic: string,
  /** The partitions. */
  partitions: array(int32),
};

const responseEndpoint = {
  /** The host name or address. */
  host: string,
  /** The port. */
  port: uint16,
};

const responseTaskIds = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The partitions. */
  partitions: array(int32),
};

const status = {
  /** The number of the status. */
  statusCode: int8,
  /** The words of the status. */
  statusDetail: string,
};

/** The response of StreamsGroupHeartbeat. */
export const StreamsGroupHeartbeatResponse = message(
  "StreamsGroupHeartbeatResponse",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).default(null),
    /** The id of the member. */
    memberId: string,
    /** The epoch of the member. */
    memberEpoch: int32,
    /** How often the member is to send a heartbeat. */
    heartbeatIntervalMs: int32,
    /**
     * How many records behind a standby may be and still count as caught up; kept for the first version, which counts
     * in 32 bits.
     */
    acceptableRecoveryLagLegacy: int32.in("0"),
    /** How often the member is to report how far its tasks are. */
    taskOffsetIntervalMs: int32,
    /** How many records behind a standby may be and still count as caught up. */
    acceptableRecoveryLag: int64.in("1+").default(-1n).ignorable,
    /** What the group's coordinator has to say to the member, or null. */
    status: nullable(array(status)),
    /** The tasks that the member processes. */
    activeTasks: nullable(array(responseTaskIds)).default(null),
    /** The tasks whose state the member keeps ready for others. */
    standbyTasks: nullable(array(responseTaskIds)).default(null),
    /** The tasks whose state the member is catching up with. */
    warmupTasks: nullable(array(responseTaskIds)).default(null),
    /** Whether the member is to send a description of the topology. */
    topologyDescriptionRequired: bool.in("1+"),
    /** The epoch of the endpoints of all members. */
    endpointInformationEpoch: int32,
    /** The endpoints of all members with the partitions that they serve; null when nothing has changed. */
    partitionsByUserEndpoint: nullable(
      array({
        /** Where the member answers queries from others, or null. */
        userEndpoint: struct(responseEndpoint),
        /** The partitions whose active tasks run at this endpoint. */
        activePartitions: array(topicPartition),
        /** The partitions whose standby tasks run at this endpoint. */
        standbyPartitions: array(topicPartition),
      }),
    ).default(null),
  }),
);
export type StreamsGroupHeartbeatResponse = Infer<typeof StreamsGroupHeartbeatResponse>;

/** Joins, keeps and leaves a group of a streams application (KIP-1071). */
export const StreamsGroupHeartbeat = api(88, "StreamsGroupHeartbeat", {
  request: StreamsGroupHeartbeatRequest,
  response: StreamsGroupHeartbeatResponse,
  throttleFrom: 0,
});
