import { ApiVersions, SaslAuthenticate, SaslHandshake } from "@moldau/protocol-codec";
import { SaslFailure, type SaslExchange, type SaslMechanism } from "./sasl.js";

/** What a listener with SASL offers. */
export interface SaslSettings {
  /** By Kafka's name of the mechanism. */
  readonly mechanisms: ReadonlyMap<string, SaslMechanism>;
  /** How long a login is good for, in milliseconds; 0: as long as the connection (KIP-368). */
  readonly sessionLifetimeMs: number;
}

/**
 * How far a connection has got in proving who the client is.
 *
 *     notRequired
 *     waiting ──ApiVersions──▶ waiting, versions told
 *     waiting ──handshake──▶ exchanging ──last token──▶ authenticated ──handshake──▶ exchanging   (KIP-368: log in again)
 */
export type Authentication =
  | { readonly kind: "notRequired" }
  | {
      readonly kind: "waiting";
      readonly settings: SaslSettings;
      /** Whether ApiVersions was answered: Kafka answers it once, and again only after it refused the version. */
      readonly versionsTold?: boolean;
    }
  | {
      readonly kind: "exchanging";
      readonly settings: SaslSettings;
      readonly mechanism: string;
      readonly exchange: SaslExchange;
      /** Whether tokens come inside SaslAuthenticate requests (SaslHandshake 1) or as bare frames (SaslHandshake 0). */
      readonly tokens: "requests" | "frames";
      /** The login that is being renewed. */
      readonly before: Authenticated | undefined;
    }
  | Authenticated;

/** A login that succeeded. */
export interface Authenticated {
  readonly kind: "authenticated";
  readonly settings: SaslSettings;
  readonly mechanism: string;
  readonly username: string;
  /** When it has to be renewed, in monotonic milliseconds; undefined: never. */
  readonly expiresAtMs: number | undefined;
}

/** Who the client is, as Kafka prints it. */
export function principalOf(authentication: Authentication): string {
  if (authentication.kind === "authenticated") return `User:${authentication.username}`;
  if (authentication.kind === "exchanging" && authentication.before !== undefined)
    return `User:${authentication.before.username}`;
  return "User:ANONYMOUS";
}

const loginApis: ReadonlySet<number> = new Set([SaslHandshake.key, SaslAuthenticate.key]);

/** Says why a request of this API may not be served now; undefined when it may. */
export function refusalOf(authentication: Authentication, apiKey: number, nowMs: number): string | undefined {
  switch (authentication.kind) {
    case "notRequired":
      return undefined;
    case "waiting":
      if (apiKey === ApiVersions.key)
        return authentication.versionsTold === true ? "the client has been told the versions already" : undefined;
      return loginApis.has(apiKey) ? undefined : "the client has not logged in";
    case "exchanging":
      return loginApis.has(apiKey) ? undefined : "the client is in the middle of its login";
    case "authenticated": {
      const expired = authentication.expiresAtMs !== undefined && nowMs > authentication.expiresAtMs;
      return expired && !loginApis.has(apiKey) ? "the client's login has expired and was not renewed" : undefined;
    }
  }
}

/** What follows when ApiVersions was answered. */
export function versionsTold(authentication: Authentication): Authentication {
  return authentication.kind === "waiting" ? { ...authentication, versionsTold: true } : authentication;
}

/** Begins a login, or the renewal of one. Undefined when the mechanism is not offered. */
export function beginLogin(
  authentication: Exclude<Authentication, { kind: "notRequired" }>,
  mechanism: string,
  tokens: "requests" | "frames",
): Authentication | undefined {
  const found = authentication.settings.mechanisms.get(mechanism);
  if (found === undefined) return undefined;
  const before = authentication.kind === "authenticated" ? authentication : undefined;
  return { kind: "exchanging", settings: authentication.settings, mechanism, exchange: found.begin(), tokens, before };
}

/** What a token led to: the next state and the bytes for the client. */
export interface LoginStep {
  readonly authentication: Authentication;
  readonly challenge: Buffer;
  /** How long the login is good for, in milliseconds; 0 while it is under way, and when it never expires. */
  readonly sessionLifetimeMs: number;
}

/** Takes the client's next token. Rejects with {@link SaslFailure} when the login is refused. */
export async function continueLogin(
  authentication: Authentication & { readonly kind: "exchanging" },
  token: Buffer,
  nowMs: number,
): Promise<LoginStep> {
  const { settings, mechanism, exchange, before } = authentication;
  if (before !== undefined && before.mechanism !== mechanism) {
    throw new SaslFailure(
      `SASL mechanism '${mechanism}' requested by client is not supported for re-authentication of mechanism '${before.mechanism}'`,
    );
  }
  const step = await exchange.step(token);
  if (!step.done) return { authentication, challenge: step.challenge, sessionLifetimeMs: 0 };
  if (before !== undefined && before.username !== step.username) {
    throw new SaslFailure(
      `Cannot change principals during re-authentication from User.${before.username}: User.${step.username}`,
    );
  }
  const { sessionLifetimeMs } = settings;
  const expiresAtMs = sessionLifetimeMs > 0 ? nowMs + sessionLifetimeMs : undefined;
  const done: Authenticated = { kind: "authenticated", settings, mechanism, username: step.username, expiresAtMs };
  return { authentication: done, challenge: step.challenge, sessionLifetimeMs };
}
