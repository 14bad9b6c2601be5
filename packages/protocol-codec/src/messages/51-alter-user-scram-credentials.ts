import { api, array, bytes, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const AlterUserScramCredentialsRequest = message("AlterUserScramCredentialsRequest", { versions: "0", flexible: "0+" }, {
  deletions: array({
    name: string,
    mechanism: int8,
  }),
  upsertions: array({
    name: string,
    mechanism: int8,
    iterations: int32,
    salt: bytes,
    saltedPassword: bytes,
  }),
});
export type AlterUserScramCredentialsRequest = Infer<typeof AlterUserScramCredentialsRequest>;

export const AlterUserScramCredentialsResponse = message("AlterUserScramCredentialsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  results: array({
    user: string,
    errorCode: int16,
    errorMessage: nullable(string),
  }),
});
export type AlterUserScramCredentialsResponse = Infer<typeof AlterUserScramCredentialsResponse>;

/** API 51. */
export const AlterUserScramCredentials = api(51, "AlterUserScramCredentials", { request: AlterUserScramCredentialsRequest, response: AlterUserScramCredentialsResponse, throttleFrom: 0 });
