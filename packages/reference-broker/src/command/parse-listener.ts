import { advice } from "../known-names.js";
import { UsageError } from "./usage-error.js";

/** An address that `--listener` names. */
export interface WantedListener {
  readonly name: string;
  readonly host: string | undefined;
  readonly port: number;
  /** The host name that clients are told, where it is another one. */
  readonly advertisedHost: string | undefined;
  readonly isEncrypted: boolean;
  readonly wantsLogin: boolean;
}

const protocols: ReadonlyMap<string, Pick<WantedListener, "isEncrypted" | "wantsLogin">> = new Map([
  ["PLAINTEXT", { isEncrypted: false, wantsLogin: false }],
  ["SSL", { isEncrypted: true, wantsLogin: false }],
  ["SASL_PLAINTEXT", { isEncrypted: false, wantsLogin: true }],
  ["SASL_SSL", { isEncrypted: true, wantsLogin: true }],
]);

/** Reads `[NAME=]PROTOCOL://[HOST]:PORT[,ADVERTISED-HOST]`; IPv6 addresses stand in brackets. Throws a {@link UsageError}. */
export function parseListener(text: string): WantedListener {
  const parts =
    /^(?:(?<name>[\w.-]+)=)?(?<protocol>\w+):\/\/(?<host>\[[^\]]+\]|[^:[\]]*):(?<port>\d+)(?:,(?<advertised>[^\s,]+))?$/.exec(
      text,
    )?.groups;
  const { name, protocol = "", host = "", port = "", advertised } = parts ?? {};
  if (parts === undefined)
    throw new UsageError(
      `--listener takes PROTOCOL://HOST:PORT, such as SASL_SSL://127.0.0.1:9093, not ${JSON.stringify(text)}.`,
    );
  const known = protocols.get(protocol.toUpperCase());
  if (known === undefined) {
    const example = `${protocol}=PLAINTEXT://${host}:${port}`;
    throw new UsageError(
      `${protocol} is no security protocol: ${advice(protocol, [...protocols.keys()]).replace(/[^?]$/, "$&.")} A name of your own stands before it, as in ${example}.`,
    );
  }
  const address = host.replaceAll(/[[\]]/g, "");
  return {
    name: name ?? protocol.toUpperCase(),
    host: address === "" ? undefined : address,
    port: Number(port),
    advertisedHost: advertised,
    ...known,
  };
}
