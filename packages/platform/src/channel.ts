/**
 * A stream of bytes in both directions between a client and a broker: TCP, TLS, or what a test puts in their place.
 *
 * It is closed as a whole: when the other side ends it, it is over for this side too. What happens on it is told to {@link ChannelEvents}.
 */
export interface Channel {
  /** The other side's address, such as `127.0.0.1`; undefined when there is none to tell, or no longer. */
  readonly remoteAddress: string | undefined;
  /** Whether so much waits to be taken that nothing should be written before `drained`. */
  readonly needsDrain: boolean;
  /**
   * Sends buffers, in order, which may not change until `done`; what is written in one turn of the event loop may go out together.
   * `done` is called once the bytes were handed over, or with an error when they never will be.
   */
  write(buffers: readonly Buffer[], done?: (error?: Error | null) => void): void;
  /** Holds back `data`. More than a little that is on the way stays with the other side. */
  pause(): void;
  /** Lets `data` come, after {@link pause} and at the beginning of an accepted channel. */
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once; what was written and not handed over is lost. */
  destroy(): void;
  /** Keeps the process alive while the channel is open, as it does at first. */
  ref(): void;
  /** Lets the process end although the channel is open. */
  unref(): void;
}

/** What happens on a channel. None of it happens before the call that made the channel has returned. */
export interface ChannelEvents {
  /** Bytes came in; they belong to the receiver. */
  data(chunk: Buffer): void;
  /** What was written has been taken: more may be written. */
  drained(): void;
  /** The channel is gone: told once, always, and last. `error` is why; absent when either side ended it in good order. */
  closed(error: Error | undefined): void;
}
