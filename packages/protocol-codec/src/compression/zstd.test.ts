import { describe, expect, it } from "vitest";
import { zstd } from "./zstd.js";
import { multiFrameZstdEngine, zstdEngine } from "./zstd-engine.js";
import { findZstdFrames } from "./zstd-frame.js";
import { openWebAssemblyZstd } from "./zstd-webassembly.js";
import type { ZstdEngine } from "./zstd-engine.js";

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
    expect(engine.decompress(zstd.compress(text, 7), text.length)).toEqual(text);
    expect(zstd.decompress(engine.compress(text, 7), text.length)).toEqual(text);
    for (const each of [engine, zstdEngine()]) {
      expect(each.decompress(zstd.compress(text), text.length - 1)).toBe(undefined);
      expect(() => each.decompress(Buffer.from("garbage"), 10)).toThrow();
    }
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

describe("zstd on WebAssembly, whose memory never shrinks,", () => {
  const garbage = Buffer.concat([
    Buffer.from("28b52ffd0038", "hex"),
    ...Array.from({ length: 900 }, () => Buffer.from("1c0000ffffff", "hex")),
    Buffer.from("010000", "hex"),
  ]);
  /** A gigabyte, in blocks that repeat a byte 128 KB long. */
  const bomb = Buffer.concat([
    Buffer.from("28b52ffd0038", "hex"),
    ...Array.from({ length: 8192 }, () => Buffer.from([0x02, 0x00, 0x10, 0x61])),
    Buffer.from("010000", "hex"),
  ]);

  it("takes no memory for what a frame could hold", () => {
    const { engine, memoryBytes } = watchedEngine();
    engine.decompress(engine.compress(text, 3), text.length);
    const before = memoryBytes();
    // Its 900 blocks could be 112 MB, and are none.
    expect(findZstdFrames(garbage, 1 << 30)[0]?.mostBytes).toBe(900 * 128 * 1024);
    expect(() => engine.decompress(garbage, 900 * 128 * 1024)).toThrow(/error/);
    expect(memoryBytes()).toBe(before);
  });

  it("takes no more than the limit is worth, and no more the next time", () => {
    const { engine, memoryBytes } = watchedEngine();
    const before = memoryBytes();
    const limit = 32 << 20;
    expect(engine.decompress(bomb, limit)).toBe(undefined);
    const after = memoryBytes();
    // The sizes that were tried before the last leave room that the last cannot use.
    expect(after - before).toBeLessThan(2 * limit);
    for (let again = 0; again < 3; again++) expect(engine.decompress(bomb, limit)).toBe(undefined);
    expect(memoryBytes()).toBe(after);
  });

  it("tells what does not fit from what is broken, whatever room there is", () => {
    const engine = openWebAssemblyZstd();
    for (const level of [-5, 1, 3, 19]) {
      const content = Buffer.concat([text.subarray(0, 3000), noise(2000), text.subarray(0, 1000), Buffer.alloc(2000)]);
      const frame = engine.compress(content, level);
      for (let room = 0; room < content.length; room++) expect(engine.decompress(frame, room)).toBe(undefined);
      expect(engine.decompress(frame, content.length)?.equals(content)).toBe(true);
      expect(() => engine.decompress(frame.subarray(0, -1), content.length)).toThrow(/error/);
    }
  });

  it("takes several frames at once, as the one for which no engine of Node's is called many times", () => {
    const engine = multiFrameZstdEngine();
    expect(engine.kind).toBe("webassembly");
    const frames = Buffer.concat(Array.from({ length: 1000 }, () => zstd.compress(Buffer.from("abc"))));
    expect(engine.decompress(frames, 3000)?.equals(Buffer.alloc(3000, "abc"))).toBe(true);
    expect(engine.decompress(frames, 2999)).toBe(undefined);
  });
});

function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24));
}

/** An engine of its own whose memory can be looked at. */
function watchedEngine(): { engine: ZstdEngine; memoryBytes: () => number } {
  type InstanceType = new (module: object, imports: object) => { readonly exports: object };
  const { WebAssembly: global } = globalThis as unknown as { WebAssembly: { Instance: InstanceType } };
  const { Instance } = global;
  const exported: unknown[] = [];
  global.Instance = class extends Instance {
    constructor(module: object, imports: object) {
      super(module, imports);
      exported.push(...Object.values(this.exports));
    }
  };
  const engine = openWebAssemblyZstd();
  global.Instance = Instance;
  const memory = exported.find((each) => Object.prototype.toString.call(each) === "[object WebAssembly.Memory]");
  return { engine, memoryBytes: () => (memory as { buffer: ArrayBuffer }).buffer.byteLength };
}

describe("the frames of a zstd payload", () => {
  const frame = (...bytes: number[]): Buffer => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...bytes]);

  it("tell from their blocks how much they can hold", () => {
    // No content size, a window of 1 KB; one byte repeated 1024 times, then a last, empty block.
    const payload = frame(0x00, 0x00, 0x02, 0x20, 0x00, 0x61, 0x01, 0x00, 0x00);
    expect(findZstdFrames(payload, 5000)).toEqual([{ start: 0, end: payload.length, mostBytes: 1024, isExact: false }]);
    expect(zstd.decompress(payload, 5000)).toEqual(Buffer.alloc(1024, "a"));
  });

  it.each([
    ["one byte", [0xa1, 0x00]],
    ["two bytes", [0xa2, 0x00, 0x00]],
    ["four bytes", [0xa3, 0x00, 0x00, 0x00, 0x00]],
  ])("need no dictionary when its id is 0, in %s", (_, header) => {
    const payload = frame(...header, 0x05, 0x00, 0x00, 0x00, 0x29, 0x00, 0x00, 0x61, 0x62, 0x63, 0x64, 0x65);
    expect(zstd.decompress(payload, 5)).toEqual(Buffer.from("abcde"));
    expect(openWebAssemblyZstd().decompress(payload, 5)).toEqual(Buffer.from("abcde"));
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
    ["a dictionary of a long id", "CLIENT_DECOMPRESSION_FAILED", frame(0x23, 0, 0, 0, 0x80, 0x00, 0x01, 0x00, 0x00)],
    ["half an id of a dictionary", "CLIENT_DECOMPRESSION_FAILED", frame(0x23, 0, 0)],
    ["a reserved bit", "CLIENT_DECOMPRESSION_FAILED", frame(0x28, 0x00, 0x01, 0x00, 0x00)],
    ["a block of a reserved kind", "CLIENT_DECOMPRESSION_FAILED", frame(0x20, 0x00, 0x07, 0x00, 0x00)],
    ["a block larger than the window", "CLIENT_DECOMPRESSION_FAILED", frame(0x00, 0x00, 0x0b, 0x20, 0x00)],
    ["no checksum where one is promised", "CLIENT_DECOMPRESSION_FAILED", frame(0x24, 0x00, 0x01, 0x00, 0x00, 0x01)],
  ])("are refused when one says it has %s", (_, code, payload) => {
    expect(() => zstd.decompress(payload, 1 << 20)).toThrow(expect.objectContaining({ code }));
  });
});
