import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Channel } from "./channel.js";
import type { Connector, ConnectTarget, OpeningEvents } from "./connector.js";
import { listenTo, SocketChannel } from "./socket-channel.js";

/** The computer's own network: TCP, and TLS over it. A name with several addresses is tried address by address (KIP-302), of both families. */
export const systemConnector: Connector = { connect };

function connect({ host, port, tls, timeoutMs }: ConnectTarget, events: OpeningEvents): Channel {
  const target = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(2500, Math.floor(timeoutMs / 4))),
    // How much may wait for the operating system before writing pauses; Node's 16 KiB would stop behind every record batch.
    highWaterMark: writeBufferBytes,
    writableHighWaterMark: writeBufferBytes,
  };
  const socket = tls ? connectTls({ ...target, servername: isIP(host) === 0 ? host : "", ...tls }) : connectTcp(target);
  socket.once(tls ? "secureConnect" : "connect", () => events.opened());
  listenTo(socket, events);
  return new SocketChannel(socket);
}

const writeBufferBytes = 1024 * 1024;
