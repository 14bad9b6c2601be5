import {
  api,
  array,
  bool,
  float64,
  int16,
  int32,
  int8,
  message,
  nullable,
  string,
  type Infer,
} from "../schema/index.js";

/** The request of DescribeClientQuotas. */
export const DescribeClientQuotasRequest = message(
  "DescribeClientQuotasRequest",
  { versions: "0-1", flexible: "1+" },
  () => ({
    /** The conditions that an entity has to meet. */
    components: array({
      /** The kind of the entity: user, client-id or ip. */
      entityType: string,
      /** How to match the name: 0 exactly, 1 the default, 2 any. */
      matchType: int8,
      /** The name to match, or null. */
      match: nullable(string),
    }),
    /** Whether entities with conditions that were not asked for are left out. */
    strict: bool,
  }),
);
export type DescribeClientQuotasRequest = Infer<typeof DescribeClientQuotasRequest>;

/** The response of DescribeClientQuotas. */
export const DescribeClientQuotasResponse = message(
  "DescribeClientQuotasResponse",
  { versions: "0-1", flexible: "1+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The entities with their quotas. */
    entries: nullable(
      array({
        /** The entity, by kind and name. */
        entity: array({
          /** The kind of the entity: user, client-id or ip. */
          entityType: string,
          /** The name of the entity, or null for the default. */
          entityName: nullable(string),
        }),
        /** The quotas. */
        values: array({
          /** The quota's name. */
          key: string,
          /** The quota's value. */
          value: float64,
        }),
      }),
    ),
  }),
);
export type DescribeClientQuotasResponse = Infer<typeof DescribeClientQuotasResponse>;

/** Lists quotas. */
export const DescribeClientQuotas = api(48, "DescribeClientQuotas", {
  request: DescribeClientQuotasRequest,
  response: DescribeClientQuotasResponse,
  throttleFrom: 0,
});
