import { api, array, bool, int16, int32, int64, int8, message, string, type Infer } from "../schema/index.js";

/** The request of WriteTxnMarkers. */
export const WriteTxnMarkersRequest = message("WriteTxnMarkersRequest", { versions: "1-2", flexible: "1+" }, () => ({
  /** The markers to write, by producer. */
  markers: array({
    /** The id of the producer, -1 for none. */
    producerId: int64,
    /** The epoch of the producer, -1 for none. */
    producerEpoch: int16,
    /** True to commit, false to abort. */
    transactionResult: bool,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      name: string,
      /** The partitions' numbers. */
      partitionIndexes: array(int32),
    }),
    /** The epoch of the transaction coordinator. */
    coordinatorEpoch: int32,
    /** The version of the transaction protocol that the marker belongs to. */
    transactionVersion: int8.in("2+").ignorable,
  }),
}));
export type WriteTxnMarkersRequest = Infer<typeof WriteTxnMarkersRequest>;

/** The response of WriteTxnMarkers. */
export const WriteTxnMarkersResponse = message("WriteTxnMarkersResponse", { versions: "1-2", flexible: "1+" }, () => ({
  /** What became of the markers, by producer. */
  markers: array({
    /** The id of the producer, -1 for none. */
    producerId: int64,
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
      }),
    }),
  }),
}));
export type WriteTxnMarkersResponse = Infer<typeof WriteTxnMarkersResponse>;

/** Writes the markers that end transactions into partitions; between brokers. */
export const WriteTxnMarkers = api(27, "WriteTxnMarkers", {
  request: WriteTxnMarkersRequest,
  response: WriteTxnMarkersResponse,
});
