import { api, array, bool, int16, int32, int8, message, string, uuid, type Infer } from "../schema/index.js";

/** The request of GetTelemetrySubscriptions. */
export const GetTelemetrySubscriptionsRequest = message(
  "GetTelemetrySubscriptionsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The id of this client process in telemetry. */
    clientInstanceId: uuid,
  }),
);
export type GetTelemetrySubscriptionsRequest = Infer<typeof GetTelemetrySubscriptionsRequest>;

/** The response of GetTelemetrySubscriptions. */
export const GetTelemetrySubscriptionsResponse = message(
  "GetTelemetrySubscriptionsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The id of this client process in telemetry. */
    clientInstanceId: uuid,
    /** The number of the telemetry subscription. */
    subscriptionId: int32,
    /** The codecs in which the broker takes telemetry, the preferred one first. */
    acceptedCompressionTypes: array(int8),
    /** How often to send telemetry. */
    pushIntervalMs: int32,
    /** The most bytes of telemetry in one request. */
    telemetryMaxBytes: int32,
    /** Whether sums are sent as differences instead of totals. */
    deltaTemporality: bool,
    /** The prefixes of the metrics to send; empty for none, one empty text for all. */
    requestedMetrics: array(string),
  }),
);
export type GetTelemetrySubscriptionsResponse = Infer<typeof GetTelemetrySubscriptionsResponse>;

/** Asks which metrics the cluster wants from the client (KIP-714). */
export const GetTelemetrySubscriptions = api(71, "GetTelemetrySubscriptions", {
  request: GetTelemetrySubscriptionsRequest,
  response: GetTelemetrySubscriptionsResponse,
  throttleFrom: 0,
});
