import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, expect, it, vi } from "vitest";
import { zstdWasm } from "./zstd-wasm.js";

const require = createRequire(import.meta.url);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it("the zstd that is part of the code is the one of the installed package (else: npm run embed:zstd)", () => {
  const installed = readFileSync(join(dirname(require.resolve("@bokuweb/zstd-wasm")), "zstd.wasm"));
  expect(brotliDecompressSync(Buffer.from(zstdWasm, "base64")).equals(installed)).toBe(true);
});

it("a zstd that cannot be loaded is told as that, whatever the payload, and never as a malformed payload", async () => {
  const { zstd } = await import("./zstd.js");
  const frame = zstd.compress(Buffer.from("abc"));
  const several = Buffer.concat([frame, frame]);
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  const { zstd: crippled } = await import("./zstd.js");
  // Several frames are the work of WebAssembly on every Node.
  expect(() => crippled.decompress(several, 100)).toThrow(
    expect.objectContaining({ code: "CLIENT_CODEC_UNAVAILABLE", message: expect.not.stringContaining("malformed") }),
  );
});

it("a codec that gets no memory is told as that, and never as a malformed payload", async () => {
  const { failedToRead } = await import("./codec.js");
  const lack = Object.assign(new Error("not enough memory"), { code: "Z_MEM_ERROR" });
  expect(failedToRead("gzip", lack)).toMatchObject({ code: "CLIENT_CODEC_UNAVAILABLE", cause: lack });
  expect(failedToRead("gzip", new Error("incorrect header check"))).toMatchObject({
    code: "CLIENT_DECOMPRESSION_FAILED",
  });
});
