import { KafkaError } from "@moldau/protocol-codec";
import { ClientErrorCode, messageOf } from "../errors.js";

/** The error for an encrypted channel that could not be made, with what to do about it; undefined when that was not for its encryption. */
export function tlsFailure(error: Error, where: string): KafkaError | undefined {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (!isTlsFailure(code)) return undefined;
  const hint = hints.find(([pattern]) => pattern.test(code))?.[1];
  const reason = reasonOf(error).replace(/\.$/, "");
  return new KafkaError(
    ClientErrorCode.TLS_FAILED,
    `No encrypted connection to ${where}: ${reason}.${hint === undefined ? "" : ` ${hint}`}`,
    { address: where, written: false, cause: error },
  );
}

// Certificates are judged by OpenSSL, whose codes have no prefix in common: they say what about the certificate, its issuer or its name is wrong.
function isTlsFailure(code: string): boolean {
  return /^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)|CERT|ISSUER|SIGNATURE|CRL/u.test(code);
}

/** What to do, by the code; the first that matches. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/u,
    "The port may not be encrypted: leave out the option tls, or use the encrypted port.",
  ],
  [
    /^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT.*)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/u,
    "Nobody whom this process trusts vouches for the broker's certificate: give that of the authority that signed it as tls.ca.",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/u,
    "Use a name that the certificate has, also in the broker's advertised.listeners, or give that name as tls.servername.",
  ],
  [/^CERT_HAS_EXPIRED$/u, "The broker needs a new certificate, or this machine's clock is wrong."],
  [/^CERT_NOT_YET_VALID$/u, "This machine's clock is behind, or the certificate is for later."],
  [/CERTIFICATE_REQUIRED$/u, "The broker wants a certificate of the client: give tls.cert and tls.key."],
  [
    /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED)$/u,
    "The broker does not take the client's certificate: is tls.cert signed by an authority that it trusts?",
  ],
];

/**
 * What is wrong, in a few words. Newer Nodes add advice of their own, which another one follows here. OpenSSL's own messages come with the
 * place in its sources (`…:error:0A00045C:SSL routines:ssl3_read_bytes:certificate required:../deps/…`), and Node's about names leave out
 * half of them.
 */
function reasonOf(error: Error): string {
  const message = messageOf(error)
    .replace(/; if the root CA is installed locally.*/u, "")
    .trim();
  const names = namesOf(error);
  if (names !== undefined) return `the certificate is for ${names.certified}, not for ${names.wanted}`;
  return /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/u.exec(message)?.[1] ?? message;
}

/** For which names the certificate is, and which was wanted, where the error is about that. */
function namesOf(error: Error): { readonly certified: string; readonly wanted: string } | undefined {
  const wanted: unknown = Reflect.get(error, "host");
  const cert: unknown = Reflect.get(error, "cert");
  const certified: unknown =
    typeof cert === "object" && cert !== null ? Reflect.get(cert, "subjectaltname") : undefined;
  if (typeof wanted !== "string" || typeof certified !== "string") return undefined;
  return { wanted, certified: certified.replaceAll(/DNS:|IP Address:/gu, "") };
}
