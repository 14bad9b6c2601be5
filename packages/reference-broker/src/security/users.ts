import { createScramCredential, scramMechanisms } from "@moldau/protocol-codec";
import type { ScramCredential, ScramMechanism } from "@moldau/protocol-codec";
import type { RandomSource } from "../random.js";
import type { SaslSettings } from "./authentication.js";
import { plainMechanism } from "./plain.js";
import type { SaslMechanism } from "./sasl.js";
import { scramMechanism } from "./scram.js";

/** The SASL mechanisms that this broker knows, by Kafka's names. */
export const saslMechanisms = ["PLAIN", ...scramMechanisms] as const;

/** One of {@link saslMechanisms}. */
export type SaslMechanismName = (typeof saslMechanisms)[number];

/** Somebody who may log in. The same name may be given several times, with another password for another mechanism. */
export interface SaslUser {
  readonly username: string;
  readonly password: string;
  /** Default: every mechanism that the listener offers. */
  readonly mechanisms?: readonly SaslMechanismName[];
}

/** How clients log in. */
export interface SaslOptions {
  /** Who may log in. Default: nobody, which is in order where all mechanisms are of one's own. */
  readonly users?: readonly SaslUser[];
  /** What is offered: names of {@link saslMechanisms}, and mechanisms of one's own. Default: all of {@link saslMechanisms}. */
  readonly mechanisms?: readonly (SaslMechanismName | SaslMechanism)[];
  /** How long a login is good for, in milliseconds; the client then has to log in again on the same connection (KIP-368). Default 0: for ever. */
  readonly sessionLifetimeMs?: number;
}

/** Makes the mechanisms from the users. SCRAM keeps salted keys instead of passwords, made on the thread pool. */
export async function saslSettings(
  { users = [], mechanisms = saslMechanisms, sessionLifetimeMs = 0 }: SaslOptions,
  source: RandomSource,
): Promise<SaslSettings> {
  const made = await Promise.all(
    mechanisms.map(async (offered) => (typeof offered === "string" ? mechanismOf(offered, users, source) : offered)),
  );
  return { mechanisms: new Map(made.map((mechanism) => [mechanism.name, mechanism])), sessionLifetimeMs };
}

async function mechanismOf(
  name: SaslMechanismName,
  users: readonly SaslUser[],
  { randomBytes }: RandomSource,
): Promise<SaslMechanism> {
  const members = users.filter(({ mechanisms }) => mechanisms === undefined || mechanisms.includes(name));
  if (name === "PLAIN") {
    const passwords = new Map(members.map(({ username, password }) => [username, password]));
    return plainMechanism((username) => passwords.get(username));
  }
  const credentials = await scramCredentials(name, members, randomBytes);
  const nonce = (): string => Buffer.from(randomBytes()).toString("base64url");
  return scramMechanism(name, { credentialOf: (username) => credentials.get(username), nonce });
}

async function scramCredentials(
  mechanism: ScramMechanism,
  users: readonly SaslUser[],
  randomBytes: () => Uint8Array,
): Promise<ReadonlyMap<string, ScramCredential>> {
  const made = users.map(async ({ username, password }): Promise<[string, ScramCredential]> => {
    const salt = Buffer.from(randomBytes());
    return [username, await createScramCredential({ mechanism, password, salt })];
  });
  return new Map(await Promise.all(made));
}
