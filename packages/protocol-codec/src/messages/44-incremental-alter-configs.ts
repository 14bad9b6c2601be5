import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const IncrementalAlterConfigsRequest = message("IncrementalAlterConfigsRequest", { versions: "0-1", flexible: "1+" }, {
  resources: array({
    resourceType: int8,
    resourceName: string,
    configs: array({
      name: string,
      configOperation: int8,
      value: nullable(string),
    }),
  }),
  validateOnly: bool,
});
export type IncrementalAlterConfigsRequest = Infer<typeof IncrementalAlterConfigsRequest>;

export const IncrementalAlterConfigsResponse = message("IncrementalAlterConfigsResponse", { versions: "0-1", flexible: "1+" }, {
  throttleTimeMs: int32,
  responses: array({
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
  }),
});
export type IncrementalAlterConfigsResponse = Infer<typeof IncrementalAlterConfigsResponse>;

/** API 44. */
export const IncrementalAlterConfigs = api(44, "IncrementalAlterConfigs", { request: IncrementalAlterConfigsRequest, response: IncrementalAlterConfigsResponse, throttleFrom: 0 });
