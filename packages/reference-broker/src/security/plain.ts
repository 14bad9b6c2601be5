import { createHash, timingSafeEqual } from "node:crypto";
import { SaslFailure, type SaslExchange, type SaslMechanism, type SaslStep } from "./sasl.js";

/** SASL PLAIN (RFC 4616): one token with user name and password in clear. `passwordOf` gives a user's password, or undefined. */
export function plainMechanism(passwordOf: (username: string) => string | undefined): SaslMechanism {
  return { name: "PLAIN", begin: (): SaslExchange => ({ step: async (token) => login(token, passwordOf) }) };
}

function login(token: Buffer, passwordOf: (username: string) => string | undefined): SaslStep {
  const parts = token.toString("utf8").split("\0");
  const [authorizationId, username, password] = parts;
  if (parts.length !== 3 || authorizationId === undefined || username === undefined || password === undefined) {
    throw new SaslFailure(`Invalid SASL/PLAIN response: expected 3 tokens, got ${parts.length}`);
  }
  if (username === "") throw new SaslFailure("Authentication failed: username not specified");
  if (password === "") throw new SaslFailure("Authentication failed: password not specified");
  const expected = passwordOf(username);
  if (expected === undefined || !sameText(password, expected))
    throw new SaslFailure("Authentication failed: Invalid username or password");
  if (authorizationId !== "" && authorizationId !== username) {
    throw new SaslFailure(
      "Authentication failed: Client requested an authorization id that is different from username",
    );
  }
  return { done: true, challenge: Buffer.alloc(0), username };
}

/** Compares in a time that does not tell how much of the password was right. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(digest(left), digest(right));
}
