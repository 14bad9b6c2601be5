import type { TlsOptions } from "node:tls";
import type { Channel, ChannelEvents } from "./channel.js";

/** Where channels are waited for. */
export interface ListenTarget {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Options of `tls.createServer`; undefined: unencrypted. */
  readonly tls: TlsOptions | undefined;
}

/** Who hears of what arrives. */
export interface AcceptEvents {
  /** Somebody came, and gives back who hears of the channel. It brings nothing before {@link Channel.resume}. */
  accepted(channel: Channel): ChannelEvents;
  /** Somebody came in vain, as after a failed handshake of TLS; or the listening itself failed. */
  refused(reason: unknown): void;
}

/** An address that is taken. */
export interface Listening {
  readonly port: number;
  /** Takes no more channels, and cuts those that are open; resolves when all are gone. Idempotent. */
  close(): Promise<void>;
}

/** How a broker is reached by its clients. */
export interface Acceptor {
  /** Takes an address. Rejects with the system's error when it cannot be had. */
  listen(target: ListenTarget, events: AcceptEvents): Promise<Listening>;
}
