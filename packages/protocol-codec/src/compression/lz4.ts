import { limitExceeded, malformed } from "./codec.js";
import { GrowingOutput } from "./growing-output.js";
import { compressLz4Block, decompressLz4Block, lz4BlockBound } from "./lz4-block.js";
import { xxHash32 } from "./xxhash32.js";
import type { CompressionCodec } from "./codec.js";

/*
 * An LZ4 frame:   magic  │ FLG │ BD │ [content size] │ HC │ blocks: size, bytes, [checksum] … │ 0 int32 │ [content checksum]
 *                 4      │ 1   │ 1  │ 8              │ 1  │         4           4             │ 4       │ 4
 * All numbers are little-endian. The highest bit of a block's size says that its bytes are not compressed.
 */
const frameMagic = 0x184d2204;
/** Of frames that hold something else, and are to be skipped; the last four bits are free. */
const skippableMagic = 0x184d2a50;
const flag = {
  version: 0xc0,
  version1: 0x40,
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
} as const;
const uncompressedBit = 0x8000_0000;
const blockSize = 64 * 1024;

/**
 * The lz4 codec: LZ4 frames of independent 64 KB blocks with a header checksum, as Kafka's Java client writes them.
 *
 * Reads block sizes up to 4 MB, linked blocks, content sizes and all checksums, and several frames in a row. Bytes behind a frame that do
 * not begin another are left alone, as Java's reader leaves all that stands behind the first. It has no levels.
 */
export const lz4 = {
  id: 3,
  name: "lz4",
  compress(input: Buffer): Buffer {
    return writeFrame(input);
  },
  decompress(input: Buffer, limit: number): Buffer {
    const output = new GrowingOutput("lz4", limit, input.length * 4);
    if (input.length === 0) return output.taken();
    let position = skipFrames(input, readFrame(input, 0, output, limit));
    while (magicAt(input, position) === frameMagic)
      position = skipFrames(input, readFrame(input, position, output, limit));
    return output.taken();
  },
} as const satisfies CompressionCodec;

function writeFrame(input: Buffer): Buffer {
  const blocks = Math.ceil(input.length / blockSize);
  // A block that does not shrink is stored, so no block takes more than its input and four bytes for the size.
  const output = Buffer.allocUnsafe(7 + blocks * 4 + input.length + 4);
  const scratch = Buffer.allocUnsafe(lz4BlockBound(Math.min(input.length, blockSize)));
  output.writeUInt32LE(frameMagic, 0);
  output[4] = flag.version1 | flag.independent;
  output[5] = 4 << 4;
  output[6] = headerChecksum(output, 4, 6);
  let position = 7;
  for (let start = 0; start < input.length; start += blockSize) {
    const block = input.subarray(start, start + blockSize);
    const size = compressLz4Block(block, scratch);
    const bytes = size === 0 ? block : scratch.subarray(0, size);
    output.writeUInt32LE(size === 0 ? block.length + uncompressedBit : size, position);
    output.set(bytes, position + 4);
    position += 4 + bytes.length;
  }
  output.writeUInt32LE(0, position);
  return output.subarray(0, position + 4);
}

interface FrameHeader {
  readonly linked: boolean;
  readonly hasBlockChecksum: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentSize: number | undefined;
  readonly maxBlockSize: number;
  readonly end: number;
}

function magicAt(input: Buffer, position: number): number | undefined {
  return input.length - position >= 4 ? input.readUInt32LE(position) : undefined;
}

/** Where the next frame begins, behind frames that hold something else and say how long they are. */
function skipFrames(input: Buffer, start: number): number {
  let position = start;
  while (input.length - position >= 8 && ((magicAt(input, position) ?? 0) & ~0xf) >>> 0 === skippableMagic)
    position += 8 + input.readUInt32LE(position + 4);
  return position;
}

