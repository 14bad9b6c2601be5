import { api, array, int16, int32, int8, message, string, type Infer } from "../schema/index.js";

export const ListConfigResourcesRequest = message("ListConfigResourcesRequest", { versions: "0-1", flexible: "0+" }, {
  resourceTypes: array(int8).in("1+"),
});
export type ListConfigResourcesRequest = Infer<typeof ListConfigResourcesRequest>;

export const ListConfigResourcesResponse = message("ListConfigResourcesResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  configResources: array({
    resourceName: string,
    resourceType: int8.in("1+").default(16).ignorable,
  }),
});
export type ListConfigResourcesResponse = Infer<typeof ListConfigResourcesResponse>;

/** API 74. */
export const ListConfigResources = api(74, "ListConfigResources", { request: ListConfigResourcesRequest, response: ListConfigResourcesResponse, throttleFrom: 0 });
