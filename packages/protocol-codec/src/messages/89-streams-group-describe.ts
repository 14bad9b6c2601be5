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

/** The request of StreamsGroupDescribe. */
export const StreamsGroupDescribeRequest = message(
  "StreamsGroupDescribeRequest",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** The groups to describe. */
    groupIds: array(string),
    /** Whether to say which operations are allowed to the user. */
    includeAuthorizedOperations: bool,
    /** Whether to describe the topology in full. */
    includeTopologyDescription: bool.in("1+"),
  }),
);
export type StreamsGroupDescribeRequest = Infer<typeof StreamsGroupDescribeRequest>;

const topologyDescriptionNode = {
  /** The name of the processor. */
  name: string.in("1+"),
  /** What the processor is: 1 source, 2 processor, 3 sink. */
  nodeType: int8.in("1+"),
  /** The topics that the source reads from. */
  sourceTopics: array(string).in("1+"),
  /** The topic that the sink writes to, or null. */
  sinkTopic: nullable(string).in("1+").default(null),
  /** The stores that the processor uses. */
  stores: array(string).in("1+"),
  /** The processors behind it. */
  successors: array(string).in("1+"),
};

const topologyDescriptionGlobalStore = {
  /** The source that feeds the store. */
  source: struct(topologyDescriptionNode).in("1+"),
  /** The processor that fills the store. */
  processor: struct(topologyDescriptionNode).in("1+"),
};

const topologyDescriptionSubtopology = {
  /** The id of the part of the topology. */
  subtopologyId: string.in("1+"),
  /** The nodes. */
  nodes: array(topologyDescriptionNode).in("1+"),
};

const taskIds = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The partitions. */
  partitions: array(int32),
};

const topologyDescription = {
  /** The parts of the topology. */
  subtopologies: array(topologyDescriptionSubtopology).in("1+"),
  /** The stores that every instance holds whole. */
  globalStores: array(topologyDescriptionGlobalStore).in("1+"),
};

const assignment = {
  /** The tasks that the member processes. */
  activeTasks: array(taskIds),
  /** The tasks whose state the member keeps ready for others. */
  standbyTasks: array(taskIds),
  /** The tasks whose state the member is catching up with. */
  warmupTasks: array(taskIds),
};

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

const endpoint = {
  /** The host name or address. */
  host: string,
  /** The port. */
  port: uint16,
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

/** The response of StreamsGroupDescribe. */
export const StreamsGroupDescribeResponse = message(
  "StreamsGroupDescribeResponse",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The groups. */
    groups: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).default(null),
      /** The group id. */
      groupId: string,
      /** The state of the group, by name. */
      groupState: string,
      /** The epoch of the group. */
      groupEpoch: int32,
      /** The epoch of the group's target assignment. */
      assignmentEpoch: int32,
      /** The topology, or null when it is not known. */
      topology: nullable(
        struct({
          /** The epoch of the topology. */
          epoch: int32,
          /** The parts of the topology. */
          subtopologies: nullable(
            array({
              /** The id of the part of the topology. */
              subtopologyId: string,
              /** The topics that this part reads from. */
              sourceTopics: array(string),
              /** The topics that this part writes to for repartitioning. */
              repartitionSinkTopics: array(string),
              /** The topics to which the stores of this part are logged. */
              stateChangelogTopics: array(topicInfo),
              /** The topics that this part reads from after repartitioning. */
              repartitionSourceTopics: array(topicInfo),
            }),
          ).default(null),
        }),
      ).default(null),
      /** The members. */
      members: array({
        /** The id of the member. */
        memberId: string,
        /** The epoch of the member. */
        memberEpoch: int32,
        /** The name of a static member, or null for a dynamic one. */
        instanceId: nullable(string).default(null),
        /** The rack of the member, or null. */
        rackId: nullable(string).default(null),
        /** The client id that the member states. */
        clientId: string,
        /** The address from which the member joined. */
        clientHost: string,
        /** The epoch of the topology. */
        topologyEpoch: int32,
        /** The id of the process that runs the member. */
        processId: string,
        /** Where the member answers queries from others, or null. */
        userEndpoint: nullable(struct(endpoint)).default(null),
        /** Tags of the client, for assignments that look at racks. */
        clientTags: array(keyValue),
        /** How far each task has got. */
        taskOffsets: array(taskOffset),
        /** How far each task could get. */
        taskEndOffsets: array(taskOffset),
        /** What the member has at the moment. */
        assignment: struct(assignment),
        /** What the member shall have. */
        targetAssignment: struct(assignment),
        /** Whether the member joined with the classic protocol. */
        isClassic: bool,
      }),
      /** The operations allowed to the user, a bit each; -2147483648 when they were not asked for. */
      authorizedOperations: int32.default(-2147483648),
      /** The topology in full, or null. */
      topologyDescription: nullable(struct(topologyDescription)).in("1+").default(null),
      /** Whether a description of the topology is there. */
      topologyDescriptionStatus: int8.in("1+"),
      /** The assignor in use. */
      assignorName: nullable(string).in("1+").default(null).ignorable,
    }),
  }),
);
export type StreamsGroupDescribeResponse = Infer<typeof StreamsGroupDescribeResponse>;

/** Describes groups of streams applications. */
export const StreamsGroupDescribe = api(89, "StreamsGroupDescribe", {
  request: StreamsGroupDescribeRequest,
  response: StreamsGroupDescribeResponse,
  throttleFrom: 0,
});
