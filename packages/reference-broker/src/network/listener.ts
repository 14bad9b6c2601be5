import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import type { Clock } from "@moldau/platform";
import type { Authentication } from "../security/authentication.js";
import { Session, type SessionAnswer } from "./session.js";

/** How a {@link Listener} is set up. */
export interface ListenerSettings {
  /** Kafka's name of it, such as `PLAINTEXT`. */
  readonly name: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  /** The state in which a connection begins. */
  readonly authentication: Authentication;
}

/** What a {@link Listener} does with its connections. */
export interface ListenerHooks {
  readonly clock: Clock;
  readonly maxFrameBytes: number;
  readonly idleMs: number;
  readonly nextSessionId: () => number;
  /** Answers one frame. */
  readonly answer: (payload: Buffer, session: Session) => Promise<SessionAnswer>;
  readonly onOpen: (session: Session) => void;
  readonly onClose: (session: Session, reason: unknown) => void;
  /** Hears of connections that failed before they were any: a TLS handshake. */
  readonly onRefused: (reason: unknown) => void;
}

/** One address that a broker takes connections on. */
export class Listener {
  readonly name: string;
  readonly #settings: ListenerSettings;
  readonly #hooks: ListenerHooks;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: Session[] = [];
  #isServing = false;

  constructor(settings: ListenerSettings, hooks: ListenerHooks) {
    this.name = settings.name;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#server = settings.tls === undefined ? createTcpServer() : createTlsServer(settings.tls);
    // Every socket is known from the first byte on, also while its TLS handshake is under way, so that closing leaves none behind.
    this.#server.on("connection", (socket: Socket) => this.#track(socket));
    this.#server.on(settings.tls === undefined ? "connection" : "secureConnection", (socket: Socket) =>
      this.#accept(socket),
    );
    this.#server.on("tlsClientError", (error: unknown) => hooks.onRefused(error));
  }

  /** Takes the address and resolves to the port. Connections wait until {@link Listener.serve}. Rejects when the address cannot be had. */
  async bind(): Promise<number> {
    const { host, port } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 511 }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#server.on("error", (error: unknown) => this.#hooks.onRefused(error));
    return portOf(this.#server.address());
  }

  /** Begins to answer. */
  serve(): void {
    this.#isServing = true;
    for (const session of this.#waiting.splice(0)) session.start();
  }

  /** Takes no more connections and cuts those that are open. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket): void {
    const { clock, maxFrameBytes, idleMs, nextSessionId, answer, onOpen, onClose } = this.#hooks;
    const { name, authentication } = this.#settings;
    const session = new Session(socket, {
      id: nextSessionId(),
      listener: name,
      clock,
      maxFrameBytes,
      idleMs,
      authentication,
      answer,
      onClose,
    });
    onOpen(session);
    if (this.#isServing) session.start();
    else this.#waiting.push(session);
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the listener has no port");
  return address.port;
}
