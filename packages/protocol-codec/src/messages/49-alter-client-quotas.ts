import { api, array, bool, float64, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const AlterClientQuotasRequest = message("AlterClientQuotasRequest", { versions: "0-1", flexible: "1+" }, {
  entries: array({
    entity: array({
      entityType: string,
      entityName: nullable(string),
    }),
    ops: array({
      key: string,
      value: float64,
      remove: bool,
    }),
  }),
  validateOnly: bool,
});
export type AlterClientQuotasRequest = Infer<typeof AlterClientQuotasRequest>;

export const AlterClientQuotasResponse = message("AlterClientQuotasResponse", { versions: "0-1", flexible: "1+" }, {
  throttleTimeMs: int32,
  entries: array({
    errorCode: int16,
    errorMessage: nullable(string),
    entity: array({
      entityType: string,
      entityName: nullable(string),
    }),
  }),
});
export type AlterClientQuotasResponse = Infer<typeof AlterClientQuotasResponse>;

/** API 49. */
export const AlterClientQuotas = api(49, "AlterClientQuotas", { request: AlterClientQuotasRequest, response: AlterClientQuotasResponse, throttleFrom: 0 });
