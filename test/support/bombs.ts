import { gzipSync } from "node:zlib";
import type { CompressionName } from "@moldau/protocol-codec";

/** A payload that is small, and what it would grow to. */
export interface Bomb {
  readonly codec: CompressionName;
  readonly what: string;
  readonly payload: Buffer;
  readonly grownBytes: number;
}

const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;

/** As many bytes, one after another, as often. */
export function repeated(bytes: Buffer, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes);
}

/** A zstd frame that repeats a byte, 128 KiB from each 4 bytes: the densest there is. No content size, a window of 128 KiB. */
export function zstdFrameOfRepeats(blocks: number): Buffer {
  const block = Buffer.from([0x02, 0x00, 0x10, 0x61]);
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]),
    repeated(block, blocks),
    Buffer.from([0x01, 0x00, 0x00]),
  ]);
}

/** What comes out of each block below: a literal, the longest match that its length can say, and the literals that end every block. */
const lz4BlockBytes = 1 + (15 + 4 + 255 * 16_448) + 5;

/** An lz4 frame of blocks of 4 MiB, each one literal and one match: 255 from each byte. */
function lz4Frame(blocks: number): Buffer {
  const block = Buffer.concat([
    Buffer.from([0x1f, 0x61, 0x01, 0x00]),
    Buffer.alloc(16_448, 0xff),
    Buffer.from([0x00, 0x50, 0x61, 0x61, 0x61, 0x61, 0x61]),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  return Buffer.concat([
    Buffer.from("04224d18607073", "hex"),
    repeated(Buffer.concat([size, block]), blocks),
    Buffer.alloc(4),
  ]);
}

/** A bare snappy block of copies of 64 bytes: 21 from each byte. */
function snappyBlock(copies: number, declared: number): Buffer {
  const size: number[] = [];
  for (let rest = declared; ; rest = Math.floor(rest / 128)) {
    size.push(rest < 128 ? rest : (rest % 128) | 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([...size, 0x00, 0x61]), repeated(Buffer.from([0xfe, 0x01, 0x00]), copies)]);
}

/** A xerial stream of bare blocks. */
function xerial(block: Buffer, chunks: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(block.length);
  return Buffer.concat([
    Buffer.from("82534e41505059000000000100000001", "hex"),
    repeated(Buffer.concat([size, block]), chunks),
  ]);
}

/**
 * The smallest payloads of each format that would become a gibibyte, and what can be had from a kibibyte. Only zstd packs so densely that a
 * kibibyte means something (32 MiB); gzip packs a thousand bytes into one, lz4 255, snappy 21.
 */
export function bombs(): Bomb[] {
  const gzipMember = gzipSync(Buffer.alloc(64 * mib), { level: 9 });
  const snappyCopies = 1024 * kib;
  return [
    { codec: "zstd", what: "1 KiB", payload: zstdFrameOfRepeats(253), grownBytes: 253 * 128 * kib },
    { codec: "zstd", what: "32 KiB", payload: zstdFrameOfRepeats(8192), grownBytes: gib },
    {
      codec: "zstd",
      what: "frames one behind the other",
      payload: repeated(zstdFrameOfRepeats(64), 128),
      grownBytes: gib,
    },
    {
      codec: "gzip",
      what: "1 MiB in members one behind the other",
      payload: repeated(gzipMember, 16),
      grownBytes: gib,
    },
    { codec: "gzip", what: "64 KiB in one member", payload: gzipMember, grownBytes: 64 * mib },
    { codec: "lz4", what: "16 KiB", payload: lz4Frame(1), grownBytes: lz4BlockBytes },
    { codec: "lz4", what: "4 MiB", payload: lz4Frame(256), grownBytes: 256 * lz4BlockBytes },
    {
      codec: "lz4",
      what: "frames one behind the other",
      payload: repeated(lz4Frame(1), 256),
      grownBytes: 256 * lz4BlockBytes,
    },
    { codec: "snappy", what: "1 KiB that claims a gibibyte", payload: snappyBlock(340, gib), grownBytes: gib },
    {
      codec: "snappy",
      what: "3 MiB in one block",
      payload: snappyBlock(snappyCopies, 64 * snappyCopies + 1),
      grownBytes: 64 * snappyCopies + 1,
    },
    {
      codec: "snappy",
      what: "48 MiB in chunks",
      payload: xerial(snappyBlock(1024, 64 * kib + 1), 16_384),
      grownBytes: gib,
    },
    { codec: "none", what: "what is not compressed at all", payload: Buffer.alloc(2 * mib), grownBytes: 2 * mib },
  ];
}
