import { randomBytes } from "node:crypto";
import {
  scramClientFinal,
  scramClientFirst,
  verifyScramServerFinal,
  type ScramMechanism,
} from "@moldau/protocol-codec";
import type { SaslMechanism } from "./mechanism.js";
import { currentPassword, type SaslPassword } from "./password.js";

/** A login that never sends the password, and in which the server proves that it knows it too (KIP-84). */
export interface ScramOptions {
  /** Which mechanism; in JavaScript in any case. */
  readonly mechanism: ScramMechanism | Lowercase<ScramMechanism>;
  readonly username: string;
  readonly password: SaslPassword;
  /** Whether user name and password are the id and HMAC of a delegation token (KIP-48). Default false. */
  readonly tokenAuth?: boolean;
}

/** Makes the mechanism SCRAM-SHA-256 or SCRAM-SHA-512 (RFC 5802). */
export function scram({
  mechanism,
  username,
  password,
  tokenAuth = false,
}: ScramOptions & { readonly mechanism: ScramMechanism }): SaslMechanism {
  return {
    name: mechanism,
    async *converse() {
      const secret = await currentPassword(password);
      // Not the injected random source: a nonce that can be guessed lets a recorded login be replayed.
      const clientFirst = scramClientFirst({ username, nonce: randomBytes(24).toString("base64url"), tokenAuth });
      const serverFirst = (yield Buffer.from(clientFirst, "utf8")).toString("utf8");
      const final = await scramClientFinal({ mechanism, password: secret, clientFirst, serverFirst });
      const serverFinal = (yield Buffer.from(final.message, "utf8")).toString("utf8");
      verifyScramServerFinal(serverFinal, final.serverSignature);
    },
  };
}
