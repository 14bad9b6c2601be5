import type { SaslMechanism } from "./mechanism.js";
import type { PlainOptions } from "./plain.js";
import type { ScramOptions } from "./scram.js";

/** What one of the built-in logins is made of. */
export type Credentials = PlainOptions | ScramOptions;

/** By the mechanism that was made of them; not in it, where whoever prints it would print them. */
const known = new WeakMap<SaslMechanism, Credentials>();

/** Keeps in mind what a mechanism was made of. */
export function remember(mechanism: SaslMechanism, credentials: Credentials): SaslMechanism {
  known.set(mechanism, credentials);
  return mechanism;
}

/** What a built-in mechanism was made of; undefined for one of the application's own. */
export function credentialsOf(mechanism: SaslMechanism): Credentials | undefined {
  return known.get(mechanism);
}
