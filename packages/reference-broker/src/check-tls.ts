import { createSecureContext, type TlsOptions } from "node:tls";

/** Checks a listener's `tls`, so that a wrong certificate is told at the start and not to each client. Throws a RangeError with a sentence. */
export function checkTls(tls: TlsOptions | undefined): void {
  if (tls === undefined) return;
  if (typeof tls !== "object" || tls === null)
    throw new RangeError("tls takes Node's options of a TLS server, such as { key, cert }");
  const { ca, cert, key, pfx, SNICallback } = tls;
  for (const [name, given] of Object.entries({ ca, cert, key })) checkPem(given, name);
  if (cert === undefined && pfx === undefined && SNICallback === undefined)
    throw new RangeError(
      "tls needs a certificate, such as { key, cert }: createAuthority().issue() makes one for tests",
    );
  try {
    createSecureContext(tls);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`tls: key and cert do not make a certificate that can be used: ${reason}`, { cause: error });
  }
}

/** Node passes over an authority that is none, and complains of the others in OpenSSL's words. Most often a file's name was given. */
function checkPem(given: unknown, name: string): void {
  for (const item of Array.isArray(given) ? given : [given]) {
    if ((typeof item === "string" || item instanceof Uint8Array) && !Buffer.from(item).includes("-----BEGIN "))
      throw new RangeError(`tls: ${name} takes what stands in a PEM file, as readFileSync("file.pem") gives it`);
  }
}
