import type { ConnectionOptions } from "node:tls";
import type { Channel, ChannelEvents } from "./channel.js";

/** Where a channel is to lead, and how. */
export interface ConnectTarget {
  readonly host: string;
  readonly port: number;
  /** Options of `tls.connect`; undefined: unencrypted. The server's name is checked against `servername`, by default the host. */
  readonly tls: ConnectionOptions | undefined;
  /** Time for the whole opening in milliseconds, which the caller watches over; what one address of several may take follows from it. */
  readonly timeoutMs: number;
}

/** What happens on a channel that is opened: `opened` at most once, before any `data`. */
export interface OpeningEvents extends ChannelEvents {
  opened(): void;
}

/** How a client gets to its brokers. */
export interface Connector {
  /** Begins to open a channel. A failure comes as `closed`, with the system's error. */
  connect(target: ConnectTarget, events: OpeningEvents): Channel;
}
