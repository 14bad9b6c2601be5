import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameError } from "../errors.js";
import { FrameSplitter } from "./splitter.js";

const framed = (payload: Uint8Array): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
};

describe("frames", () => {
  test("come out whole and in order, however the stream was cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 17 })),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(framed));
          const splitter = new FrameSplitter({ maxFrameBytes: 64 });
          const frames: Buffer[] = [];
          let offset = 0;
          for (let i = 0; offset < stream.length; i++) {
            const length = cuts.length === 0 ? stream.length : (cuts[i % cuts.length] ?? 1);
            frames.push(...splitter.push(stream.subarray(offset, offset + length)));
            offset += length;
          }
          expect(frames.map((frame) => frame.toString("hex"))).toEqual(
            payloads.map((payload) => Buffer.from(payload).toString("hex")),
          );
          expect(splitter.bufferedBytes).toBe(0);
        },
      ),
    );
  });

  test("that lie within one chunk are views of it", () => {
    const chunk = framed(Buffer.from("abc"));
    const [frame] = new FrameSplitter({ maxFrameBytes: 10 }).push(chunk);
    expect(frame?.buffer).toBe(chunk.buffer);
  });

  test("of a size above the limit, or below zero, are an error before a byte of them is kept", () => {
    const size = (bytes: number): Buffer => {
      const buffer = Buffer.alloc(4);
      buffer.writeInt32BE(bytes);
      return buffer;
    };
    expect(() => new FrameSplitter({ maxFrameBytes: 100 }).push(size(101))).toThrow(FrameError);
    expect(() => new FrameSplitter({ maxFrameBytes: 100 }).push(size(-1))).toThrow(/-1 bytes/);
    expect(new FrameSplitter({ maxFrameBytes: 100 }).push(size(100))).toEqual([]);
  });

  test("that drip in byte by byte cost one copy, at the end", () => {
    const splitter = new FrameSplitter({ maxFrameBytes: 1_000_000 });
    const stream = framed(Buffer.alloc(200_000, 7));
    let frames: Buffer[] = [];
    for (let i = 0; i < stream.length; i++) frames = [...frames, ...splitter.push(stream.subarray(i, i + 1))];
    expect(frames).toHaveLength(1);
    expect(frames[0]?.equals(stream.subarray(4))).toBe(true);
  });
});
