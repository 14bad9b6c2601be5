import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const AlterConfigsRequest = message("AlterConfigsRequest", { versions: "0-2", flexible: "2+" }, {
  resources: array({
    resourceType: int8,
    resourceName: string,
    configs: array({
      name: string,
      value: nullable(string),
    }),
  }),
  validateOnly: bool,
});
export type AlterConfigsRequest = Infer<typeof AlterConfigsRequest>;

export const AlterConfigsResponse = message("AlterConfigsResponse", { versions: "0-2", flexible: "2+" }, {
  throttleTimeMs: int32,
  responses: array({
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
  }),
});
export type AlterConfigsResponse = Infer<typeof AlterConfigsResponse>;

/** API 33. */
export const AlterConfigs = api(33, "AlterConfigs", { request: AlterConfigsRequest, response: AlterConfigsResponse, throttleFrom: 1 });
