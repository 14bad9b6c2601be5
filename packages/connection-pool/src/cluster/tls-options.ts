import { createSecureContext, type ConnectionOptions, type SecureContext } from "node:tls";
import { invalidArgument, messageOf } from "../errors.js";
import { isPlainObject } from "../options.js";

/**
 * Reads the option `tls`: `options` is undefined where nothing is encrypted. Certificates and keys are read once, here, so that a wrong one
 * fails at the call and not at every connection. Undefined for what is no such option; throws CLIENT_INVALID_ARGUMENT for wrong certificates.
 */
export function parseTls(
  value: unknown,
  path: string,
): { readonly options: ConnectionOptions | undefined } | undefined {
  if (value === false) return { options: undefined };
  const options: ConnectionOptions | undefined = value === true ? {} : isPlainObject(value) ? value : undefined;
  if (!options) return undefined;
  const { ca, cert, key } = options;
  for (const [name, given] of Object.entries({ ca, cert, key })) checkPem(given, `${path}: ${name}`);
  // Node would connect without the certificate, and leave it to the broker to complain.
  if ((cert === undefined) !== (key === undefined))
    throw invalidArgument(
      `${path}: cert and key belong together, and ${cert === undefined ? "cert" : "key"} is missing.`,
    );
  try {
    const secureContext = createSecureContext(options);
    ours.add(secureContext);
    return { options: { secureContext, ...options } };
  } catch (error) {
    throw invalidArgument(`${path}: ${messageOf(error)}.`);
  }
}

const ours = new WeakSet<SecureContext>();

/** Whether a context was made here, of certificates and keys that stand beside it. */
export function isContextOfOurs(context: SecureContext): boolean {
  return ours.has(context);
}

/** Node passes over an authority that is none, and complains of certificates and keys in OpenSSL's words. Most often a file's name was given. */
function checkPem(given: unknown, what: string): void {
  for (const item of Array.isArray(given) ? given : [given]) {
    if (typeof item !== "string" && !(item instanceof Uint8Array)) continue;
    if (Buffer.from(item).includes("-----BEGIN ")) continue;
    throw invalidArgument(
      `${what} takes what stands in a PEM file, as readFileSync("file.pem") gives it${typeof item === "string" && item.length < 200 ? `, not ${JSON.stringify(item)}` : ""}.`,
    );
  }
}
