import { FrameError } from "../errors.js";

const sizeBytes = 4;

/**
 * Cuts a stream of bytes into frames. A frame that lies within one chunk is a view of it; one that spans chunks is put
 * together with a single copy, when its last byte is here: a size alone never makes memory.
 */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Size of the frame under way, once its four bytes are here. */
  #size: number | undefined;

  /** `maxFrameBytes` bounds what one frame may hold, its four bytes of size not counted. */
  constructor({ maxFrameBytes }: { readonly maxFrameBytes: number }) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes of unfinished frames held back. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** Takes the next bytes of the stream and returns the frames they complete, without their sizes. Throws a FrameError on an impossible size. */
  push(chunk: Buffer): Buffer[] {
    if (this.#buffered > 0 && this.#isStillShort(chunk)) {
      this.#chunks.push(chunk);
      this.#buffered += chunk.length;
      return [];
    }
    const bytes = this.#buffered === 0 ? chunk : this.#joinedWith(chunk);
    const frames: Buffer[] = [];
    const rest = this.#cut(bytes, frames);
    this.#chunks = rest < bytes.length ? [bytes.subarray(rest)] : [];
    this.#buffered = bytes.length - rest;
    return frames;
  }

  #isStillShort(chunk: Buffer): boolean {
    return this.#size !== undefined && this.#buffered + chunk.length < this.#size + sizeBytes;
  }

  #joinedWith(chunk: Buffer): Buffer {
    this.#chunks.push(chunk);
    return Buffer.concat(this.#chunks, this.#buffered + chunk.length);
  }

  #cut(bytes: Buffer, frames: Buffer[]): number {
    let offset = 0;
    for (;;) {
      this.#size = undefined;
      if (bytes.length - offset < sizeBytes) return offset;
      const size = bytes.readInt32BE(offset);
      if (size < 0) throw new FrameError(`a frame of ${size} bytes`);
      if (size > this.#maxFrameBytes)
        throw new FrameError(`a frame of ${size} bytes: at most ${this.#maxFrameBytes} are taken`);
      this.#size = size;
      const end = offset + sizeBytes + size;
      if (end > bytes.length) return offset;
      frames.push(bytes.subarray(offset + sizeBytes, end));
      offset = end;
    }
  }
}
