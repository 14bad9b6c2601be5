import { asBuffer, invalidArgument, kindOf, requireObject } from "../arguments.js";
import { FrameError } from "../errors.js";
import { FrameInPieces } from "./frame-in-pieces.js";

const sizeBytes = 4;

/**
 * Cuts a stream of bytes into frames. A frame that lies within one chunk is a view of it; one that spans chunks is put together when its last
 * byte is here: a size alone never makes memory for what it claims.
 *
 * ```
 * for (const payload of splitter.push(chunk)) answer(payload); // throws a FrameError behind the last whole frame
 * ```
 */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  /** The bytes of a size that a chunk ended in. */
  readonly #head = Buffer.alloc(sizeBytes);
  #headLength = 0;
  /** The frame under way, once its size is known. */
  #frame: FrameInPieces | undefined;
  /** What is wrong with the stream, for good: behind an impossible size nobody knows where a frame begins. */
  #failure: FrameError | undefined;

  /** `maxFrameBytes` bounds what one frame may hold, its four bytes of size not counted. Throws CLIENT_INVALID_ARGUMENT for no whole number. */
  constructor(options: { readonly maxFrameBytes: number }) {
    requireObject(options, "options", "{ maxFrameBytes: 1_048_576 }");
    const { maxFrameBytes } = options;
    if (!Number.isInteger(maxFrameBytes) || maxFrameBytes < 0)
      throw invalidArgument(`maxFrameBytes: a whole number of bytes wanted, not ${kindOf(maxFrameBytes)}`);
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes of unfinished frames held back, their sizes included. */
  get bufferedBytes(): number {
    return this.#frame === undefined ? this.#headLength : sizeBytes + this.#frame.length;
  }

  /**
   * Takes the next bytes of the stream and gives the frames that they complete, without their sizes.
   *
   * A size that is negative or above the limit is a FrameError: walking over the frames throws it behind the last one, and where there is none,
   * `push` itself does. So a loop over them has seen every frame that stood before the size, and hears of it at once, wherever the stream was
   * cut. The stream is over then: every later `push` throws the same error.
   */
  push(bytes: Uint8Array): Iterable<Buffer> {
    const chunk = asBuffer(bytes, "chunk");
    if (this.#failure !== undefined) throw this.#failure;
    const frames: Buffer[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      const bodyOffset = this.#frame === undefined ? this.#readSize(chunk, offset) : offset;
      if (this.#failure !== undefined) return failingBehind(frames, this.#failure);
      if (this.#frame === undefined) return frames;
      offset = this.#frame.add(chunk, bodyOffset);
      if (!this.#frame.isWhole) return frames;
      frames.push(this.#frame.bytes());
      this.#frame = undefined;
    }
    return frames;
  }

  /** Begins a frame, unless the chunk ends inside its size; returns where its bytes begin. */
  #readSize(chunk: Buffer, offset: number): number {
    if (this.#headLength === 0 && chunk.length - offset >= sizeBytes) {
      this.#begin(chunk.readInt32BE(offset));
      return offset + sizeBytes;
    }
    const end = offset + chunk.copy(this.#head, this.#headLength, offset);
    this.#headLength += end - offset;
    if (this.#headLength === sizeBytes) {
      this.#headLength = 0;
      this.#begin(this.#head.readInt32BE(0));
    }
    return end;
  }

  #begin(size: number): void {
    if (size < 0) this.#failure = new FrameError(`a frame of ${size} bytes`);
    else if (size > this.#maxFrameBytes)
      this.#failure = new FrameError(`a frame of ${size} bytes: at most ${this.#maxFrameBytes} are taken`);
    else this.#frame = new FrameInPieces(size);
  }
}

/** The frames, and then the failure; the failure at once if there are none. */
function failingBehind(frames: readonly Buffer[], failure: FrameError): Iterable<Buffer> {
  if (frames.length === 0) throw failure;
  return {
    *[Symbol.iterator]() {
      yield* frames;
      throw failure;
    },
  };
}
