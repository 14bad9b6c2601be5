import { describe, expect, it } from "vitest";
import { zstd } from "./zstd.js";
import { zstdEngine } from "./zstd-engine.js";
import { findZstdFrames } from "./zstd-frame.js";
import { openWebAssemblyZstd } from "./zstd-webassembly.js";

const text = Buffer.from("records and records and more records, ".repeat(4000));

describe("zstd", () => {
  it("reads frames one behind the other, and skips those to be skipped", () => {
    const frame = zstd.compress(text);
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const both = Buffer.concat([frame, skippable, frame, skippable]);
    expect(zstd.decompress(both, text.length * 2)).toEqual(Buffer.concat([text, text]));
    expect(() => zstd.decompress(both, text.length * 2 - 1)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_LIMIT" }),
    );
  });

  it("is the same from WebAssembly as from Node", () => {
    const engine = openWebAssemblyZstd();
    expect(engine.decompressFrame(zstd.compress(text, 7), text.length)).toEqual(text);
    expect(zstd.decompress(engine.compress(text, 7), text.length)).toEqual(text);
    expect(() => engine.decompressFrame(zstd.compress(text), text.length - 1)).toThrow(/error 70/);
    expect(() => engine.decompressFrame(Buffer.from("garbage"), 10)).toThrow();
    expect(zstdEngine().kind).toBe(Number(process.versions.node.split(".")[0]) < 22 ? "webassembly" : "native");
  });

  it("notices at any byte that a frame is cut off or followed by something else", () => {
    const frame = zstd.compress(text);
    for (let end = 1; end < frame.length; end++)
      expect(() => zstd.decompress(frame.subarray(0, end), text.length)).toThrow(
        expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
      );
    expect(() => zstd.decompress(Buffer.concat([frame, Buffer.from("x")]), text.length)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
    );
  });
});

describe("the frames of a zstd payload", () => {
  const frame = (...bytes: number[]): Buffer => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...bytes]);

  it("tell from their blocks how much they can hold", () => {
    // No content size, a window of 1 KB; one byte repeated 1024 times, then a last, empty block.
    const payload = frame(0x00, 0x00, 0x02, 0x20, 0x00, 0x61, 0x01, 0x00, 0x00);
    expect(findZstdFrames(payload, 5000)).toEqual([{ start: 0, end: payload.length, mostBytes: 1024, isExact: false }]);
    expect(zstd.decompress(payload, 5000)).toEqual(Buffer.alloc(1024, "a"));
  });

  it.each([
    ["content of 4 GB", "CLIENT_DECOMPRESSION_LIMIT", frame(0xa0, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00, 0x00)],
    [
      "more content than its blocks hold",
      "CLIENT_DECOMPRESSION_FAILED",
      frame(0xa0, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00),
    ],
    ["a window of gigabytes", "CLIENT_DECOMPRESSION_LIMIT", frame(0x00, 0xff, 0x01, 0x00, 0x00)],
    ["a dictionary", "CLIENT_DECOMPRESSION_FAILED", frame(0x21, 0x05, 0x00, 0x01, 0x00, 0x00)],
    ["a reserved bit", "CLIENT_DECOMPRESSION_FAILED", frame(0x28, 0x00, 0x01, 0x00, 0x00)],
    ["a block of a reserved kind", "CLIENT_DECOMPRESSION_FAILED", frame(0x20, 0x00, 0x07, 0x00, 0x00)],
    ["a block larger than the window", "CLIENT_DECOMPRESSION_FAILED", frame(0x00, 0x00, 0x0b, 0x20, 0x00)],
    ["no checksum where one is promised", "CLIENT_DECOMPRESSION_FAILED", frame(0x24, 0x00, 0x01, 0x00, 0x00, 0x01)],
  ])("are refused when one says it has %s", (_, code, payload) => {
    expect(() => zstd.decompress(payload, 1 << 20)).toThrow(expect.objectContaining({ code }));
  });
});
