import type { Channel, ChannelEvents, Clock } from "@moldau/platform";

/** The two sides of a connection. */
export type Side = "client" | "server";

/** What a {@link MemoryLink} is made of. */
export interface MemoryLinkOptions {
  readonly clock: Clock;
  /** How long the next bytes are under way, in milliseconds. */
  readonly latency: () => number;
  /** `host:port` that the client asked for. */
  readonly to: string;
}

/** One connection of a network in memory: two ends, and what is under way between them. */
export class MemoryLink {
  readonly to: string;
  readonly client: MemoryEnd;
  readonly server: MemoryEnd;
  readonly #options: MemoryLinkOptions;
  /** When the last of what is under way arrives: nothing overtakes. By the side where it arrives. */
  readonly #lastArrival = { client: 0, server: 0 };
  #isFrozen = false;
  #whenOver: () => void = () => undefined;

  constructor(options: MemoryLinkOptions) {
    this.#options = options;
    this.to = options.to;
    this.client = new MemoryEnd(this, { side: "client", clock: options.clock, isFlowing: true });
    this.server = new MemoryEnd(this, { side: "server", clock: options.clock, isFlowing: false });
  }

  /** Whether both ends are closed. */
  get isOver(): boolean {
    return this.client.isClosed && this.server.isClosed;
  }

  /** Breaks the connection: both sides hear of it as of a reset, and what is under way is lost. */
  cut(): void {
    this.fail(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  }

  /** Leaves the connection half open: nothing arrives any more on either side, and nobody is told. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Ends the connection with an error on both sides. */
  fail(error: Error): void {
    this.#isFrozen = true;
    this.client.close(error);
    this.server.close(error);
  }

  /** Brings something to one side, after all that is under way there. */
  carry(to: Side, deliver: () => void): void {
    const { clock, latency } = this.#options;
    const now = clock.monotonic();
    const at = Math.max(this.#lastArrival[to], now + latency());
    this.#lastArrival[to] = at;
    clock.timer(at - now, () => {
      if (!this.#isFrozen) deliver();
    });
  }

  /** Has `listener` called once, when both ends are closed. */
  whenOver(listener: () => void): void {
    this.#whenOver = listener;
  }

  /** One of the ends was closed. */
  noteClosed(): void {
    if (this.isOver) this.#whenOver();
  }

  /** The end that faces another one. */
  opposite(side: Side): MemoryEnd {
    return side === "client" ? this.server : this.client;
  }
}

/** How many bytes may be under way, or wait to be read, before writing should pause. */
const windowBytes = 256 * 1024;

/** What arrived at an end that does not read: bytes, or at last the other side's end. */
type Arrival = Buffer | "end";

/** One end of a {@link MemoryLink}. */
export class MemoryEnd implements Channel {
  readonly remoteAddress = "memory";
  readonly #link: MemoryLink;
  readonly #side: Side;
  readonly #clock: Clock;
  readonly #unread: Arrival[] = [];
  #events: ChannelEvents | undefined;
  #isFlowing: boolean;
  #bytesUnderWay = 0;
  #isFull = false;
  #isClosed = false;

  constructor(
    link: MemoryLink,
    { side, clock, isFlowing }: { readonly side: Side; readonly clock: Clock; readonly isFlowing: boolean },
  ) {
    this.#link = link;
    this.#side = side;
    this.#clock = clock;
    this.#isFlowing = isFlowing;
  }

  get needsDrain(): boolean {
    return this.#isFull;
  }

  /** Whether nothing happens here any more. An end that nobody listens to was never open. */
  get isClosed(): boolean {
    return this.#isClosed || this.#events === undefined;
  }

  /** Says who hears of what happens. To be called once. */
  listen(events: ChannelEvents): void {
    this.#events = events;
  }

  write(buffers: readonly Buffer[], done?: (error?: Error | null) => void): void {
    if (this.isClosed) {
      this.#clock.soon(() => done?.(new Error("The connection is closed")));
      return;
    }
    // The bytes leave the writer's memory, which is theirs again when it is told so.
    const bytes = Buffer.concat(buffers);
    this.#bytesUnderWay += bytes.length;
    this.#isFull ||= this.#bytesUnderWay >= windowBytes;
    this.#link.carry(this.#other, () => this.#link.opposite(this.#side).arrived(bytes));
    if (done) this.#clock.soon(() => done(null));
  }

  pause(): void {
    this.#isFlowing = false;
  }

  resume(): void {
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    if (this.#unread.length > 0) this.#clock.soon(() => this.#read());
  }

  end(): void {
    if (this.isClosed) return;
    this.#link.carry(this.#other, () => this.#link.opposite(this.#side).arrived("end"));
    this.close(undefined);
  }

  destroy(): void {
    this.end();
  }

  ref(): void {
    // What is in memory keeps no process alive.
  }

  unref(): void {
    // The same.
  }

  /** Something has come from the other side. */
  arrived(what: Arrival): void {
    if (this.isClosed) return;
    this.#unread.push(what);
    this.#read();
  }

  /** The other side has read bytes. */
  taken(bytes: number): void {
    this.#bytesUnderWay -= bytes;
    if (!this.#isFull || this.#bytesUnderWay > 0) return;
    this.#isFull = false;
    if (!this.isClosed) this.#events?.drained();
  }

  /** Is over, with an error when there was one. Whoever listens hears it in the next turn. */
  close(error: Error | undefined): void {
    if (this.isClosed) return;
    this.#isClosed = true;
    this.#unread.length = 0;
    this.#clock.soon(() => this.#events?.closed(error));
    this.#link.noteClosed();
  }

  get #other(): Side {
    return this.#side === "client" ? "server" : "client";
  }

  #read(): void {
    while (this.#isFlowing && !this.isClosed) {
      const next = this.#unread.shift();
      if (next === undefined) return;
      if (next === "end") return this.close(undefined);
      this.#events?.data(next);
      this.#link.opposite(this.#side).taken(next.length);
    }
  }
}
