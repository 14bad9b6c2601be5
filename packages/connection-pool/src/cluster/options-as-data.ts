import type { ConnectionOptions as TlsOptions } from "node:tls";
import { systemClock, systemConnector } from "@moldau/platform";
import { formatAddress } from "../addresses.js";
import type { RetryPolicy } from "../attempts/backoff.js";
import { invalidArgument } from "../errors.js";
import { credentialsOf, type Credentials } from "../sasl/credentials.js";
import { currentPassword } from "../sasl/password.js";
import type { PlainOptions } from "../sasl/plain.js";
import type { ScramOptions } from "../sasl/scram.js";
import type { SaslOptions } from "../sasl/authenticate.js";
import type { ClusterOptions, ResolvedClusterOptions } from "./cluster-options.js";
import { isContextOfOurs } from "./tls-options.js";

/** How to reach a cluster, in plain data that can go to another thread; the password of a login goes its own way. */
export interface ClusterOptionsAsData {
  readonly clientId: string;
  readonly brokers: readonly string[];
  readonly tls: TlsOptions | undefined;
  readonly sasl: LoginAsData | undefined;
  readonly rackId: string | undefined;
  readonly retry: RetryPolicy;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectionsMaxIdleMs: number;
  readonly metadataMaxAgeMs: number;
  readonly maxFrameBytes: number;
}

/** A built-in login, but for its password. */
type LoginAsData = Omit<PlainOptions, "password"> | Omit<ScramOptions, "password">;

/** The password of a login. */
export interface Secret {
  /** Whether a function gives it, so that it may be another one each time. */
  readonly changes: boolean;
  /** @throws {KafkaError} CLIENT_SASL_FAILED, and what the application's function throws. */
  current(): Promise<string>;
}

/**
 * Writes options of a cluster as plain data.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming the option that is none, and `what` it is wanted for.
 */
export function clusterOptionsAsData(options: ResolvedClusterOptions, what: string): ClusterOptionsAsData {
  const refuse = (name: string, why: string): Error =>
    invalidArgument(`${what} reaches the brokers from a thread of its own, which ${name} cannot go to: ${why}.`);
  if (options.connector !== systemConnector) throw refuse("connector", "it is a function of this one");
  if (options.clock !== systemClock) throw refuse("clock", "it is a function of this one");
  const credentials = options.sasl === undefined ? undefined : credentialsOf(options.sasl);
  if (options.sasl !== undefined && credentials === undefined)
    throw refuse(
      "sasl",
      "a login of your own is functions of this one; PLAIN and SCRAM with a password, or a function that gives one, can",
    );
  const {
    clientId,
    rackId,
    retry,
    connectionTimeoutMs,
    requestTimeoutMs,
    connectionsMaxIdleMs,
    metadataMaxAgeMs,
    maxFrameBytes,
  } = options;
  const pace = { connectionTimeoutMs, requestTimeoutMs, connectionsMaxIdleMs, metadataMaxAgeMs, maxFrameBytes };
  return {
    clientId,
    brokers: options.seeds.map(formatAddress),
    tls: tlsAsData(options.tls, (why) => refuse("tls", why)),
    sasl: credentials === undefined ? undefined : withoutPassword(credentials),
    rackId,
    retry,
    ...pace,
  };
}

/** What gives the password of the login, where there is one of the built-in kinds. */
export function secretOf({ sasl }: ResolvedClusterOptions): Secret | undefined {
  const credentials = sasl === undefined ? undefined : credentialsOf(sasl);
  if (credentials === undefined) return undefined;
  const { password } = credentials;
  return { changes: typeof password === "function", current: () => currentPassword(password) };
}

/** The options of a cluster that plain data stand for; `password` is asked at each login. */
export function clusterOptionsOf(
  { tls, sasl, rackId, ...data }: ClusterOptionsAsData,
  password: () => Promise<string>,
): ClusterOptions {
  const login: SaslOptions | undefined = sasl === undefined ? undefined : { ...sasl, password };
  return {
    ...data,
    ...(tls === undefined ? {} : { tls }),
    ...(login === undefined ? {} : { sasl: login }),
    ...(rackId === undefined ? {} : { rackId }),
  };
}

function withoutPassword({ password: _, ...others }: Credentials): LoginAsData {
  return others;
}

function tlsAsData(tls: TlsOptions | undefined, refuse: (why: string) => Error): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  const { secureContext, ...given } = tls;
  if (secureContext !== undefined && !isContextOfOurs(secureContext))
    throw refuse("a secureContext stays in the thread that made it; give ca, cert and key themselves");
  try {
    return structuredClone(given);
  } catch {
    const functions = Object.entries(given).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    throw refuse(`${functions.length === 0 ? "it" : functions.join(" and ")} holds what is no data`);
  }
}
