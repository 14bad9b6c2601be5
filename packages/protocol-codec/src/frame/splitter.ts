import { asBuffer, invalidArgument, kindOf, requireObject } from "../arguments.js";
import { FrameError } from "../errors.js";
import { FrameInPieces } from "./frame-in-pieces.js";

const sizeBytes = 4;

/**
 * Cuts a stream of bytes into frames. A frame that lies within one chunk is a view of it; one that spans chunks is put together when its last
 * byte is here: a size alone never makes memory for what it claims.
 */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  /** The bytes of a size that a chunk ended in. */
  readonly #head = Buffer.alloc(sizeBytes);
  #headLength = 0;
  /** The frame under way, once its size is known. */
  #frame: FrameInPieces | undefined;

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

  /** Takes the next bytes of the stream and returns the frames they complete, without their sizes. Throws a FrameError on an impossible size. */
  push(bytes: Uint8Array): Buffer[] {
    const chunk = asBuffer(bytes, "chunk");
    const frames: Buffer[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      const bodyOffset = this.#frame === undefined ? this.#readSize(chunk, offset) : offset;
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
    if (size < 0) throw new FrameError(`a frame of ${size} bytes`);
    if (size > this.#maxFrameBytes)
      throw new FrameError(`a frame of ${size} bytes: at most ${this.#maxFrameBytes} are taken`);
    this.#frame = new FrameInPieces(size);
  }
}
