import { api, array, bool, int16, int32, int8, message, string, uuid, type Infer } from "../schema/index.js";

export const GetTelemetrySubscriptionsRequest = message("GetTelemetrySubscriptionsRequest", { versions: "0", flexible: "0+" }, {
  clientInstanceId: uuid,
});
export type GetTelemetrySubscriptionsRequest = Infer<typeof GetTelemetrySubscriptionsRequest>;

export const GetTelemetrySubscriptionsResponse = message("GetTelemetrySubscriptionsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  clientInstanceId: uuid,
  subscriptionId: int32,
  acceptedCompressionTypes: array(int8),
  pushIntervalMs: int32,
  telemetryMaxBytes: int32,
  deltaTemporality: bool,
  requestedMetrics: array(string),
});
export type GetTelemetrySubscriptionsResponse = Infer<typeof GetTelemetrySubscriptionsResponse>;

/** API 71. */
export const GetTelemetrySubscriptions = api(71, "GetTelemetrySubscriptions", { request: GetTelemetrySubscriptionsRequest, response: GetTelemetrySubscriptionsResponse, throttleFrom: 0 });
