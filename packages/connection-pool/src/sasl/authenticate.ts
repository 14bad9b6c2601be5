import {
  ErrorCode,
  KafkaError,
  kafkaError,
  SaslAuthenticate,
  SaslHandshake,
  scramMechanisms,
  type SaslAuthenticateResponse,
} from "@moldau/protocol-codec";
import type { BrokerVersions } from "../connection/api-versions.js";
import { saslHandshakeVersion } from "../apis.js";
import { ClientErrorCode, invalidArgument, messageOf } from "../errors.js";
import type { Exchange } from "../connection/exchange.js";
import { isPlainObject, OptionReader } from "../options.js";
import type { SaslContext, SaslMechanism } from "./mechanism.js";
import { remember } from "./credentials.js";
import { parsePassword } from "./password.js";
import { plain, type PlainOptions } from "./plain.js";
import { scram, type ScramOptions } from "./scram.js";

/** How to log in: one of the built-in mechanisms with its credentials, or a mechanism of your own. */
export type SaslOptions = PlainOptions | ScramOptions | SaslMechanism;

/** What a login brought. */
export interface SaslSession {
  /** For how long the broker takes it, in milliseconds; 0: without end (KIP-368). */
  readonly lifetimeMs: number;
}

/**
 * Logs in on a connection: SaslHandshake names the mechanism, then SaslAuthenticate carries its messages.
 *
 * @throws {KafkaError} with Kafka's own code when the broker refuses, CLIENT_SASL_FAILED when the mechanism does not trust the server.
 */
export async function authenticate(
  exchange: Exchange,
  versions: BrokerVersions,
  { mechanism, context }: { readonly mechanism: SaslMechanism; readonly context: SaslContext },
): Promise<SaslSession> {
  if (!versions.supports(SaslHandshake, saslHandshakeVersion))
    throw new KafkaError(
      ClientErrorCode.SASL_FAILED,
      `The broker offers no SASL login (SaslHandshake v${saslHandshakeVersion}) on this port.`,
    );
  const { errorCode, mechanisms } = await exchange(SaslHandshake, saslHandshakeVersion, {
    mechanism: mechanism.name,
  });
  if (errorCode === ErrorCode.UNSUPPORTED_SASL_MECHANISM) {
    const offered = mechanisms.length === 0 ? "none" : mechanisms.join(", ");
    throw kafkaError(errorCode, {}, `not ${mechanism.name}, but ${offered}.`);
  }
  if (errorCode === ErrorCode.ILLEGAL_SASL_STATE) throw noLoginWanted();
  if (errorCode !== 0) throw kafkaError(errorCode, { apiKey: SaslHandshake.key, apiName: SaslHandshake.name });
  try {
    return await converse(exchange, versions.newestOf(SaslAuthenticate, undefined), mechanism.converse(context));
  } catch (error) {
    throw error instanceof KafkaError ? error : failedHere(mechanism, error);
  }
}

/** Checks the option `sasl` and makes the mechanism it names. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is wrong. */
export function saslMechanism(options: unknown, path: string): SaslMechanism {
  if (!isPlainObject(options))
    throw invalidArgument(`${path} must be an object such as { mechanism: "PLAIN", username, password }.`);
  if (isMechanism(options)) return options;
  const read = new OptionReader<Partial<Record<keyof ScramOptions, unknown>>>(path, options);
  const mechanism = read.custom("mechanism", mechanismWanted, mechanismNamed);
  const username = read.text("username");
  const password = read.custom("password", "a text, or a function that gives one", parsePassword);
  if (mechanism === "PLAIN") {
    read.done();
    return remember(plain({ username, password }), { mechanism, username, password });
  }
  const tokenAuth = read.boolean("tokenAuth", { default: false });
  read.done();
  return remember(scram({ mechanism, username, password, tokenAuth }), { mechanism, username, password, tokenAuth });
}

const mechanisms = ["PLAIN", ...scramMechanisms] as const;
const mechanismWanted = `one of ${mechanisms.join(", ")}, in any case (another login is an object with name and converse)`;

/** The mechanism with a name, whatever its letters: other clients and configuration files write them in lower case. */
function mechanismNamed(name: unknown): (typeof mechanisms)[number] | undefined {
  return typeof name === "string" ? mechanisms.find((known) => known === name.toUpperCase()) : undefined;
}

/** What a broker has to say to a login on a port that is open to everybody. */
function noLoginWanted(): KafkaError {
  const { code, message } = kafkaError(ErrorCode.ILLEGAL_SASL_STATE);
  return new KafkaError(
    code,
    `${message} The broker wants no login on this port: leave out the option sasl, or use the port that asks for one.`,
    { errorCode: ErrorCode.ILLEGAL_SASL_STATE, apiKey: SaslHandshake.key, apiName: SaslHandshake.name },
  );
}

function isMechanism(options: object): options is SaslMechanism {
  return (
    "converse" in options &&
    typeof options.converse === "function" &&
    "name" in options &&
    typeof options.name === "string"
  );
}

/** A mechanism of one's own threw, or what gives the password. */
function failedHere({ name }: SaslMechanism, error: unknown): KafkaError {
  const message = `The login by ${name} failed on this side: ${messageOf(error)}`;
  return new KafkaError(ClientErrorCode.SASL_FAILED, `${message.replace(/\.$/, "")}.`, { cause: error });
}

async function converse(
  exchange: Exchange,
  version: number,
  messages: AsyncGenerator<Buffer, void, Buffer>,
): Promise<SaslSession> {
  let lifetimeMs = 0;
  try {
    let turn = await messages.next();
    while (turn.done !== true) {
      const response = await exchange(SaslAuthenticate, version, { authBytes: turn.value });
      if (response.errorCode !== 0) throw refused(response);
      lifetimeMs = Number(response.sessionLifetimeMs);
      turn = await messages.next(response.authBytes);
    }
  } finally {
    await messages.return();
  }
  return { lifetimeMs };
}

function refused({ errorCode, errorMessage }: SaslAuthenticateResponse): KafkaError {
  return kafkaError(errorCode, { apiKey: SaslAuthenticate.key, apiName: SaslAuthenticate.name }, errorMessage);
}
