import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeConfigsRequest = message("DescribeConfigsRequest", { versions: "1-4", flexible: "4+" }, {
  resources: array({
    resourceType: int8,
    resourceName: string,
    configurationKeys: nullable(array(string)),
  }),
  includeSynonyms: bool.in("1+"),
  includeDocumentation: bool.in("3+"),
});
export type DescribeConfigsRequest = Infer<typeof DescribeConfigsRequest>;

export const DescribeConfigsResponse = message("DescribeConfigsResponse", { versions: "1-4", flexible: "4+" }, {
  throttleTimeMs: int32,
  results: array({
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
    configs: array({
      name: string,
      value: nullable(string),
      readOnly: bool,
      configSource: int8.in("1+").default(-1).ignorable,
      isSensitive: bool,
      synonyms: array({
        name: string.in("1+"),
        value: nullable(string).in("1+"),
        source: int8.in("1+"),
      }).in("1+").ignorable,
      configType: int8.in("3+").ignorable,
      documentation: nullable(string).in("3+").ignorable,
    }),
  }),
});
export type DescribeConfigsResponse = Infer<typeof DescribeConfigsResponse>;

/** API 32. */
export const DescribeConfigs = api(32, "DescribeConfigs", { request: DescribeConfigsRequest, response: DescribeConfigsResponse, throttleFrom: 2 });
