import { malformed } from "./codec.js";
import { GrowingOutput } from "./growing-output.js";
import { compressSnappyBlock, decompressSnappyBlock, snappyBlockBound, snappyBlockSize } from "./snappy-block.js";
import type { CompressionCodec } from "./codec.js";

/*
 * Java clients frame snappy as the xerial library does:   82 S N A P P Y 00 │ version 1 │ compatible 1 │ size, block │ size, block …
 *                                                         8 bytes           │ int32     │ int32        │ int32
 * librdkafka and others send one bare block.
 */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderSize = 16;
const chunkSize = 32 * 1024;

/** The snappy codec, in plain TypeScript. Writes xerial's framing in chunks of 32 KB; reads that and bare blocks. It has no levels. */
export const snappy = {
  id: 2,
  name: "snappy",
  compress(input: Buffer): Buffer {
    const chunks = Math.ceil(input.length / chunkSize);
    const output = Buffer.allocUnsafe(
      xerialHeaderSize + chunks * (4 + snappyBlockBound(Math.min(input.length, chunkSize))),
    );
    output.set(xerialMagic);
    output.writeInt32BE(1, 8);
    output.writeInt32BE(1, 12);
    let position = xerialHeaderSize;
    for (let start = 0; start < input.length; start += chunkSize) {
      const end = compressSnappyBlock(input.subarray(start, start + chunkSize), output, position + 4);
      output.writeInt32BE(end - position - 4, position);
      position = end;
    }
    return output.subarray(0, position);
  },
  decompress(input: Buffer, limit: number): Buffer {
    return startsXerial(input, 0) ? readXerial(input, limit) : readBare(input, limit);
  },
} as const satisfies CompressionCodec;

function readBare(input: Buffer, limit: number): Buffer {
  const output = Buffer.allocUnsafe(snappyBlockSize(input, limit));
  decompressSnappyBlock(input, output, 0);
  return output;
}

function readXerial(input: Buffer, limit: number): Buffer {
  const output = new GrowingOutput("snappy", limit, input.length * 3);
  let position = 0;
  while (position < input.length) {
    // Streams may be joined: a header can stand wherever a chunk can.
    if (startsXerial(input, position)) {
      if (input.length - position < xerialHeaderSize) throw malformed("snappy", "it ends inside the xerial header");
      position += xerialHeaderSize;
      continue;
    }
    if (input.length - position < 4) throw malformed("snappy", "it ends before the size of a chunk");
    const size = input.readInt32BE(position);
    position += 4;
    if (size <= 0 || size > input.length - position) throw malformed("snappy", `a chunk says it has ${size} bytes`);
    const block = input.subarray(position, position + size);
    output.reserve(snappyBlockSize(block, limit, output.length));
    output.length = decompressSnappyBlock(block, output.buffer, output.length);
    position += size;
  }
  return output.taken();
}

function startsXerial(input: Buffer, position: number): boolean {
  return (
    input.length - position >= xerialMagic.length &&
    xerialMagic.equals(input.subarray(position, position + xerialMagic.length))
  );
}
