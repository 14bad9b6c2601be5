import { invalidArgument } from "./errors.js";

/** Where a broker listens. */
export interface Address {
  /** Name or IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`, IPv6 as in `[::1]:9092`. `path` begins the error message, as in `brokers[0]`.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when the text is none.
 */
export function parseAddress(text: unknown, path: string): Address {
  if (typeof text !== "string") throw invalidArgument(`${path} must be a text such as "localhost:9092".`);
  if (text.includes("://"))
    throw invalidArgument(
      `${path} must be "host:port" without a protocol, not "${text}"; encryption and login are the options tls and sasl.`,
    );
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s:[\]/,]+)):(\d{1,5})$/u.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !isAddress({ host, port })) {
    throw invalidArgument(
      `${path} must be "host:port" with a port from 1 to 65535, IPv6 as in "[::1]:9092", not "${text}".`,
    );
  }
  return { host, port };
}

/** Tells whether a broker's answer names an address that a socket can be opened to. */
export function isAddress({ host, port }: Address): boolean {
  return host !== "" && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** Writes an address the way {@link parseAddress} reads it. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
