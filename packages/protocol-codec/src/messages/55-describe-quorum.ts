import {
  api,
  array,
  int16,
  int32,
  int64,
  message,
  nullable,
  string,
  uint16,
  uuid,
  type Infer,
} from "../schema/index.js";

/** The request of DescribeQuorum. */
export const DescribeQuorumRequest = message("DescribeQuorumRequest", { versions: "0-2", flexible: "0+" }, () => ({
  /** The topics. */
  topics: array({
    /** The topic's name. */
    topicName: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
    }),
  }),
}));
export type DescribeQuorumRequest = Infer<typeof DescribeQuorumRequest>;

const replicaState = {
  /** The node id of the replica. */
  replicaId: int32,
  /** The log directory of the replica. */
  replicaDirectoryId: uuid.in("2+"),
  /** The offset that the replica's next record will have, -1 when it is not known. */
  logEndOffset: int64,
  /** When the replica last fetched, in milliseconds since 1970; -1 when it is not known. */
  lastFetchTimestamp: int64.in("1+").default(-1n).ignorable,
  /** When the replica last had everything that the leader had, in milliseconds since 1970; -1 when it is not known. */
  lastCaughtUpTimestamp: int64.in("1+").default(-1n).ignorable,
};

/** The response of DescribeQuorum. */
export const DescribeQuorumResponse = message("DescribeQuorumResponse", { versions: "0-2", flexible: "0+" }, () => ({
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string).in("2+").ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    topicName: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).in("2+").ignorable,
      /** The node id of the leader, -1 when there is none. */
      leaderId: int32,
      /** The epoch of the partition's leader, -1 when it is not known. */
      leaderEpoch: int32,
      /** The first offset that not all in-sync replicas have. */
      highWatermark: int64,
      /** The voters of the quorum. */
      currentVoters: array(replicaState),
      /** The replicas that follow without a vote. */
      observers: array(replicaState),
    }),
  }),
  /** The nodes of the quorum, with where they listen. */
  nodes: array({
    /** The node id. */
    nodeId: int32.in("2+"),
    /** Where the node listens. */
    listeners: array({
      /** The name of the listener. */
      name: string.in("2+"),
      /** The host name or address. */
      host: string.in("2+"),
      /** The port. */
      port: uint16.in("2+"),
    }).in("2+"),
  }).in("2+"),
}));
export type DescribeQuorumResponse = Infer<typeof DescribeQuorumResponse>;

/** Describes the quorum of controllers. */
export const DescribeQuorum = api(55, "DescribeQuorum", {
  request: DescribeQuorumRequest,
  response: DescribeQuorumResponse,
});
