import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { AcceptEvents, Acceptor, Listening, ListenTarget } from "./acceptor.js";
import { listenTo, SocketChannel } from "./socket-channel.js";

/** The computer's own network: TCP, and TLS over it. */
export const systemAcceptor: Acceptor = { listen };

async function listen({ host, port, tls }: ListenTarget, events: AcceptEvents): Promise<Listening> {
  const server = tls === undefined ? createTcpServer() : createTlsServer(tls);
  // Every socket is known from the first byte on, also while its TLS handshake is under way, so that closing leaves none behind.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => accept(socket, events));
  server.on("tlsClientError", (error: unknown) => events.refused(error));
  await begin(server, host, port);
  server.on("error", (error: unknown) => events.refused(error));
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: portOf(server), close };
}

function accept(socket: Socket, events: AcceptEvents): void {
  socket.setNoDelay(true);
  // What came before somebody wants to read stays where it is.
  socket.pause();
  listenTo(socket, events.accepted(new SocketChannel(socket)));
}

function begin(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 511 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the listener has no port");
  return address.port;
}
