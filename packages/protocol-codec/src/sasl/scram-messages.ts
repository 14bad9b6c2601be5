import { KafkaError } from "../errors.js";

/** A SCRAM message that is malformed, or a login that one side refused. */
export class ScramError extends KafkaError {
  static override readonly brand: string = "ScramError";

  constructor(message: string) {
    super("CLIENT_SASL_FAILED", message);
  }
}

// The four messages of RFC 5802 as Kafka writes and reads them (ScramMessages.java):
//
//   client first   n,,n=alice,r=CNONCE[,tokenauth=true]        "n,," is the GS2 header: no channel binding
//   server first   r=CNONCE+SNONCE,s=SALT,i=4096
//   client final   c=biws,r=CNONCE+SNONCE,p=PROOF              "biws" is base64 of the GS2 header
//   server final   v=SIGNATURE | e=ERROR
//
// Any of them may carry further `name=value` pairs, which are ignored; an `m=` pair in front is one that the other side must understand, so it is refused.

/** The client's first message, taken apart. */
export interface ClientFirst {
  /** The part that enters the AuthMessage: everything behind the GS2 header. */
  readonly bare: string;
  readonly gs2Header: string;
  readonly username: string;
  /** The identity to act as; empty when it is the user itself. */
  readonly authorizationId: string;
  readonly nonce: string;
  /** Whether the user name is the id of a delegation token (KIP-48). */
  readonly tokenAuth: boolean;
}

/** Writes the client's first message. `nonce` is printable ASCII without a comma; `tokenAuth` says that the user name is the id of a delegation token. */
export function formatClientFirst({
  username,
  nonce,
  tokenAuth = false,
}: {
  readonly username: string;
  readonly nonce: string;
  readonly tokenAuth?: boolean;
}): string {
  return `n,,n=${escapeSaslName(username)},r=${nonce}${tokenAuth ? ",tokenauth=true" : ""}`;
}

/** Reads the client's first message. @throws {ScramError} when it is none. */
export function parseClientFirst(text: string): ClientFirst {
  const match = /^(n,(?:a=([^,]+))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,[A-Za-z]+=[^,]+)*))$/u.exec(text);
  if (!match) throw new ScramError("The client's first SCRAM message is malformed.");
  const [, gs2Header = "", authorizationId = "", bare = "", name = "", nonce = "", extensions = ""] = match;
  return {
    bare,
    gs2Header,
    username: unescapeSaslName(name),
    authorizationId: unescapeSaslName(authorizationId),
    nonce,
    tokenAuth: /,tokenauth=true(?:,|$)/iu.test(extensions),
  };
}

/** Writes the server's first message. */
export function formatServerFirst({
  nonce,
  salt,
  iterations,
}: {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}): string {
  return `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
}

/** Reads the server's first message. @throws {ScramError} when it is none; a server that refuses at this point says so with `e=`. */
export function parseServerFirst(text: string): {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
} {
  const refused = /^e=([^,]+)/u.exec(text);
  if (refused) throw new ScramError(`The server refused the SCRAM login: ${refused[1]}.`);
  const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([0-9]{1,10})(?:,[A-Za-z]+=[^,]+)*$/u.exec(text);
  if (!match) throw new ScramError("The server's first SCRAM message is malformed.");
  const [, nonce = "", salt = "", iterations = ""] = match;
  return { nonce, salt: base64(salt, "salt"), iterations: Number(iterations) };
}

/** Writes the client's final message up to the proof, which is computed over it. */
export function formatClientFinal({
  gs2Header,
  nonce,
}: {
  readonly gs2Header: string;
  readonly nonce: string;
}): string {
  return `c=${Buffer.from(gs2Header, "utf8").toString("base64")},r=${nonce}`;
}

/** Reads the client's final message. @throws {ScramError} when it is none. */
export function parseClientFinal(text: string): {
  readonly gs2Header: string;
  readonly nonce: string;
  readonly withoutProof: string;
  readonly proof: Buffer;
} {
  const match = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]+=[^,]+)*),p=([A-Za-z0-9+/=]+)$/u.exec(
    text,
  );
  if (!match) throw new ScramError("The client's final SCRAM message is malformed.");
  const [, withoutProof = "", channel = "", nonce = "", proof = ""] = match;
  return {
    gs2Header: base64(channel, "channel binding").toString("utf8"),
    nonce,
    withoutProof,
    proof: base64(proof, "proof"),
  };
}

/** Writes the server's last message. */
export function formatServerFinal(signature: Buffer): string {
  return `v=${signature.toString("base64")}`;
}

/** Reads the server's last message: its signature, or why it refused. @throws {ScramError} when it is neither. */
export function parseServerFinal(
  text: string,
): { readonly error: string; readonly signature?: never } | { readonly error?: never; readonly signature: Buffer } {
  const match = /^(?:e=([^,]+)|v=([A-Za-z0-9+/=]+))(?:,[A-Za-z]+=[^,]+)*$/u.exec(text);
  if (!match) throw new ScramError("The server's last SCRAM message is malformed.");
  const [, error, signature] = match;
  return error === undefined ? { signature: base64(signature ?? "", "signature") } : { error };
}

/** Escapes a user name: `=` and `,` have a meaning of their own inside a message. */
export function escapeSaslName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** Undoes {@link escapeSaslName}. @throws {ScramError} on an `=` that begins no escape. */
export function unescapeSaslName(name: string): string {
  if (/=(?!2C|3D)/u.test(name)) throw new ScramError("A SCRAM user name holds an unescaped '='.");
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

function base64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw new ScramError(`The ${what} in a SCRAM message is not base64.`);
  return bytes;
}
