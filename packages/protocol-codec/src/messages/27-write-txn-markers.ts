import { api, array, bool, int16, int32, int64, int8, message, string, type Infer } from "../schema/index.js";

export const WriteTxnMarkersRequest = message("WriteTxnMarkersRequest", { versions: "1-2", flexible: "1+" }, {
  markers: array({
    producerId: int64,
    producerEpoch: int16,
    transactionResult: bool,
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    }),
    coordinatorEpoch: int32,
    transactionVersion: int8.in("2+").ignorable,
  }),
});
export type WriteTxnMarkersRequest = Infer<typeof WriteTxnMarkersRequest>;

export const WriteTxnMarkersResponse = message("WriteTxnMarkersResponse", { versions: "1-2", flexible: "1+" }, {
  markers: array({
    producerId: int64,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  }),
});
export type WriteTxnMarkersResponse = Infer<typeof WriteTxnMarkersResponse>;

/** API 27. */
export const WriteTxnMarkers = api(27, "WriteTxnMarkers", { request: WriteTxnMarkersRequest, response: WriteTxnMarkersResponse });
