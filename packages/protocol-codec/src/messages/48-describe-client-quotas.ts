import { api, array, bool, float64, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeClientQuotasRequest = message("DescribeClientQuotasRequest", { versions: "0-1", flexible: "1+" }, {
  components: array({
    entityType: string,
    matchType: int8,
    match: nullable(string),
  }),
  strict: bool,
});
export type DescribeClientQuotasRequest = Infer<typeof DescribeClientQuotasRequest>;

export const DescribeClientQuotasResponse = message("DescribeClientQuotasResponse", { versions: "0-1", flexible: "1+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  entries: nullable(array({
    entity: array({
      entityType: string,
      entityName: nullable(string),
    }),
    values: array({
      key: string,
      value: float64,
    }),
  })),
});
export type DescribeClientQuotasResponse = Infer<typeof DescribeClientQuotasResponse>;

/** API 48. */
export const DescribeClientQuotas = api(48, "DescribeClientQuotas", { request: DescribeClientQuotasRequest, response: DescribeClientQuotasResponse, throttleFrom: 0 });
