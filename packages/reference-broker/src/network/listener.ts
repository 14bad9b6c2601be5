import type { TlsOptions } from "node:tls";
import type { Acceptor, Channel, ChannelEvents, Clock, Listening } from "@moldau/platform";
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
  readonly acceptor: Acceptor;
  readonly clock: Clock;
  readonly maxFrameBytes: number;
  readonly idleMs: number;
  readonly nextSessionId: () => number;
  /** Answers one frame. */
  readonly answer: (payload: Buffer, session: Session) => Promise<SessionAnswer>;
  readonly onOpen: (session: Session) => void;
  readonly onClose: (session: Session, reason: unknown) => void;
  /** Hears of connections that failed before they were any: a TLS handshake. */
  readonly onRefused: (listener: string, reason: unknown) => void;
}

/** One address that a broker takes connections on. */
export class Listener {
  readonly name: string;
  readonly #settings: ListenerSettings;
  readonly #hooks: ListenerHooks;
  readonly #waiting: Session[] = [];
  #listening: Listening | undefined;
  #isServing = false;

  constructor(settings: ListenerSettings, hooks: ListenerHooks) {
    this.name = settings.name;
    this.#settings = settings;
    this.#hooks = hooks;
  }

  /** Takes the address and resolves to the port. Connections wait until {@link Listener.serve}. Rejects when the address cannot be had. */
  async bind(): Promise<number> {
    const { host, port, tls } = this.#settings;
    const { acceptor, onRefused } = this.#hooks;
    const refused = (reason: unknown): void => onRefused(this.name, reason);
    const accepted = (channel: Channel): ChannelEvents => this.#accept(channel);
    this.#listening = await acceptor.listen({ host, port, tls }, { accepted, refused });
    return this.#listening.port;
  }

  /** Begins to answer. */
  serve(): void {
    this.#isServing = true;
    for (const session of this.#waiting.splice(0)) session.start();
  }

  /** Takes no more connections and cuts those that are open. */
  async close(): Promise<void> {
    await this.#listening?.close();
  }

  #accept(channel: Channel): ChannelEvents {
    const { clock, maxFrameBytes, idleMs, nextSessionId, answer, onOpen, onClose } = this.#hooks;
    const { name, authentication } = this.#settings;
    const session = new Session(channel, {
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
    return session.events;
  }
}
