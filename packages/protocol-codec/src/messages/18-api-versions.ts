import { api, array, bool, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const ApiVersionsRequest = message("ApiVersionsRequest", { versions: "0-5", flexible: "3+" }, {
  clientSoftwareName: string.in("3+").ignorable,
  clientSoftwareVersion: string.in("3+").ignorable,
  clusterId: nullable(string).in("5+").default(null).ignorable,
  nodeId: int32.in("5+").default(-1).ignorable,
});
export type ApiVersionsRequest = Infer<typeof ApiVersionsRequest>;

export const ApiVersionsResponse = message("ApiVersionsResponse", { versions: "0-5", flexible: "3+" }, {
  errorCode: int16,
  apiKeys: array({
    apiKey: int16,
    minVersion: int16,
    maxVersion: int16,
  }),
  throttleTimeMs: int32.in("1+").ignorable,
  supportedFeatures: array({
    name: string.in("3+"),
    minVersion: int16.in("3+"),
    maxVersion: int16.in("3+"),
  }).in("3+").tag(0, "3+").ignorable,
  finalizedFeaturesEpoch: int64.in("3+").default(-1n).tag(1, "3+").ignorable,
  finalizedFeatures: array({
    name: string.in("3+"),
    maxVersionLevel: int16.in("3+"),
    minVersionLevel: int16.in("3+"),
  }).in("3+").tag(2, "3+").ignorable,
  zkMigrationReady: bool.in("3+").tag(3, "3+").ignorable,
});
export type ApiVersionsResponse = Infer<typeof ApiVersionsResponse>;

/** API 18. */
export const ApiVersions = api(18, "ApiVersions", { request: ApiVersionsRequest, response: ApiVersionsResponse, throttleFrom: 2 });
