import { api, array, bool, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of ApiVersions. */
export const ApiVersionsRequest = message("ApiVersionsRequest", { versions: "0-5", flexible: "3+" }, () => ({
  /** The name of the client library. */
  clientSoftwareName: string.in("3+").ignorable,
  /** The version of the client library. */
  clientSoftwareVersion: string.in("3+").ignorable,
  /** The id of the cluster, or null when it is not known. */
  clusterId: nullable(string).in("5+").default(null).ignorable,
  /** The node id of the broker. */
  nodeId: int32.in("5+").default(-1).ignorable,
}));
export type ApiVersionsRequest = Infer<typeof ApiVersionsRequest>;

/** The response of ApiVersions. */
export const ApiVersionsResponse = message("ApiVersionsResponse", { versions: "0-5", flexible: "3+" }, () => ({
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The APIs that the broker speaks, with their versions. */
  apiKeys: array({
    /** The number of the API. */
    apiKey: int16,
    /** The oldest version that is supported. */
    minVersion: int16,
    /** The newest version that is supported. */
    maxVersion: int16,
  }),
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** The features that the broker supports, with their versions. */
  supportedFeatures: array({
    /** The name of the feature. */
    name: string.in("3+"),
    /** The oldest version that is supported. */
    minVersion: int16.in("3+"),
    /** The newest version that is supported. */
    maxVersion: int16.in("3+"),
  })
    .in("3+")
    .tag(0, "3+").ignorable,
  /** The epoch of the features in force, -1 when it is not known. */
  finalizedFeaturesEpoch: int64.in("3+").default(-1n).tag(1, "3+").ignorable,
  /** The features in force in the whole cluster. */
  finalizedFeatures: array({
    /** The name of the feature. */
    name: string.in("3+"),
    /** The newest version in force. */
    maxVersionLevel: int16.in("3+"),
    /** The oldest version in force. */
    minVersionLevel: int16.in("3+"),
  })
    .in("3+")
    .tag(2, "3+").ignorable,
  /** Whether the controllers were ready for the migration from ZooKeeper. */
  zkMigrationReady: bool.in("3+").tag(3, "3+").ignorable,
}));
export type ApiVersionsResponse = Infer<typeof ApiVersionsResponse>;

/** Asks which APIs and versions a broker speaks. A version that it does not know is answered in version 0. */
export const ApiVersions = api(18, "ApiVersions", {
  request: ApiVersionsRequest,
  response: ApiVersionsResponse,
  throttleFrom: 2,
});
