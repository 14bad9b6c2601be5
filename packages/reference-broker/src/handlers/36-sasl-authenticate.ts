import { ErrorCode, SaslAuthenticate } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { takeLoginToken } from "../network/login.js";
import { SaslFailure } from "../security/sasl.js";

/**
 * SaslAuthenticate 0-2: one token of a login that SaslHandshake 1 began.
 *
 * A refused login is answered with SASL_AUTHENTICATION_FAILED and a sentence that does not tell whether the user exists, then the
 * connection is closed. `sessionLifetimeMs` says when to log in again on the same connection (KIP-368). Apache Kafka keeps the connection
 * of a refused client open for `connection.failed.authentication.delay.ms` (100) before it answers; this broker answers at once.
 */
export const saslAuthenticate = handler({
  api: SaslAuthenticate,
  versions: { min: 0, max: 2 },
  refuse: (_request, { errorCode }) => ({ errorCode, errorMessage: null }),
  answer: async ({ authBytes }, { session, broker }) => {
    const { authentication } = session;
    if (authentication.kind === "authenticated") {
      return {
        errorCode: ErrorCode.ILLEGAL_SASL_STATE,
        errorMessage: "SaslAuthenticate request received after successful authentication",
      };
    }
    if (authentication.kind !== "exchanging") {
      return {
        errorCode: ErrorCode.ILLEGAL_SASL_STATE,
        errorMessage: "SaslAuthenticate request received without a SaslHandshake request before it",
      };
    }
    try {
      const step = await takeLoginToken(session, authBytes, broker);
      return { errorMessage: null, authBytes: step.challenge, sessionLifetimeMs: BigInt(step.sessionLifetimeMs) };
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error;
      session.endAfterAnswer();
      return { errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED, errorMessage: error.message };
    }
  },
});
