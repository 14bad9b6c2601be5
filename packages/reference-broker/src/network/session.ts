import type { Channel, ChannelEvents, Clock, Timer } from "@moldau/platform";
import { FrameSplitter } from "@moldau/protocol-codec";
import { closeConnection, noResponse, type CloseConnection, type NoResponse } from "./outcome.js";
import type { Authentication } from "../security/authentication.js";
import { transition, type SessionEvent, type SessionLife } from "./session-life.js";

/** What goes back for one frame: the pieces of an answer, nothing, or the end of the connection. */
export type SessionAnswer = readonly Buffer[] | NoResponse | CloseConnection;

/** How a {@link Session} is set up. */
export interface SessionOptions {
  /** Unique in the broker's life. */
  readonly id: number;
  /** The name of the listener that the client came in by. */
  readonly listener: string;
  readonly clock: Clock;
  /** The largest frame taken; a larger one ends the connection. */
  readonly maxFrameBytes: number;
  /** After how many idle milliseconds the connection is closed; negative: never. */
  readonly idleMs: number;
  readonly authentication: Authentication;
  /** Answers one frame (without its size). What it throws ends the connection. */
  readonly answer: (payload: Buffer, session: Session) => Promise<SessionAnswer>;
  /** Called once when the connection is closed, with the reason when it was not an orderly end. */
  readonly onClose: (session: Session, reason: unknown) => void;
}

/** What went over a connection so far. */
export interface SessionTraffic {
  /** Requests that were read, answered or not. */
  readonly requests: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

/** While this many bytes of whole requests wait for their turn, nothing more is read from the channel. */
const maxQueuedBytes = 1 << 20;

/** How long requests that stood before bytes that are none may take to be answered, in milliseconds. */
const graceMs = 5000;

/**
 * One connection of a client.
 *
 * Requests are worked on one at a time and answered in order, as Apache Kafka does, so a parked request holds up those behind it. What
 * comes in meanwhile waits in a short queue; when that is full the channel is not read. An answer that the client does not take away holds
 * up the next request. Whatever is wrong with the bytes of one connection ends that connection and nothing else; the requests that stood
 * whole before an impossible size are answered first.
 */
export class Session {
  readonly id: number;
  readonly listener: string;
  /** The client's address as Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
  /** How far the client has got in proving who it is. */
  authentication: Authentication;

  /** What happens on the channel; from the first moment on, since a client may be gone before the broker begins to read. */
  readonly events: ChannelEvents = {
    data: (chunk) => this.#receive(chunk),
    drained: () => this.#whenDrained?.(),
    closed: (error) => this.#closed(error),
  };

  readonly #channel: Channel;
  readonly #options: SessionOptions;
  readonly #splitter: FrameSplitter;
  readonly #abort = new AbortController();
  #life: SessionLife = { state: "opened" };
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isHeldUp = false;
  #whenDrained: (() => void) | undefined;
  /** What is wrong with the bytes behind the requests in the queue: the connection ends with it when those are answered. */
  #failure: unknown;
  #requests = 0;
  #bytesReceived = 0;
  #bytesSent = 0;
  #lastActivityMs: number;
  #idleTimer: Timer | undefined;
  #graceTimer: Timer | undefined;

  constructor(channel: Channel, options: SessionOptions) {
    this.id = options.id;
    this.listener = options.listener;
    this.clientHost = `/${plainAddress(channel.remoteAddress ?? "unknown")}`;
    this.authentication = options.authentication;
    this.#channel = channel;
    this.#options = options;
    this.#splitter = new FrameSplitter({ maxFrameBytes: options.maxFrameBytes });
    this.#lastActivityMs = options.clock.monotonic();
  }

