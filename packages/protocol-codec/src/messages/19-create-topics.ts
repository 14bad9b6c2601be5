import { api, array, bool, int16, int32, int8, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const CreateTopicsRequest = message("CreateTopicsRequest", { versions: "2-7", flexible: "5+" }, {
  topics: array({
    name: string,
    numPartitions: int32,
    replicationFactor: int16,
    assignments: array({
      partitionIndex: int32,
      brokerIds: array(int32),
    }),
    configs: array({
      name: string,
      value: nullable(string),
    }),
  }),
  timeoutMs: int32.default(60000),
  validateOnly: bool.in("1+"),
});
export type CreateTopicsRequest = Infer<typeof CreateTopicsRequest>;

export const CreateTopicsResponse = message("CreateTopicsResponse", { versions: "2-7", flexible: "5+" }, {
  throttleTimeMs: int32.in("2+").ignorable,
  topics: array({
    name: string,
    topicId: uuid.in("7+").ignorable,
    errorCode: int16,
    errorMessage: nullable(string).in("1+").ignorable,
    topicConfigErrorCode: int16.in("5+").tag(0, "5+").ignorable,
    numPartitions: int32.in("5+").default(-1).ignorable,
    replicationFactor: int16.in("5+").default(-1).ignorable,
    configs: nullable(array({
      name: string.in("5+"),
      value: nullable(string).in("5+"),
      readOnly: bool.in("5+"),
      configSource: int8.in("5+").default(-1).ignorable,
      isSensitive: bool.in("5+"),
    })).in("5+").ignorable,
  }),
});
export type CreateTopicsResponse = Infer<typeof CreateTopicsResponse>;

/** API 19. */
export const CreateTopics = api(19, "CreateTopics", { request: CreateTopicsRequest, response: CreateTopicsResponse, throttleFrom: 3 });
