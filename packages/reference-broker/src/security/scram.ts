import { parseScramClientFirst, scramServerFinal, scramServerFirst, ScramError } from "@moldau/protocol-codec";
import type { ScramCredential, ScramMechanism } from "@moldau/protocol-codec";
import { SaslFailure, type SaslExchange, type SaslMechanism, type SaslStep } from "./sasl.js";

/** How {@link scramMechanism} finds users and makes nonces. */
export interface ScramUsers {
  /** What is kept of a user for this mechanism, or undefined. */
  readonly credentialOf: (username: string) => ScramCredential | undefined;
  /** A fresh nonce: printable ASCII without a comma. */
  readonly nonce: () => string;
}

/** The states of a SCRAM login on the server's side. */
type ScramState =
  | { readonly kind: "expectFirst" }
  | {
      readonly kind: "expectFinal";
      readonly username: string;
      readonly credential: ScramCredential;
      readonly clientFirst: string;
      readonly serverFirst: string;
    }
  | { readonly kind: "ended" };

/** SCRAM-SHA-256 or SCRAM-SHA-512 (RFC 5802, KIP-84): the password never travels, and the server proves that it knows the user too. */
export function scramMechanism(name: ScramMechanism, users: ScramUsers): SaslMechanism {
  return { name, begin: () => new ScramExchange(name, users) };
}

class ScramExchange implements SaslExchange {
  readonly #name: ScramMechanism;
  readonly #users: ScramUsers;
  #state: ScramState = { kind: "expectFirst" };

  constructor(name: ScramMechanism, users: ScramUsers) {
    this.#name = name;
    this.#users = users;
  }

  async step(token: Buffer): Promise<SaslStep> {
    const state = this.#state;
    this.#state = { kind: "ended" };
    try {
      if (state.kind === "expectFirst") return this.#first(token.toString("utf8"));
      if (state.kind === "expectFinal") return this.#final(state, token.toString("utf8"));
    } catch (error) {
      if (!(error instanceof ScramError)) throw error;
      throw this.#refusal(error);
    }
    throw new SaslFailure("Unexpected SASL/SCRAM message: the login has ended");
  }

  #first(clientFirst: string): SaslStep {
    const { username, authorizationId, tokenAuth } = parseScramClientFirst(clientFirst);
    if (tokenAuth) throw new SaslFailure("Authentication failed: delegation tokens are not supported");
    if (authorizationId !== "" && authorizationId !== username) {
      throw new SaslFailure(
        "Authentication failed: Client requested an authorization id that is different from username",
      );
    }
    const credential = this.#users.credentialOf(username);
    if (credential === undefined) throw this.#refusal(undefined);
    const serverFirst = scramServerFirst({ clientFirst, serverNonce: this.#users.nonce(), credential });
    this.#state = { kind: "expectFinal", username, credential, clientFirst, serverFirst };
    return { done: false, challenge: Buffer.from(serverFirst, "utf8") };
  }

  #final(state: ScramState & { readonly kind: "expectFinal" }, clientFinal: string): SaslStep {
    const { username, credential, clientFirst, serverFirst } = state;
    const serverFinal = scramServerFinal({ credential, clientFirst, serverFirst, clientFinal });
    return { done: true, challenge: Buffer.from(serverFinal, "utf8"), username };
  }

  /** What exactly was wrong, the user's name or the password, stays on this side: it would help to guess. */
  #refusal(cause: unknown): SaslFailure {
    return new SaslFailure(
      `Authentication failed during authentication due to invalid credentials with SASL mechanism ${this.#name}`,
      { cause },
    );
  }
}
