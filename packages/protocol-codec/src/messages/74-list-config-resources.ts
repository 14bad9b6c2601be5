import { api, array, int16, int32, int8, message, string, type Infer } from "../schema/index.js";

/** The request of ListConfigResources. */
export const ListConfigResourcesRequest = message(
  "ListConfigResourcesRequest",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** The kinds of resources to list; empty for all. */
    resourceTypes: array(int8).in("1+"),
  }),
);
export type ListConfigResourcesRequest = Infer<typeof ListConfigResourcesRequest>;

/** The response of ListConfigResources. */
export const ListConfigResourcesResponse = message(
  "ListConfigResourcesResponse",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The resources that have configurations. */
    configResources: array({
      /** The name of the resource. */
      resourceName: string,
      /** The kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
      resourceType: int8.in("1+").default(16).ignorable,
    }),
  }),
);
export type ListConfigResourcesResponse = Infer<typeof ListConfigResourcesResponse>;

/** Lists resources that have configurations. */
export const ListConfigResources = api(74, "ListConfigResources", {
  request: ListConfigResourcesRequest,
  response: ListConfigResourcesResponse,
  throttleFrom: 0,
});
