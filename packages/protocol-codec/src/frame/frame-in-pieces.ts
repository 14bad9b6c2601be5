/** Pieces shorter than this are gathered: a Buffer object of its own takes a hundred bytes, however few bytes it is a view of. */
const shortPiece = 1024;
/** Bytes that are reserved at once to gather short pieces in. */
const gatheredBytes = 16 * 1024;

/** The bytes of one frame, as they come in. */
export class FrameInPieces {
  /** Bytes that are here. */
  length = 0;
  readonly #size: number;
  #pieces: Buffer[] = [];
  /** The last of the pieces, when it gathers short ones, and how much of it is filled. */
  #gathering: { readonly bytes: Buffer; filled: number } | undefined;

  /** `size` is how many bytes the frame has. */
  constructor(size: number) {
    this.#size = size;
  }

  get isWhole(): boolean {
    return this.length === this.#size;
  }

  /** Takes what is lacking, or all there is, from a chunk and returns where it ends. */
  add(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#size - this.length);
    this.length += end - offset;
    const piece = chunk.subarray(offset, end);
    if (this.isWhole || piece.length >= shortPiece) {
      this.#endGathering();
      this.#pieces.push(piece);
    } else this.#gather(piece);
    return end;
  }

  /** The whole frame: a view if it came in one piece, else the one copy that puts it together. */
  bytes(): Buffer {
    const [first, second] = this.#pieces;
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#pieces, this.#size);
  }

  #gather(piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0) {
      this.#gathering ??= { bytes: Buffer.allocUnsafe(Math.min(gatheredBytes, this.#size)), filled: 0 };
      const { bytes, filled } = this.#gathering;
      const copied = rest.copy(bytes, filled);
      this.#gathering.filled += copied;
      rest = rest.subarray(copied);
      if (this.#gathering.filled === bytes.length) this.#endGathering();
    }
  }

  #endGathering(): void {
    if (this.#gathering === undefined) return;
    this.#pieces.push(this.#gathering.bytes.subarray(0, this.#gathering.filled));
    this.#gathering = undefined;
  }
}
