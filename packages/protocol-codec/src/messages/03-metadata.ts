import { api, array, bool, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of Metadata. */
export const MetadataRequest = message("MetadataRequest", { versions: "0-13", flexible: "9+" }, () => ({
  /** The topics to describe: null for all (in version 0: an empty list), an empty list for none. */
  topics: nullable(
    array({
      /** The topic's id; zero to ask by name. */
      topicId: uuid.in("10+").ignorable,
      /** The topic's name. */
      name: nullable(string, "10+"),
    }),
    "1+",
  ),
  /** Whether the broker may create topics that do not exist. */
  allowAutoTopicCreation: bool.in("4+").default(true),
  /** Whether to say which operations on the cluster are allowed to the user. */
  includeClusterAuthorizedOperations: bool.in("8-10"),
  /** Whether to say which operations on each topic are allowed to the user. */
  includeTopicAuthorizedOperations: bool.in("8+"),
}));
export type MetadataRequest = Infer<typeof MetadataRequest>;

/** The response of Metadata. */
export const MetadataResponse = message("MetadataResponse", { versions: "0-13", flexible: "9+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("3+").ignorable,
  /** The brokers of the cluster. */
  brokers: array({
    /** The node id of the broker. */
    nodeId: int32,
    /** The host name or address. */
    host: string,
    /** The port. */
    port: int32,
    /** The rack of the broker, or null. */
    rack: nullable(string).in("1+").default(null).ignorable,
  }),
  /** The id of the cluster, or null when it is not known. */
  clusterId: nullable(string).in("2+").default(null).ignorable,
  /** The node id of the controller, -1 when it is not known. */
  controllerId: int32.in("1+").default(-1).ignorable,
  /** The topics. */
  topics: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The topic's name. */
    name: nullable(string, "12+"),
    /** The topic's id. */
    topicId: uuid.in("10+").ignorable,
    /** Whether the topic is one of Kafka's own. */
    isInternal: bool.in("1+").ignorable,
    /** The partitions. */
    partitions: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The partition's number. */
      partitionIndex: int32,
      /** The node id of the leader, -1 when there is none. */
      leaderId: int32,
      /** The epoch of the partition's leader, -1 when it is not known. */
      leaderEpoch: int32.in("7+").default(-1).ignorable,
      /** The replicas, the preferred leader first. */
      replicaNodes: array(int32),
      /** The replicas in sync. */
      isrNodes: array(int32),
      /** The replicas on brokers or disks that are down. */
      offlineReplicas: array(int32).in("5+").ignorable,
    }),
    /** The operations on the topic allowed to the user, a bit each; -2147483648 when they were not asked for. */
    topicAuthorizedOperations: int32.in("8+").default(-2147483648),
  }),
  /** The operations on the cluster allowed to the user, a bit each; -2147483648 when they were not asked for. */
  clusterAuthorizedOperations: int32.in("8-10").default(-2147483648),
  /** Kafka's error code; 0 for none. */
  errorCode: int16.in("13+").ignorable,
}));
export type MetadataResponse = Infer<typeof MetadataResponse>;
/** One topic of a response of Metadata. */
export type MetadataResponseTopic = MetadataResponse["topics"][number];
/** One partition of a response of Metadata. */
export type MetadataResponsePartition = MetadataResponseTopic["partitions"][number];

/** Describes brokers, topics and partitions; any broker answers. May create topics. */
export const Metadata = api(3, "Metadata", { request: MetadataRequest, response: MetadataResponse, throttleFrom: 6 });
