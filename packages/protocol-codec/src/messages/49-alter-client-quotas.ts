import { api, array, bool, float64, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of AlterClientQuotas. */
export const AlterClientQuotasRequest = message(
  "AlterClientQuotasRequest",
  { versions: "0-1", flexible: "1+" },
  () => ({
    /** The entities with their quotas. */
    entries: array({
      /** The entity, by kind and name. */
      entity: array({
        /** The kind of the entity: user, client-id or ip. */
        entityType: string,
        /** The name of the entity, or null for the default. */
        entityName: nullable(string),
      }),
      /** The changes to the quotas. */
      ops: array({
        /** The quota's name. */
        key: string,
        /** The quota's value. */
        value: float64,
        /** Whether to remove the quota instead of setting it. */
        remove: bool,
      }),
    }),
    /** Whether only to check and change nothing. */
    validateOnly: bool,
  }),
);
export type AlterClientQuotasRequest = Infer<typeof AlterClientQuotasRequest>;

/** The response of AlterClientQuotas. */
export const AlterClientQuotasResponse = message(
  "AlterClientQuotasResponse",
  { versions: "0-1", flexible: "1+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The entities with their quotas. */
    entries: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string),
      /** The entity, by kind and name. */
      entity: array({
        /** The kind of the entity: user, client-id or ip. */
        entityType: string,
        /** The name of the entity, or null for the default. */
        entityName: nullable(string),
      }),
    }),
  }),
);
export type AlterClientQuotasResponse = Infer<typeof AlterClientQuotasResponse>;

/** Changes quotas. */
export const AlterClientQuotas = api(49, "AlterClientQuotas", {
  request: AlterClientQuotasRequest,
  response: AlterClientQuotasResponse,
  throttleFrom: 0,
});
