import { api, array, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeProducers. */
export const DescribeProducersRequest = message("DescribeProducersRequest", { versions: "0", flexible: "0+" }, () => ({
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The partitions' numbers. */
    partitionIndexes: array(int32),
  }),
}));
export type DescribeProducersRequest = Infer<typeof DescribeProducersRequest>;

/** The response of DescribeProducers. */
export const DescribeProducersResponse = message(
  "DescribeProducersResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      name: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The broker's words on the error, or null. */
        errorMessage: nullable(string).default(null),
        /** The producers that the partition remembers. */
        activeProducers: array({
          /** The id of the producer, -1 for none. */
          producerId: int64,
          /** The epoch of the producer, -1 for none. */
          producerEpoch: int32,
          /** The producer's last sequence number, -1 for none. */
          lastSequence: int32.default(-1),
          /** When the producer last wrote, in milliseconds since 1970. */
          lastTimestamp: int64.default(-1n),
          /** The epoch of the transaction coordinator. */
          coordinatorEpoch: int32,
          /** The first offset of the open transaction, -1 for none. */
          currentTxnStartOffset: int64.default(-1n),
        }),
      }),
    }),
  }),
);
export type DescribeProducersResponse = Infer<typeof DescribeProducersResponse>;

/** Lists the producers that partitions remember. */
export const DescribeProducers = api(61, "DescribeProducers", {
  request: DescribeProducersRequest,
  response: DescribeProducersResponse,
  throttleFrom: 0,
});
