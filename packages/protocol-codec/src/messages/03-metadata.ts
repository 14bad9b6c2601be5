import { api, array, bool, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const MetadataRequest = message("MetadataRequest", { versions: "0-13", flexible: "9+" }, {
  topics: nullable(array({
    topicId: uuid.in("10+").ignorable,
    name: nullable(string, "10+"),
  }), "1+"),
  allowAutoTopicCreation: bool.in("4+").default(true),
  includeClusterAuthorizedOperations: bool.in("8-10"),
  includeTopicAuthorizedOperations: bool.in("8+"),
});
export type MetadataRequest = Infer<typeof MetadataRequest>;

export const MetadataResponse = message("MetadataResponse", { versions: "0-13", flexible: "9+" }, {
  throttleTimeMs: int32.in("3+").ignorable,
  brokers: array({
    nodeId: int32,
    host: string,
    port: int32,
    rack: nullable(string).in("1+").default(null).ignorable,
  }),
  clusterId: nullable(string).in("2+").default(null).ignorable,
  controllerId: int32.in("1+").default(-1).ignorable,
  topics: array({
    errorCode: int16,
    name: nullable(string, "12+"),
    topicId: uuid.in("10+").ignorable,
    isInternal: bool.in("1+").ignorable,
    partitions: array({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32.in("7+").default(-1).ignorable,
      replicaNodes: array(int32),
      isrNodes: array(int32),
      offlineReplicas: array(int32).in("5+").ignorable,
    }),
    topicAuthorizedOperations: int32.in("8+").default(-2147483648),
  }),
  clusterAuthorizedOperations: int32.in("8-10").default(-2147483648),
  errorCode: int16.in("13+").ignorable,
});
export type MetadataResponse = Infer<typeof MetadataResponse>;

/** API 3. */
export const Metadata = api(3, "Metadata", { request: MetadataRequest, response: MetadataResponse, throttleFrom: 6 });
