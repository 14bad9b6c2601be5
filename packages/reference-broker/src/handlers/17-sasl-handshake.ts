import { ErrorCode, SaslHandshake } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { tellMechanismRefused } from "../network/login.js";
import { beginLogin } from "../security/authentication.js";

/**
 * SaslHandshake 0-1: the client names the mechanism of its login.
 *
 * After version 0 the tokens come as bare frames, after version 1 inside SaslAuthenticate. A mechanism that is not offered is answered
 * with UNSUPPORTED_SASL_MECHANISM and the list of those that are, and the connection is closed. On a listener without SASL:
 * ILLEGAL_SASL_STATE, as in Apache Kafka.
 */
export const saslHandshake = handler({
  api: SaslHandshake,
  versions: { min: 0, max: 1 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  answer: ({ mechanism }, { session, apiVersion, broker }) => {
    const { authentication } = session;
    if (authentication.kind === "notRequired") return { errorCode: ErrorCode.ILLEGAL_SASL_STATE };
    const mechanisms = [...authentication.settings.mechanisms.keys()];
    const begun = beginLogin(authentication, mechanism, apiVersion === 0 ? "frames" : "requests");
    if (begun === undefined) {
      tellMechanismRefused(session, { mechanism, offered: mechanisms }, broker);
      session.endAfterAnswer();
      return { errorCode: ErrorCode.UNSUPPORTED_SASL_MECHANISM, mechanisms };
    }
    session.authentication = begun;
    return { errorCode: ErrorCode.NONE, mechanisms };
  },
});
