import type { ConnectionOptions } from "node:tls";
import type { Channel, Connector, OpeningEvents } from "@moldau/platform";
import { KafkaError } from "@moldau/protocol-codec";
import { formatAddress, type Address } from "../addresses.js";
import { ClientErrorCode, connectionFailed, messageOf } from "../errors.js";
import { tlsFailure } from "./tls-failure.js";

/** Where to, by which way, and whether encrypted. */
export interface OpeningOptions {
  readonly connector: Connector;
  readonly address: Address;
  /** Whether a broker told of the address, as opposed to the application. */
  readonly isAdvertised: boolean;
  /** TLS options; absent: unencrypted. */
  readonly tls: ConnectionOptions | undefined;
  /** Time for the whole opening in milliseconds. */
  readonly timeoutMs: number;
}

/** What happens on a channel to a broker. */
export interface BrokerChannelEvents extends Omit<OpeningEvents, "closed"> {
  /** The channel is gone: told once, always, and last. `error` is why, in the client's own terms; absent when the other side ended the connection in good order. */
  closed(error: KafkaError | undefined): void;
}

/** Opens a channel to a broker; what goes wrong with it is told as a KafkaError that says where, why, and what to look at. */
export function openChannel(
  { connector, address, isAdvertised, tls, timeoutMs }: OpeningOptions,
  events: BrokerChannelEvents,
): Channel {
  let opened = false;
  return connector.connect(
    { host: address.host, port: address.port, tls, timeoutMs },
    {
      opened: () => {
        opened = true;
        events.opened();
      },
      data: (chunk) => events.data(chunk),
      drained: () => events.drained(),
      closed: (error) =>
        events.closed(error && explain(error, { address, isAdvertised, opened, encrypted: tls !== undefined })),
    },
  );
}

/** Under which circumstances a channel failed. */
interface Circumstances extends Pick<OpeningOptions, "address" | "isAdvertised"> {
  readonly opened: boolean;
  readonly encrypted: boolean;
}

function explain(error: Error, { address, isAdvertised, opened, encrypted }: Circumstances): KafkaError {
  const where = formatAddress(address);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const failure = encrypted ? tlsFailure(error, where) : undefined;
  if (failure !== undefined) return failure;
  if (opened)
    return new KafkaError(ClientErrorCode.CONNECTION_CLOSED, `The connection to ${where} broke: ${messageOf(error)}.`, {
      retriable: true,
      address: where,
      cause: error,
    });
  return connectionFailed(
    `No connection to ${where}: ${describe(error)}.${advice({ code, isAdvertised, encrypted })}`,
    {
      address: where,
      cause: error,
    },
  );
}

/** What to look at when a connection cannot be opened. */
function advice({
  code,
  isAdvertised,
  encrypted,
}: Pick<Circumstances, "isAdvertised" | "encrypted"> & { readonly code: string }): string {
  if (encrypted && code === "ECONNRESET") return " Is the port encrypted? If not, leave out the option tls.";
  if (isAdvertised)
    return " The cluster names this address for a broker (advertised.listeners): does it run, and can it be reached from here?";
  if (code === "ECONNREFUSED") return " Does a broker run there, and is the port right?";
  return code === "ENOTFOUND" || code === "EAI_AGAIN" ? " Is the name right, and known here?" : "";
}

function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return messageOf(error);
}
