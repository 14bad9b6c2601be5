import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of UpdateFeatures. */
export const UpdateFeaturesRequest = message("UpdateFeaturesRequest", { versions: "0-2", flexible: "0+" }, () => ({
  /** For how long the broker may take. */
  timeoutMs: int32.default(60000),
  /** The features to change. */
  featureUpdates: array({
    /** The name of the feature. */
    feature: string,
    /** The version to set the feature to; 0 removes it. */
    maxVersionLevel: int16,
    /** Whether the feature may be set to an older version. */
    allowDowngrade: bool.in("0"),
    /** How the change is meant: 1 upgrade, 2 safe downgrade, 3 unsafe downgrade. */
    upgradeType: int8.in("1+").default(1),
  }),
  /** Whether only to check and change nothing. */
  validateOnly: bool.in("1+"),
}));
export type UpdateFeaturesRequest = Infer<typeof UpdateFeaturesRequest>;

/** The response of UpdateFeatures. */
export const UpdateFeaturesResponse = message("UpdateFeaturesResponse", { versions: "0-2", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string),
  /** The results, one for each item of the request. */
  results: array({
    /** The name of the feature. */
    feature: string,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
  }).in("0-1").ignorable,
}));
export type UpdateFeaturesResponse = Infer<typeof UpdateFeaturesResponse>;

/** Changes the versions of features in force. */
export const UpdateFeatures = api(57, "UpdateFeatures", {
  request: UpdateFeaturesRequest,
  response: UpdateFeaturesResponse,
  throttleFrom: 0,
});
