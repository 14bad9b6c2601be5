import { api, array, int16, int32, int64, message, nullable, records, string, struct, uuid, type Infer } from "../schema/index.js";

export const ProduceRequest = message("ProduceRequest", { versions: "3-13", flexible: "9+" }, {
  transactionalId: nullable(string).in("3+").default(null),
  acks: int16,
  timeoutMs: int32,
  topicData: array({
    name: string.in("0-12").ignorable,
    topicId: uuid.in("13+").ignorable,
    partitionData: array({
      index: int32,
      records: nullable(records),
    }),
  }),
});
export type ProduceRequest = Infer<typeof ProduceRequest>;

export const ProduceResponse = message("ProduceResponse", { versions: "3-13", flexible: "9+" }, {
  responses: array({
    name: string.in("0-12").ignorable,
    topicId: uuid.in("13+").ignorable,
    partitionResponses: array({
      index: int32,
      errorCode: int16,
      baseOffset: int64,
      logAppendTimeMs: int64.in("2+").default(-1n).ignorable,
      logStartOffset: int64.in("5+").default(-1n).ignorable,
      recordErrors: array({
        batchIndex: int32.in("8+"),
        batchIndexErrorMessage: nullable(string).in("8+").default(null),
      }).in("8+").ignorable,
      errorMessage: nullable(string).in("8+").default(null).ignorable,
      currentLeader: struct({
        leaderId: int32.in("10+").default(-1),
        leaderEpoch: int32.in("10+").default(-1),
      }).in("10+").tag(0, "10+"),
    }),
  }),
  throttleTimeMs: int32.in("1+").ignorable,
  nodeEndpoints: array({
    nodeId: int32.in("10+"),
    host: string.in("10+"),
    port: int32.in("10+"),
    rack: nullable(string).in("10+").default(null),
  }).in("10+").tag(0, "10+"),
});
export type ProduceResponse = Infer<typeof ProduceResponse>;

/** API 0. */
export const Produce = api(0, "Produce", { request: ProduceRequest, response: ProduceResponse, throttleFrom: 6 });
