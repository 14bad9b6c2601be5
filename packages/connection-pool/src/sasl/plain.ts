import { ClientErrorCode } from "../errors.js";
import { KafkaError } from "@moldau/protocol-codec";
import type { SaslMechanism } from "./mechanism.js";
import { currentPassword, type SaslPassword } from "./password.js";

/** A login with user name and password in clear text: for encrypted connections, or a network that nobody else listens on. */
export interface PlainOptions {
  /** Which mechanism; in JavaScript in any case. */
  readonly mechanism: "PLAIN" | "plain";
  readonly username: string;
  readonly password: SaslPassword;
}

/** Makes the mechanism PLAIN (RFC 4616). */
export function plain({ username, password }: Omit<PlainOptions, "mechanism">): SaslMechanism {
  return {
    name: "PLAIN",
    async *converse() {
      const answer = yield Buffer.from(`\0${username}\0${await currentPassword(password)}`, "utf8");
      if (answer.length > 0)
        throw new KafkaError(
          ClientErrorCode.SASL_FAILED,
          `PLAIN: the server answered with ${answer.length} bytes where it has nothing to say.`,
        );
    },
  };
}
