import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of IncrementalAlterConfigs. */
export const IncrementalAlterConfigsRequest = message(
  "IncrementalAlterConfigsRequest",
  { versions: "0-1", flexible: "1+" },
  () => ({
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
        /** What to do with the value: 0 set, 1 delete, 2 append, 3 subtract. */
        configOperation: int8,
        /** The value, or null. */
        value: nullable(string),
      }),
    }),
    /** Whether only to check and change nothing. */
    validateOnly: bool,
  }),
);
export type IncrementalAlterConfigsRequest = Infer<typeof IncrementalAlterConfigsRequest>;
/** One resource of a request of IncrementalAlterConfigs. */
export type IncrementalAlterConfigsRequestResource = IncrementalAlterConfigsRequest["resources"][number];
/** One config of a resource in a request of IncrementalAlterConfigs. */
export type IncrementalAlterConfigsRequestConfig = IncrementalAlterConfigsRequestResource["configs"][number];

/** The response of IncrementalAlterConfigs. */
export const IncrementalAlterConfigsResponse = message(
  "IncrementalAlterConfigsResponse",
  { versions: "0-1", flexible: "1+" },
  () => ({
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
  }),
);
export type IncrementalAlterConfigsResponse = Infer<typeof IncrementalAlterConfigsResponse>;

/** Changes single keys of configurations (KIP-339). */
export const IncrementalAlterConfigs = api(44, "IncrementalAlterConfigs", {
  request: IncrementalAlterConfigsRequest,
  response: IncrementalAlterConfigsResponse,
  throttleFrom: 0,
});
