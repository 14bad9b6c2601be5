import { api, bool, bytes, int16, int32, int8, message, uuid, type Infer } from "../schema/index.js";

export const PushTelemetryRequest = message("PushTelemetryRequest", { versions: "0", flexible: "0+" }, {
  clientInstanceId: uuid,
  subscriptionId: int32,
  terminating: bool,
  compressionType: int8,
  metrics: bytes,
});
export type PushTelemetryRequest = Infer<typeof PushTelemetryRequest>;

export const PushTelemetryResponse = message("PushTelemetryResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
});
export type PushTelemetryResponse = Infer<typeof PushTelemetryResponse>;

/** API 72. */
export const PushTelemetry = api(72, "PushTelemetry", { request: PushTelemetryRequest, response: PushTelemetryResponse, throttleFrom: 0 });
