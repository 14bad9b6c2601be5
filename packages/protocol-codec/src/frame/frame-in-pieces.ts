/** Pieces shorter than this are copied: a Buffer object of its own takes a hundred bytes, however few bytes it is a view of. */
const shortPiece = 1024;
/** A piece is kept as it came while the memory that it keeps alive is at most so many times its length; otherwise it is copied. */
const mostMemoryPerByte = 2;
/** Bytes that are reserved at once to copy short pieces into. */
const roomBytes = 16 * 1024;

const noRoom = Buffer.alloc(0);

/**
 * The bytes of one frame, as they come in.
 *
 * A view keeps alive whatever it is a view of: one byte of a chunk can hold on to all of a socket's buffer. So a piece is kept as a view only
 * where it is long, and a good part of the memory behind it; all others are copied one behind the other into rooms of their own. A room is
 * filled before anything is put behind it, and is never larger than what the frame lacks, so no byte of it lies idle in the end.
 */
export class FrameInPieces {
  /** Bytes that are here. */
  length = 0;
  readonly #size: number;
  /** Views and rooms, in order. */
  readonly #pieces: Buffer[] = [];
  /** The last of the pieces, while it is a room that is not full, and how much of it is filled. */
  #room = noRoom;
  #filled = 0;

  /** `size` is how many bytes the frame has. */
  constructor(size: number) {
    this.#size = size;
  }

  get isWhole(): boolean {
    return this.length === this.#size;
  }

  /** What is held, in order; the last may be a room that is not full yet. */
  get pieces(): readonly Buffer[] {
    return this.#pieces;
  }

  /** Takes what is lacking, or all there is, from a chunk and returns where it ends. */
  add(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#size - this.length);
    const rest = this.#fillRoom(chunk.subarray(offset, end));
    if (rest.length === 0) return end;
    // What makes the frame whole is not held on to: it is copied once, when the frame is put together, and not into a room before.
    if (rest.length === this.#size - this.length || isWorthKeeping(rest)) this.#keep(rest);
    else this.#copy(rest);
    return end;
  }

  /** The whole frame: a view if it came in one piece, else the one copy that puts it together. */
  bytes(): Buffer {
    const [first, second] = this.#pieces;
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#pieces, this.#size);
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.length += piece.length;
  }

  #copy(piece: Buffer): void {
    const lacking = this.#size - this.length;
    // Not from Node's pool, of which a small room would keep 8 KiB alive.
    this.#room = Buffer.allocUnsafeSlow(Math.min(lacking, Math.max(roomBytes, piece.length)));
    this.#filled = 0;
    this.#pieces.push(this.#room);
    this.#fillRoom(piece);
  }

  /** Copies as much as there is room for, and returns the rest. */
  #fillRoom(piece: Buffer): Buffer {
    if (this.#filled === this.#room.length) return piece;
    const copied = piece.copy(this.#room, this.#filled);
    this.#filled += copied;
    this.length += copied;
    return piece.subarray(copied);
  }
}

function isWorthKeeping(piece: Buffer): boolean {
  return piece.length >= shortPiece && piece.buffer.byteLength <= mostMemoryPerByte * piece.length;
}
