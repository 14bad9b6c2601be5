import { api, array, bytes, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of AlterUserScramCredentials. */
export const AlterUserScramCredentialsRequest = message(
  "AlterUserScramCredentialsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The credentials to remove. */
    deletions: array({
      /** The user's name. */
      name: string,
      /** The SCRAM mechanism: 1 for SHA-256, 2 for SHA-512. */
      mechanism: int8,
    }),
    /** The credentials to set. */
    upsertions: array({
      /** The user's name. */
      name: string,
      /** The SCRAM mechanism: 1 for SHA-256, 2 for SHA-512. */
      mechanism: int8,
      /** How often the hash is applied. */
      iterations: int32,
      /** The salt of the hash. */
      salt: bytes,
      /** The password after salting and hashing. */
      saltedPassword: bytes,
    }),
  }),
);
export type AlterUserScramCredentialsRequest = Infer<typeof AlterUserScramCredentialsRequest>;

/** The response of AlterUserScramCredentials. */
export const AlterUserScramCredentialsResponse = message(
  "AlterUserScramCredentialsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The results, one for each item of the request. */
    results: array({
      /** The user's name. */
      user: string,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string),
    }),
  }),
);
export type AlterUserScramCredentialsResponse = Infer<typeof AlterUserScramCredentialsResponse>;

/** Sets and removes SCRAM credentials. */
export const AlterUserScramCredentials = api(51, "AlterUserScramCredentials", {
  request: AlterUserScramCredentialsRequest,
  response: AlterUserScramCredentialsResponse,
  throttleFrom: 0,
});
