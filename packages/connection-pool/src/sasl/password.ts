import { ClientErrorCode } from "../errors.js";
import { KafkaError } from "@moldau/protocol-codec";

/** A password, or a function that gives it. The function is asked at every login, so that one that changes is taken from where it is kept. */
export type SaslPassword = string | (() => string | Promise<string>);

/** The password for one login. Rejects with CLIENT_SASL_FAILED when the function gives none; what it throws comes through. */
export async function currentPassword(password: SaslPassword): Promise<string> {
  const current: unknown = typeof password === "function" ? await password() : password;
  if (typeof current === "string" && current !== "") return current;
  throw new KafkaError(
    ClientErrorCode.SASL_FAILED,
    `The function sasl.password gave ${current === "" ? "an empty text" : typeof current} where a password is wanted.`,
  );
}

/** Takes a password, or a function that will give one; undefined for anything else. */
export function parsePassword(value: unknown): SaslPassword | undefined {
  if (isGiver(value)) return value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isGiver(value: unknown): value is () => string | Promise<string> {
  return typeof value === "function";
}
