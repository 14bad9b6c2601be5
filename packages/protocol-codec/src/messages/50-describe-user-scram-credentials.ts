import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeUserScramCredentialsRequest = message("DescribeUserScramCredentialsRequest", { versions: "0", flexible: "0+" }, {
  users: nullable(array({
    name: string,
  })),
});
export type DescribeUserScramCredentialsRequest = Infer<typeof DescribeUserScramCredentialsRequest>;

export const DescribeUserScramCredentialsResponse = message("DescribeUserScramCredentialsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  results: array({
    user: string,
    errorCode: int16,
    errorMessage: nullable(string),
    credentialInfos: array({
      mechanism: int8,
      iterations: int32,
    }),
  }),
});
export type DescribeUserScramCredentialsResponse = Infer<typeof DescribeUserScramCredentialsResponse>;

/** API 50. */
export const DescribeUserScramCredentials = api(50, "DescribeUserScramCredentials", { request: DescribeUserScramCredentialsRequest, response: DescribeUserScramCredentialsResponse, throttleFrom: 0 });
