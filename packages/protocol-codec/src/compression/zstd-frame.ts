import { limitExceeded, malformed } from "./codec.js";

/*
 * A zstd frame:   magic │ descriptor │ [window] │ [dictionary id] │ [content size] │ blocks: 3 bytes, content … │ [checksum]
 * The three bytes of a block say its size, its kind (stored, one byte repeated, compressed) and whether it is the last.
 * Skippable frames, of any content with its size in front, may stand in between.
 */

/** Where a frame lies and how much can come out of it. */
export interface ZstdFrame {
  readonly start: number;
  readonly end: number;
  /** Bytes that decompressing gives at most: the declared content size, or else the sum over the blocks. */
  readonly mostBytes: number;
  /** Whether exactly `mostBytes` have to come out. */
  readonly isExact: boolean;
}

/**
 * Finds the frames of a payload, from the headers of their blocks alone, and adds up what can come out of them.
 *
 * Decompressors stop silently at the end of the first frame, and some at a cut; so every frame is checked to be whole here. Throws
 * DecodeError for anything else, and when a frame declares more than the limit.
 */
export function findZstdFrames(input: Buffer, limit: number): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let position = 0;
  while (position < input.length) {
    const magic = readNumber(input, position, 4);
    if (magic >>> 4 === skippableMagic) {
      position += 8 + readNumber(input, position + 4, 4);
      if (position > input.length) throw malformed("zstd", "it ends inside a skippable frame");
      continue;
    }
    if (magic !== frameMagic) throw malformed("zstd", "it does not begin with the magic of a frame");
    const frame = findFrame(input, position, limit);
    frames.push(frame);
    position = frame.end;
  }
  return frames;
}

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a5;
const largestBlock = 128 * 1024;
const blockKind = { stored: 0, repeated: 1, compressed: 2 } as const;

/** Bytes of the dictionary's id, by the lowest two bits of the descriptor. */
const dictionaryIdSizes = [0, 1, 2, 4] as const;

/** Windows up to this size are always accepted: zstd's levels up to 19 declare no more, however small the content. */
const commonWindow = 8 * 1024 * 1024;

interface FrameHeader {
  readonly windowSize: number;
  readonly contentSize: number | undefined;
  readonly hasChecksum: boolean;
  readonly end: number;
}

function findFrame(input: Buffer, start: number, limit: number): ZstdFrame {
  const header = readHeader(input, start);
  const { contentSize } = header;
  // A decompressor reserves the window before it writes a byte.
  if (header.windowSize > Math.max(limit, commonWindow) || (contentSize ?? 0) > limit)
    throw limitExceeded("zstd", limit);
  const blocks = addUpBlocks(input, header.end, Math.min(header.windowSize, largestBlock));
  if (contentSize !== undefined && contentSize > blocks.mostBytes)
    throw malformed("zstd", `its blocks cannot hold the ${contentSize} bytes it declares`);
  const end = blocks.end + (header.hasChecksum ? 4 : 0);
  if (end > input.length) throw malformed("zstd", "it ends before its checksum");
  return { start, end, mostBytes: contentSize ?? blocks.mostBytes, isExact: contentSize !== undefined };
}

function readHeader(input: Buffer, start: number): FrameHeader {
  const descriptor = readNumber(input, start + 4, 1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw malformed("zstd", "its header has a reserved bit set");
  let position = start + 5;
  let windowSize = 0;
  if (!isSingleSegment) {
    const window = readNumber(input, position++, 1);
    const base = 2 ** (10 + (window >>> 3));
    windowSize = base + (base / 8) * (window & 7);
  }
  const dictionaryBytes = dictionaryIdSizes[descriptor & 0x03] ?? 0;
  // An id of 0 says, as no id does, that there is no dictionary.
  if (dictionaryBytes > 0 && readNumber(input, position, dictionaryBytes) !== 0)
    throw malformed("zstd", "it needs a dictionary");
  position += dictionaryBytes;
  const sizeCode = descriptor >>> 6;
  const sizeBytes = sizeCode === 0 ? (isSingleSegment ? 1 : 0) : 2 ** sizeCode;
  let contentSize: number | undefined;
  if (sizeBytes > 0) contentSize = readNumber(input, position, sizeBytes) + (sizeCode === 1 ? 256 : 0);
  return {
    windowSize: isSingleSegment ? (contentSize ?? 0) : windowSize,
    contentSize,
    hasChecksum: (descriptor & 0x04) !== 0,
    end: position + sizeBytes,
  };
}

function addUpBlocks(input: Buffer, start: number, largest: number): { mostBytes: number; end: number } {
  let position = start;
  let mostBytes = 0;
  for (;;) {
    const header = readNumber(input, position, 3);
    position += 3;
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    if (kind > blockKind.compressed) throw malformed("zstd", "a block is of a reserved kind");
    if (size > largest) throw malformed("zstd", `a block has ${size} bytes`);
    mostBytes += kind === blockKind.compressed ? largest : size;
    position += kind === blockKind.repeated ? 1 : size;
    if (position > input.length) throw malformed("zstd", "it ends inside a block");
    if ((header & 1) !== 0) return { mostBytes, end: position };
  }
}

function readNumber(input: Buffer, position: number, bytes: number): number {
  if (position + bytes > input.length) throw malformed("zstd", "it ends inside a header");
  return bytes === 8 ? Number(input.readBigUInt64LE(position)) : input.readUIntLE(position, bytes);
}