  /** Aborted when the connection is closed: whoever parks a request listens to it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What went over it so far. */
  get traffic(): SessionTraffic {
    return { requests: this.#requests, bytesReceived: this.#bytesReceived, bytesSent: this.#bytesSent };
  }

  /** Begins to read requests. To be called once. */
  start(): void {
    this.#pass({ type: "start" });
    this.#channel.resume();
    this.#watchIdleness();
  }

  /** Lets the answer under way go out, then closes the connection: after a failed login. */
  endAfterAnswer(): void {
    this.#pass({ type: "refuse" });
  }

  /** Closes the connection at once; `reason` is what is reported of it. */
  close(reason?: unknown): void {
    this.#pass({ type: "close", reason });
    this.#channel.destroy();
  }

  /** Goes on in its life, and says in which state it is then. */
  #pass(event: SessionEvent): SessionLife["state"] {
    this.#life = transition(this.#life, event);
    return this.#life.state;
  }

  #receive(chunk: Buffer): void {
    this.#bytesReceived += chunk.length;
    // Nobody knows what the bytes behind an impossible size are; they are read so that the end of the connection is seen.
    if (this.#failure !== undefined) return;
    this.#lastActivityMs = this.#options.clock.monotonic();
    try {
      for (const payload of this.#splitter.push(chunk)) {
        this.#queue.push(payload);
        this.#queuedBytes += payload.length;
      }
    } catch (error) {
      this.#failure = error;
      // Whoever does not take the answers away, or waits for a long poll, is not waited for.
      this.#graceTimer = this.#options.clock.timer(graceMs, () => this.close(error));
    }
    if (this.#queuedBytes > maxQueuedBytes && !this.#isHeldUp) {
      this.#isHeldUp = true;
      this.#channel.pause();
    }
    if (this.#life.state === "idle") void this.#work();
  }

  /** Works the queue off. Never rejects: a failure closes the connection. */
  async #work(): Promise<void> {
    try {
      for (let batch = this.#takeQueue(); batch.length > 0; batch = this.#takeQueue()) {
        for (const payload of batch) {
          if (this.#pass({ type: "request" }) !== "working") return;
          await this.#serve(payload);
        }
      }
      if (this.#failure !== undefined) this.#endWith(this.#failure);
    } catch (error) {
      this.#endWith(error);
    }
  }

  /** Closes the connection when the client has been sent what was answered. */
  #endWith(reason: unknown): void {
    this.#pass({ type: "close", reason });
    this.#channel.end();
  }

  #takeQueue(): Buffer[] {
    const batch = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (this.#isHeldUp) {
      this.#isHeldUp = false;
      this.#channel.resume();
    }
    return batch;
  }

  async #serve(payload: Buffer): Promise<void> {
    this.#requests++;
    const answer = await this.#options.answer(payload, this);
    if (this.#life.state === "closed") return;
    // The answers before this one have been given: they go out, however soon after them the connection ends.
    if (answer === closeConnection) this.#endWith(undefined);
    else if (answer !== noResponse) await this.#send(answer);
    this.#lastActivityMs = this.#options.clock.monotonic();
    if (this.#pass({ type: "answered" }) === "left") this.#channel.end();
  }

  #send(pieces: readonly Buffer[]): Promise<void> | undefined {
    for (const { length } of pieces) this.#bytesSent += length;
    this.#channel.write(pieces);
    return this.#channel.needsDrain ? this.#drained() : undefined;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenDrained = resolve;
    });
  }

  #watchIdleness(): void {
    const { clock, idleMs } = this.#options;
    if (idleMs < 0) return;
    const leftMs = this.#lastActivityMs + idleMs - clock.monotonic();
    if (leftMs <= 0 && this.#life.state !== "working")
      this.close(new Error(`the connection was idle for ${idleMs} ms`));
    else this.#idleTimer = clock.timer(Math.max(leftMs, 1000), () => this.#watchIdleness());
  }

  #closed(error: Error | undefined): void {
    this.#pass({ type: "close", reason: error });
    this.#whenDrained?.();
    this.#idleTimer?.cancel();
    this.#graceTimer?.cancel();
    this.#queue = [];
    this.#abort.abort();
    this.#options.onClose(this, this.#life.state === "closed" ? this.#life.reason : undefined);
  }
}

/** IPv4 addresses come in IPv6 form on a dual-stack socket. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}
