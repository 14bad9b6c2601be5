import { api, array, bool, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const CreatePartitionsRequest = message("CreatePartitionsRequest", { versions: "0-3", flexible: "2+" }, {
  topics: array({
    name: string,
    count: int32,
    assignments: nullable(array({
      brokerIds: array(int32),
    })),
  }),
  timeoutMs: int32,
  validateOnly: bool,
});
export type CreatePartitionsRequest = Infer<typeof CreatePartitionsRequest>;

export const CreatePartitionsResponse = message("CreatePartitionsResponse", { versions: "0-3", flexible: "2+" }, {
  throttleTimeMs: int32,
  results: array({
    name: string,
    errorCode: int16,
    errorMessage: nullable(string).default(null),
  }),
});
export type CreatePartitionsResponse = Infer<typeof CreatePartitionsResponse>;

/** API 37. */
export const CreatePartitions = api(37, "CreatePartitions", { request: CreatePartitionsRequest, response: CreatePartitionsResponse, throttleFrom: 1 });
