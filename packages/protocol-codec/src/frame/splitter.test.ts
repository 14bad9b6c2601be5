import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
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

  test("before an impossible size come out, then the error, wherever the stream was cut", () => {
    const good = ["hello", "", "world"].map((text) => Buffer.from(text));
    const stream = Buffer.concat([...good.map(framed), Buffer.from("7f000000", "hex"), framed(Buffer.from("lost"))]);
    for (let length = 1; length <= stream.length; length++) {
      const splitter = new FrameSplitter({ maxFrameBytes: 100 });
      const frames: Buffer[] = [];
      const errors: unknown[] = [];
      let bytesTillFirstError = 0;
      for (let offset = 0; offset < stream.length; offset += length) {
        if (errors.length === 0) bytesTillFirstError = Math.min(stream.length, offset + length);
        try {
          for (const frame of splitter.push(stream.subarray(offset, offset + length))) frames.push(frame);
        } catch (error) {
          errors.push(error);
        }
      }
      expect(frames).toEqual(good);
      // With the chunk that the size ends in, and again with each that follows.
      const end = stream.indexOf("7f000000", "hex") + 4;
      expect(bytesTillFirstError).toBe(Math.min(stream.length, Math.ceil(end / length) * length));
      expect(errors).toHaveLength(Math.ceil(stream.length / length) - Math.ceil(end / length) + 1);
      expect(new Set(errors).size).toBe(1);
      expect(errors[0]).toBeInstanceOf(FrameError);
      expect(() => splitter.push(framed(Buffer.from("more")))).toThrow("a frame of 2130706432 bytes");
      expect(splitter.bufferedBytes).toBe(0);
    }
  });

  test("that drip in byte by byte are held in a few pieces, not in one for each byte", () => {
    const splitter = new FrameSplitter({ maxFrameBytes: 10_000_000 });
    const stream = framed(Buffer.alloc(300_000, 7));
    const made = vi.spyOn(Buffer, "concat");
    for (const byte of stream.subarray(0, -1)) splitter.push(Buffer.from([byte]));
    expect(splitter.bufferedBytes).toBe(stream.length - 1);
    expect(splitter.push(stream.subarray(-1))).toEqual([stream.subarray(4)]);
    expect(made.mock.calls.map(([pieces]) => pieces.length)).toEqual([Math.ceil(300_000 / (16 * 1024))]);
    made.mockRestore();
  });

  test("of no bytes come out too, also at the end of a chunk", () => {
    const splitter = new FrameSplitter({ maxFrameBytes: 10 });
    expect(splitter.push(Buffer.alloc(8))).toEqual([Buffer.alloc(0), Buffer.alloc(0)]);
    for (const expected of [0, 0, 0, 1]) expect(splitter.push(Buffer.alloc(1))).toHaveLength(expected);
    expect(splitter.bufferedBytes).toBe(0);
  });

  test("that drip in byte by byte come out as they were", () => {
    const splitter = new FrameSplitter({ maxFrameBytes: 1_000_000 });
    const stream = framed(Buffer.alloc(200_000, 7));
    let frames: Buffer[] = [];
    for (let i = 0; i < stream.length; i++) frames = [...frames, ...splitter.push(stream.subarray(i, i + 1))];
    expect(frames).toHaveLength(1);
    expect(frames[0]?.equals(stream.subarray(4))).toBe(true);
  });
});