/** Decompresses the frame at a position and returns where it ends. */
function readFrame(input: Buffer, start: number, output: GrowingOutput, limit: number): number {
  const header = readHeader(input, start);
  if (header.contentSize !== undefined && header.contentSize > limit - output.length) throw limitExceeded("lz4", limit);
  const frameStart = output.length;
  let position = header.end;
  for (;;) {
    const marked = readUInt32(input, position, "the size of a block");
    position += 4;
    if (marked === 0 || (marked === uncompressedBit && isEnd(input, position, header))) break;
    const size = marked & ~uncompressedBit;
    if (size > header.maxBlockSize || size > input.length - position)
      throw malformed("lz4", `a block says it has ${size} bytes`);
    const block = input.subarray(position, position + size);
    position += size;
    if (header.hasBlockChecksum) {
      if (xxHash32(block) !== readUInt32(input, position, "a block's checksum"))
        throw malformed("lz4", "a block's checksum is wrong");
      position += 4;
    }
    if (marked >= uncompressedBit) output.append(block);
    else readBlock(block, output, header, frameStart, limit);
  }
  const content = output.buffer.subarray(frameStart, output.length);
  if (header.contentSize !== undefined && header.contentSize !== content.length)
    throw malformed("lz4", "its content size is wrong");
  if (!header.hasContentChecksum) return position;
  if (xxHash32(content) !== readUInt32(input, position, "the content checksum"))
    throw malformed("lz4", "its content checksum is wrong");
  return position + 4;
}

/**
 * Whether a payload has nothing but what follows the end mark. A stored block without bytes is one, and Java's reader takes it for the end
 * mark; so it is where no block can follow.
 */
function isEnd(input: Buffer, position: number, { hasContentChecksum }: FrameHeader): boolean {
  return input.length - position === (hasContentChecksum ? 4 : 0);
}

/** Decompresses one block. A byte of a block adds 255 bytes at most, so a small block never claims much memory. */
function readBlock(block: Buffer, output: GrowingOutput, header: FrameHeader, frameStart: number, limit: number): void {
  const most = Math.min(header.maxBlockSize, block.length * 255);
  const room = Math.min(most, limit - output.length);
  output.reserve(room);
  const start = output.length;
  const window = header.linked ? frameStart : start;
  const end = decompressLz4Block(block, output.buffer, { window, start, end: start + room });
  if (end >= 0) output.length = end;
  // With less room than a block may take it is the limit that was in the way.
  else if (room < most) throw limitExceeded("lz4", limit);
  else throw malformed("lz4", `a block has more than ${most} bytes`);
}

function readHeader(input: Buffer, start: number): FrameHeader {
  if (readUInt32(input, start, "the frame's magic") !== frameMagic)
    throw malformed("lz4", "it does not begin with the magic of a frame");
  const flags = input[start + 4] ?? 0;
  const descriptor = input[start + 5] ?? 0;
  if ((flags & flag.version) !== flag.version1) throw malformed("lz4", `its version is ${flags >>> 6}`);
  if ((flags & flag.dictionary) !== 0) throw malformed("lz4", "it needs a dictionary");
  const sizeCode = (descriptor >>> 4) & 7;
  if (sizeCode < 4) throw malformed("lz4", `its block size has the code ${sizeCode}`);
  const hasContentSize = (flags & flag.contentSize) !== 0;
  const end = start + (hasContentSize ? 14 : 6);
  if (input.length <= end) throw malformed("lz4", "it ends inside the header");
  if (input[end] !== headerChecksum(input, start + 4, end)) throw malformed("lz4", "its header checksum is wrong");
  return {
    linked: (flags & flag.independent) === 0,
    hasBlockChecksum: (flags & flag.blockChecksum) !== 0,
    hasContentChecksum: (flags & flag.contentChecksum) !== 0,
    contentSize: hasContentSize ? Number(input.readBigUInt64LE(start + 6)) : undefined,
    maxBlockSize: 2 ** (8 + 2 * sizeCode),
    end: end + 1,
  };
}

function headerChecksum(buffer: Buffer, start: number, end: number): number {
  return (xxHash32(buffer, start, end) >>> 8) & 0xff;
}

function readUInt32(input: Buffer, position: number, what: string): number {
  if (input.length - position < 4) throw malformed("lz4", `it ends before ${what}`);
  return input.readUInt32LE(position);
}
