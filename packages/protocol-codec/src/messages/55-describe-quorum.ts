import { api, array, int16, int32, int64, message, nullable, string, uint16, uuid, type Infer } from "../schema/index.js";

export const DescribeQuorumRequest = message("DescribeQuorumRequest", { versions: "0-2", flexible: "0+" }, {
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
    }),
  }),
});
export type DescribeQuorumRequest = Infer<typeof DescribeQuorumRequest>;

const describeQuorumResponseReplicaState = {
  replicaId: int32,
  replicaDirectoryId: uuid.in("2+"),
  logEndOffset: int64,
  lastFetchTimestamp: int64.in("1+").default(-1n).ignorable,
  lastCaughtUpTimestamp: int64.in("1+").default(-1n).ignorable,
};

export const DescribeQuorumResponse = message("DescribeQuorumResponse", { versions: "0-2", flexible: "0+" }, {
  errorCode: int16,
  errorMessage: nullable(string).in("2+").ignorable,
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string).in("2+").ignorable,
      leaderId: int32,
      leaderEpoch: int32,
      highWatermark: int64,
      currentVoters: array(describeQuorumResponseReplicaState),
      observers: array(describeQuorumResponseReplicaState),
    }),
  }),
  nodes: array({
    nodeId: int32.in("2+"),
    listeners: array({
      name: string.in("2+"),
      host: string.in("2+"),
      port: uint16.in("2+"),
    }).in("2+"),
  }).in("2+"),
});
export type DescribeQuorumResponse = Infer<typeof DescribeQuorumResponse>;

/** API 55. */
export const DescribeQuorum = api(55, "DescribeQuorum", { request: DescribeQuorumRequest, response: DescribeQuorumResponse });
