import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const UpdateFeaturesRequest = message("UpdateFeaturesRequest", { versions: "0-2", flexible: "0+" }, {
  timeoutMs: int32.default(60000),
  featureUpdates: array({
    feature: string,
    maxVersionLevel: int16,
    allowDowngrade: bool.in("0"),
    upgradeType: int8.in("1+").default(1),
  }),
  validateOnly: bool.in("1+"),
});
export type UpdateFeaturesRequest = Infer<typeof UpdateFeaturesRequest>;

export const UpdateFeaturesResponse = message("UpdateFeaturesResponse", { versions: "0-2", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  results: array({
    feature: string,
    errorCode: int16,
    errorMessage: nullable(string),
  }).in("0-1").ignorable,
});
export type UpdateFeaturesResponse = Infer<typeof UpdateFeaturesResponse>;

/** API 57. */
export const UpdateFeatures = api(57, "UpdateFeatures", { request: UpdateFeaturesRequest, response: UpdateFeaturesResponse, throttleFrom: 0 });
