import { api, bool, bytes, int16, int32, int8, message, uuid, type Infer } from "../schema/index.js";

/** The request of PushTelemetry. */
export const PushTelemetryRequest = message("PushTelemetryRequest", { versions: "0", flexible: "0+" }, () => ({
  /** The id of this client process in telemetry. */
  clientInstanceId: uuid,
  /** The number of the telemetry subscription. */
  subscriptionId: int32,
  /** Whether the client is about to end. */
  terminating: bool,
  /** The codec of the metrics. */
  compressionType: int8,
  /** The metrics as OpenTelemetry's MetricsData, compressed. */
  metrics: bytes,
}));
export type PushTelemetryRequest = Infer<typeof PushTelemetryRequest>;

/** The response of PushTelemetry. */
export const PushTelemetryResponse = message("PushTelemetryResponse", { versions: "0", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
}));
export type PushTelemetryResponse = Infer<typeof PushTelemetryResponse>;

/** Sends the client's metrics. */
export const PushTelemetry = api(72, "PushTelemetry", {
  request: PushTelemetryRequest,
  response: PushTelemetryResponse,
  throttleFrom: 0,
});
