import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FrameError, FrameSplitter } from "@moldau/protocol-codec";
import { FrameInPieces } from "@moldau/protocol-codec/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutIntoPieces } from "../support/arbitrary-record-sets.js";
import { streams } from "../support/bounds.js";
import { countBufferBytes } from "../support/counting.js";

function frame(size: number, given = size): Buffer {
  const bytes = Buffer.alloc(4 + given, 0xab);
  bytes.writeInt32BE(size, 0);
  return bytes;
}

/** How a chunk comes: so many bytes of the stream, a view of so much more memory before and behind. */
interface Cut {
  readonly length: number;
  readonly before: number;
  readonly behind: number;
}

/** Lengths and margins on both sides of what is kept and what is copied; single bytes, and slabs that only a few bytes are used of. */
const anyLength = fc.oneof(
  fc.constant(1),
  fc.constantFrom(1023, 1024, 1025),
  fc.nat(3000),
  fc.integer({ min: 3000, max: 40_000 }),
);
const anyMargin = fc.oneof(fc.constant(0), fc.nat(100), fc.constantFrom(1023, 1024, 1025), fc.constant(30_000));
const anyCuts = fc.array(fc.record({ length: anyLength, before: anyMargin, behind: anyMargin }), {
  minLength: 2,
  maxLength: 12,
});

/** Cuts a stream into chunks, each a view of memory of its own, or of one slab together with those before it. */
function chunksOf(stream: Buffer, cuts: readonly Cut[], slab: boolean): Buffer[] {
  const pieces = cutIntoPieces(
    stream,
    cuts.map(({ length }) => length),
  );
  if (slab) return pieces;
  return pieces.map((piece, index) => {
    const { before = 0, behind = 0 } = cuts[index % cuts.length] ?? {};
    const memory = Buffer.allocUnsafeSlow(before + piece.length + behind);
    piece.copy(memory, before);
    return memory.subarray(before, before + piece.length);
  });
}

/** The memory that views keep alive: whatever each is a view of, counted once. */
function memoryBehind(pieces: readonly Buffer[]): number {
  return [...new Set(pieces.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** The memory of buffers in this process that is still in use. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("no garbage collector to be had");
  // What the first round finds, the second has certainly given back.
  for (let round = 0; round < 2; round++) collect();
  return process.memoryUsage().arrayBuffers;
}

describe("an unfinished frame", () => {
  test("keeps no more memory alive than stated, however it is cut and whatever its chunks are views of", () => {
    let most = 0;
    const bounded = fc.property(fc.integer({ min: 1, max: 60_000 }), anyCuts, fc.boolean(), (size, cuts, slab) => {
      const payload = Buffer.allocUnsafeSlow(size);
      const held = new FrameInPieces(size);
      for (const chunk of chunksOf(payload, cuts, slab)) {
        held.add(chunk, 0);
        if (held.isWhole) break;
        const memory = memoryBehind(held.pieces);
        if (memory > streams.memoryPerByte * size) throw new Error(`${memory} bytes for a frame of ${size}`);
        const ofWhatIsHere = streams.memoryPerByte * held.length + streams.roomBytes;
        if (memory > ofWhatIsHere) throw new Error(`${memory} bytes for ${held.length} that are here`);
        most = Math.max(most, memory / size);
      }
      expect(held.bytes().equals(payload)).toBe(true);
    });
    fc.assert(bounded, { numRuns: 300 });
    expect(most).toBeGreaterThan(1);
  });

  test("that comes in single bytes between longer pieces does not keep room for each of them", () => {
    const maxFrameBytes = 2 ** 24;
    const before = memoryInUse();
    const splitter = new FrameSplitter({ maxFrameBytes });
    splitter.push(frame(maxFrameBytes, 0));
    for (let here = 0; here + 1025 < maxFrameBytes; here += 1025) {
      splitter.push(new Uint8Array(1));
      splitter.push(new Uint8Array(1024));
    }
    const kept = memoryInUse() - before;
    expect(splitter.bufferedBytes).toBeGreaterThan(maxFrameBytes - 1025);
    expect(kept).toBeLessThanOrEqual(streams.memoryPerByte * maxFrameBytes + streams.sizeBytes);
  });

  test("does not keep the slabs alive that its chunks are cut from", () => {
    const before = memoryInUse();
    const splitter = new FrameSplitter({ maxFrameBytes: 2 ** 20 });
    splitter.push(frame(2 ** 20, 0));
    for (let n = 0; n < 500; n++) splitter.push(Buffer.allocUnsafeSlow(2 ** 16).subarray(1000, 3000));
    const kept = memoryInUse() - before;
    // Asked last, so that the splitter is still there when its memory is counted.
    expect(splitter.bufferedBytes).toBe(1_000_004);
    expect(kept).toBeLessThanOrEqual(streams.memoryPerByte * 2 ** 20 + streams.sizeBytes);
  });

  test("in the chunks of a socket is copied once, when it is put together", () => {
    const chunks = Array.from({ length: 16 }, () => Buffer.allocUnsafeSlow(2 ** 16));
    const size = 16 * 2 ** 16;
    const splitter = new FrameSplitter({ maxFrameBytes: size });
    splitter.push(frame(size, 0));
    const copied = countBufferBytes(() => {
      expect(chunks.flatMap((chunk) => [...splitter.push(chunk)])).toHaveLength(1);
    });
    expect(copied).toBe(size);
  });
});

describe("a stream of frames", () => {
  test("holds back no more than the limit, and copies a byte twice at most, however it drips in", () => {
    const maxFrameBytes = 1000;
    const bounded = fc.property(
      fc.array(fc.nat(maxFrameBytes), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (sizes, cuts) => {
        const splitter = new FrameSplitter({ maxFrameBytes });
        const stream = Buffer.concat(sizes.map((size) => frame(size)));
        const pieces = cutIntoPieces(stream, cuts);
        let frames = 0;
        const copied = countBufferBytes(() => {
          for (const piece of pieces) {
            frames += [...splitter.push(piece)].length;
            if (splitter.bufferedBytes > maxFrameBytes + streams.sizeBytes)
              throw new Error(`${splitter.bufferedBytes} bytes held back`);
          }
        });
        expect(frames).toBe(sizes.length);
        expect(copied).toBeLessThanOrEqual(streams.copiesPerByte * stream.length);
      },
    );
    fc.assert(bounded, { numRuns: 500 });
  });

  test("is refused at the four bytes of a size that is too large or negative, with nothing made for it", () => {
    for (const size of [1001, 2 ** 31 - 1, -1, -(2 ** 31)]) {
      const splitter = new FrameSplitter({ maxFrameBytes: 1000 });
      const made = countBufferBytes(() => expect(() => splitter.push(frame(size, 0))).toThrow(FrameError));
      expect(made).toBeLessThanOrEqual(4);
    }
  });
});
