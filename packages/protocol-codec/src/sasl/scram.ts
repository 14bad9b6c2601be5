import { promisify } from "node:util";
import { nodeCrypto } from "../node-modules.js";
import {
  formatClientFinal,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
  ScramError,
} from "./scram-messages.js";

/**
 * The SCRAM mechanisms that Kafka knows (KIP-84), by the name that SaslHandshake carries.
 */
export const scramMechanisms = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

/** One of {@link scramMechanisms}. */
export type ScramMechanism = (typeof scramMechanisms)[number];

/** The fewest iterations a client accepts: Kafka's own minimum for both mechanisms. */
export const scramMinIterations = 4096;

/** The most iterations a client accepts; a hostile server could otherwise buy minutes of CPU with one small message. */
export const scramMaxIterations = 1_000_000;

/** What a server keeps of a user: enough to verify, not enough to log in as the user. */
export interface ScramCredential {
  readonly mechanism: ScramMechanism;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** The keys of RFC 5802 that follow from a salted password. */
export interface ScramKeys {
  readonly clientKey: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/**
 * Salts a password: PBKDF2, the one expensive step, which runs on Node's thread pool and leaves the event loop free.
 *
 * The password is taken as plain UTF-8, as Kafka does: no SASLprep.
 */
export function saltScramPassword(
  mechanism: ScramMechanism,
  password: string,
  { salt, iterations }: { readonly salt: Buffer; readonly iterations: number },
): Promise<Buffer> {
  const { digest, length } = hashOf[mechanism];
  return promisify(nodeCrypto().pbkdf2)(Buffer.from(password, "utf8"), salt, iterations, length, digest);
}

/** Derives the client, stored and server keys from a salted password. */
export function scramKeys(mechanism: ScramMechanism, saltedPassword: Buffer): ScramKeys {
  const clientKey = hmac(mechanism, saltedPassword, "Client Key");
  const storedKey = nodeCrypto().createHash(hashOf[mechanism].digest).update(clientKey).digest();
  const serverKey = hmac(mechanism, saltedPassword, "Server Key");
  return { clientKey, storedKey, serverKey };
}

/** Makes what a server stores for a user from the user's password. */
export async function createScramCredential(options: {
  readonly mechanism: ScramMechanism;
  readonly password: string;
  readonly salt: Buffer;
  /** Rounds of PBKDF2. Default: 4096. */
  readonly iterations?: number;
}): Promise<ScramCredential> {
  const { mechanism, password, salt, iterations = scramMinIterations } = options;
  const { storedKey, serverKey } = scramKeys(
    mechanism,
    await saltScramPassword(mechanism, password, { salt, iterations }),
  );
  return { mechanism, salt, iterations, storedKey, serverKey };
}

/** Proves that the client knows its key: ClientKey XOR HMAC(StoredKey, AuthMessage). */
export function scramClientProof(mechanism: ScramMechanism, keys: ScramKeys, authMessage: string): Buffer {
  return xor(keys.clientKey, hmac(mechanism, keys.storedKey, authMessage));
}

/** Proves that the server knows the user's server key: HMAC(ServerKey, AuthMessage). */
export function scramServerSignature(mechanism: ScramMechanism, serverKey: Buffer, authMessage: string): Buffer {
  return hmac(mechanism, serverKey, authMessage);
}

/** What the client sends second, and what the server has to answer to it. */
export interface ScramClientFinal {
  readonly message: string;
  readonly serverSignature: Buffer;
}

/**
 * Answers the server's first message.
 *
 * @throws {ScramError} when the server's message is malformed, its nonce does not begin with ours, or its iteration count is out of bounds.
 */
export async function scramClientFinal(options: {
  readonly mechanism: ScramMechanism;
  readonly password: string;
  readonly clientFirst: string;
  readonly serverFirst: string;
}): Promise<ScramClientFinal> {
  const { mechanism, password, clientFirst, serverFirst } = options;
  const first = parseClientFirst(clientFirst);
  const { nonce, salt, iterations } = parseServerFirst(serverFirst);
  if (!nonce.startsWith(first.nonce) || nonce.length === first.nonce.length) {
    throw new ScramError(
      "The server's SCRAM nonce does not extend the client's: the answer belongs to another login or was tampered with.",
    );
  }
  if (iterations < scramMinIterations || iterations > scramMaxIterations) {
    throw new ScramError(
      `The server asks for ${iterations} SCRAM iterations; between ${scramMinIterations} and ${scramMaxIterations} are accepted.`,
    );
  }
  const keys = scramKeys(mechanism, await saltScramPassword(mechanism, password, { salt, iterations }));
  const withoutProof = formatClientFinal({ gs2Header: first.gs2Header, nonce });
  const authMessage = `${first.bare},${serverFirst},${withoutProof}`;
  const proof = scramClientProof(mechanism, keys, authMessage);
  return {
    message: `${withoutProof},p=${proof.toString("base64")}`,
    serverSignature: scramServerSignature(mechanism, keys.serverKey, authMessage),
  };
}

/**
 * Checks the server's last message: only a server that knows the user's keys can have signed it.
 *
 * @throws {ScramError} when the server refused the login, or its signature is not the expected one.
 */
export function verifyScramServerFinal(serverFinal: string, expected: Buffer): void {
  const { error, signature } = parseServerFinal(serverFinal);
  if (error !== undefined) throw new ScramError(`The server refused the SCRAM login: ${error}.`);
  if (!sameBytes(signature, expected)) {
    throw new ScramError(
      "The server's SCRAM signature is wrong: it does not know this user's password and may be an impostor.",
    );
  }
}

/** Writes the server's first message; the whole nonce is the client's followed by the server's. */
export function scramServerFirst(options: {
  readonly clientFirst: string;
  readonly serverNonce: string;
  readonly credential: Pick<ScramCredential, "salt" | "iterations">;
}): string {
  const { clientFirst, serverNonce, credential } = options;
  return formatServerFirst({
    nonce: parseClientFirst(clientFirst).nonce + serverNonce,
    salt: credential.salt,
    iterations: credential.iterations,
  });
}

/**
 * Verifies the client's proof and writes the server's last message.
 *
 * @throws {ScramError} when the message is malformed, its nonce or channel binding is not that of this login, or the proof is wrong.
 */
export function scramServerFinal(options: {
  readonly credential: ScramCredential;
  readonly clientFirst: string;
  readonly serverFirst: string;
  readonly clientFinal: string;
}): string {
  const { credential, clientFirst, serverFirst, clientFinal } = options;
  const { mechanism, storedKey, serverKey } = credential;
  const first = parseClientFirst(clientFirst);
  const final = parseClientFinal(clientFinal);
  if (final.nonce !== parseServerFirst(serverFirst).nonce)
    throw new ScramError("The client's SCRAM nonce is not the one of this login.");
  if (final.gs2Header !== first.gs2Header)
    throw new ScramError("The client's SCRAM channel binding is not the one of this login.");
  const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
  const signature = hmac(mechanism, storedKey, authMessage);
  if (final.proof.length !== signature.length) throw new ScramError("The client's SCRAM proof has the wrong length.");
  const clientKey = xor(final.proof, signature);
  const digest = nodeCrypto().createHash(hashOf[mechanism].digest).update(clientKey).digest();
  if (!sameBytes(digest, storedKey)) throw new ScramError("The client's SCRAM proof is wrong.");
  return formatServerFinal(scramServerSignature(mechanism, serverKey, authMessage));
}

const hashOf = {
  "SCRAM-SHA-256": { digest: "sha256", length: 32 },
  "SCRAM-SHA-512": { digest: "sha512", length: 64 },
} as const;

function hmac(mechanism: ScramMechanism, key: Buffer, text: string): Buffer {
  return nodeCrypto().createHmac(hashOf[mechanism].digest, key).update(text, "utf8").digest();
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

function sameBytes(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && nodeCrypto().timingSafeEqual(left, right);
}
