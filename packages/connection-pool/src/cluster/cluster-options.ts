import type { ConnectionOptions as TlsOptions } from "node:tls";
import { parseAddress, type Address } from "../addresses.js";
import { systemClock, systemConnector, type Clock, type Connector } from "@moldau/platform";
import { invalidArgument } from "../errors.js";
import { isPlainObject, maxTimerMs, OptionReader } from "../options.js";
import { clientNames, retryNames } from "./names-of-kafkajs.js";
import { defaultRetryPolicy, type RetryPolicy } from "../attempts/backoff.js";
import type { LogLevel, LogSink } from "../log/log-line.js";
import { expectedLogger, parseLogger, type Logger } from "../log/logger.js";
import { parseTls } from "./tls-options.js";
import { saslMechanism, type SaslOptions } from "../sasl/authenticate.js";
import type { SaslMechanism } from "../sasl/mechanism.js";

/** How to reach a cluster. */
export interface ClusterOptions {
  /** The name under which brokers log this client and count its quotas. Default "moldau". */
  readonly clientId?: string;
  /** Where to ask for the cluster first: `host:port` of some of its brokers, IPv6 as in `[::1]:9092`. All are tried. */
  readonly brokers: readonly string[];
  /** Encryption: true, or options of `tls.connect`. Default false. */
  readonly tls?: boolean | TlsOptions;
  /** Login. Default: none. */
  readonly sasl?: SaslOptions;
  /** The rack or zone this client runs in, for reading from the nearest replica. Default: unknown. */
  readonly rackId?: string;
  /** Waits between attempts. Default: {@link defaultRetryPolicy}. */
  readonly retry?: Partial<RetryPolicy>;
  /** Time for opening a connection, login included, in milliseconds. Default 10,000. */
  readonly connectionTimeoutMs?: number;
  /** Time for the answer to a request, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How long a connection may be unused before it is closed, in milliseconds. Default 540,000 (nine minutes): less than brokers wait
   * before they do so, and less than most networks take to forget it.
   */
  readonly connectionsMaxIdleMs?: number;
  /** Age in milliseconds at which what is known of a topic is asked for again. Default 300,000. */
  readonly metadataMaxAgeMs?: number;
  /** Largest answer taken from a broker, in bytes. Default 134,217,728 (128 MiB). */
  readonly maxFrameBytes?: number;
  /**
   * Where this client tells what goes on: a logger (`console`, or one of pino, winston or bunyan as it is), or a level, from which on lines go to
   * the standard error output. Default: nowhere.
   */
  readonly logger?: LogLevel | Logger;
  /** How brokers are reached, for a proxy or a network of one's own. Default: TCP, and TLS over it. */
  readonly connector?: Connector;
  /** Where time comes from. Default: the computer's clock. */
  readonly clock?: Clock;
  /** Where chance comes from: numbers from 0 up to, but not including, 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** {@link ClusterOptions}, checked and complete. */
export interface ResolvedClusterOptions {
  readonly clientId: string;
  readonly seeds: readonly Address[];
  readonly tls: TlsOptions | undefined;
  readonly sasl: SaslMechanism | undefined;
  readonly rackId: string | undefined;
  readonly retry: RetryPolicy;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectionsMaxIdleMs: number;
  readonly metadataMaxAgeMs: number;
  readonly maxFrameBytes: number;
  readonly logger: LogSink | undefined;
  readonly connector: Connector;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Checks the options of a cluster and fills in defaults. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when one is wrong or unknown. */
export function resolveClusterOptions(options: ClusterOptions): ResolvedClusterOptions {
  const read = new OptionReader("client options", options, clientNames);
  const none: undefined = undefined;
  const clock = read.custom("clock", `an object with ${clockMethods.join(", ")}`, parseClock, { default: systemClock });
  const resolved: ResolvedClusterOptions = {
    seeds: read.list("brokers", parseAddress, { nonEmpty: true, example: '["localhost:9092"]' }),
    clientId: read.text("clientId", { default: "moldau" }),
    tls: read.custom("tls", "true, false or options of tls.connect", parseTls, { default: { options: none } }).options,
    sasl: read.custom("sasl", "an object", (value, path) => ({ mechanism: saslMechanism(value, path) }), {
      default: { mechanism: none },
    }).mechanism,
    rackId: read.optionalText("rackId"),
    retry: read.custom("retry", "an object", resolveRetryPolicy, { default: defaultRetryPolicy }),
    connectionTimeoutMs: read.integer("connectionTimeoutMs", { min: 1, max: maxTimerMs, default: 10_000 }),
    requestTimeoutMs: read.integer("requestTimeoutMs", { min: 1, max: maxTimerMs, default: 30_000 }),
    connectionsMaxIdleMs: read.integer("connectionsMaxIdleMs", { min: 1, default: 540_000 }),
    metadataMaxAgeMs: read.integer("metadataMaxAgeMs", { min: 0, default: 300_000 }),
    maxFrameBytes: read.integer("maxFrameBytes", { min: 1024, max: 2 ** 31 - 1, default: 128 * 1024 * 1024 }),
    logger:
      read.custom("logger", expectedLogger, (value, path) => parseLogger(value, path, clock), { default: null }) ??
      none,
    connector: read.custom("connector", "an object with connect", parseConnector, { default: systemConnector }),
    clock,
    random: read.custom("random", "a function", parseRandom, { default: Math.random }),
  };
  read.done();
  return resolved;
}

function resolveRetryPolicy(value: unknown, path: string): RetryPolicy {
  if (!isPlainObject(value)) throw invalidArgument(`${path} must be an object such as { initialDelayMs: 100 }.`);
  const read = new OptionReader<Partial<RetryPolicy>>(path, value, retryNames);
  const initialDelayMs = read.number("initialDelayMs", { min: 0, default: defaultRetryPolicy.initialDelayMs });
  const policy: RetryPolicy = {
    initialDelayMs,
    maxDelayMs: read.number("maxDelayMs", {
      min: initialDelayMs,
      default: Math.max(initialDelayMs, defaultRetryPolicy.maxDelayMs),
    }),
    multiplier: read.number("multiplier", { min: 1, default: defaultRetryPolicy.multiplier }),
    jitter: read.number("jitter", { min: 0, max: 1, default: defaultRetryPolicy.jitter }),
  };
  read.done();
  return policy;
}

const clockMethods = ["now", "monotonic", "timer", "sleep", "soon"];

function parseClock(value: unknown): Clock | undefined {
  return isClock(value) ? value : undefined;
}

function isClock(value: unknown): value is Clock {
  return hasMethods(value, clockMethods);
}

function parseConnector(value: unknown): Connector | undefined {
  return isConnector(value) ? value : undefined;
}

function isConnector(value: unknown): value is Connector {
  return hasMethods(value, ["connect"]);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return isPlainObject(value) && names.every((name) => typeof Reflect.get(value, name) === "function");
}

function parseRandom(value: unknown): (() => number) | undefined {
  return isRandom(value) ? value : undefined;
}

function isRandom(value: unknown): value is () => number {
  return typeof value === "function";
}
