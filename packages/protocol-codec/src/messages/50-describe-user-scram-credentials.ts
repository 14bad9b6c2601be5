import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeUserScramCredentials. */
export const DescribeUserScramCredentialsRequest = message(
  "DescribeUserScramCredentialsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The users to describe, or null for all. */
    users: nullable(
      array({
        /** The user's name. */
        name: string,
      }),
    ),
  }),
);
export type DescribeUserScramCredentialsRequest = Infer<typeof DescribeUserScramCredentialsRequest>;

/** The response of DescribeUserScramCredentials. */
export const DescribeUserScramCredentialsResponse = message(
  "DescribeUserScramCredentialsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The results, one for each item of the request. */
    results: array({
      /** The user's name. */
      user: string,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string),
      /** The user's credentials, one for each mechanism. */
      credentialInfos: array({
        /** The SCRAM mechanism: 1 for SHA-256, 2 for SHA-512. */
        mechanism: int8,
        /** How often the hash is applied. */
        iterations: int32,
      }),
    }),
  }),
);
export type DescribeUserScramCredentialsResponse = Infer<typeof DescribeUserScramCredentialsResponse>;

/** Lists which users have SCRAM credentials, without secrets. */
export const DescribeUserScramCredentials = api(50, "DescribeUserScramCredentials", {
  request: DescribeUserScramCredentialsRequest,
  response: DescribeUserScramCredentialsResponse,
  throttleFrom: 0,
});
