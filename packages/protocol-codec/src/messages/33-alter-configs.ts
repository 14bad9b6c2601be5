import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of AlterConfigs. */
export const AlterConfigsRequest = message("AlterConfigsRequest", { versions: "0-2", flexible: "2+" }, () => ({
  /** The resources. */
  resources: array({
    /** The kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
    resourceType: int8,
    /** The name of the resource. */
    resourceName: string,
    /** The configuration's keys and values. */
    configs: array({
      /** The configuration's key. */
      name: string,
      /** The value, or null. */
      value: nullable(string),
    }),
  }),
  /** Whether only to check and change nothing. */
  validateOnly: bool,
}));
export type AlterConfigsRequest = Infer<typeof AlterConfigsRequest>;

/** The response of AlterConfigs. */
export const AlterConfigsResponse = message("AlterConfigsResponse", { versions: "0-2", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** The results, one for each item of the request. */
  responses: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
    resourceType: int8,
    /** The name of the resource. */
    resourceName: string,
  }),
}));
export type AlterConfigsResponse = Infer<typeof AlterConfigsResponse>;

/** Replaces whole configurations; superseded by IncrementalAlterConfigs. */
export const AlterConfigs = api(33, "AlterConfigs", {
  request: AlterConfigsRequest,
  response: AlterConfigsResponse,
  throttleFrom: 1,
});
