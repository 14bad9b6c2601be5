// Writes zstd's WebAssembly into a source file of the codec, so that it is part of the package's own code and survives any bundler.
// Run it once after a new version of @bokuweb/zstd-wasm; a test holds the file against the installed package.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { root } from "./process.mjs";

/** Where the bytes go, and how they stand there. */
export function embedZstd() {
  const codec = join(root, "packages/protocol-codec");
  const require = createRequire(join(codec, "package.json"));
  const bytes = readFileSync(join(dirname(require.resolve("@bokuweb/zstd-wasm")), "zstd.wasm"));
  const packed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(join(codec, "src/compression/zstd-wasm.ts"), source(packed.toString("base64")));
}

function source(/** @type {string} */ base64) {
  return `/*!
 * Contains zstd, Copyright (c) Meta Platforms, Inc. and affiliates (BSD 3-Clause licence), as compiled for
 * @bokuweb/zstd-wasm, Copyright (c) bokuweb (MIT licence). The texts of the licences are in NOTICE of @moldau/protocol-codec.
 */

/** Zstd as a WebAssembly module, compressed with Brotli, in Base64. Written by \`npm run embed:zstd\`. */
export const zstdWasm =
  "${base64}";
`;
}
