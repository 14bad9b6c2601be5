import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ZstdEngine } from "./zstd-engine.js";

/** The part of the package's Emscripten module that is used here. */
interface ZstdModule {
  instantiateWasm?: (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) => object;
  init(): void;
  readonly HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _ZSTD_isError(code: number): number;
  _ZSTD_compressBound(size: number): number;
  _ZSTD_compress(target: number, capacity: number, source: number, size: number, level: number): number;
  _ZSTD_decompress(target: number, capacity: number, source: number, size: number): number;
}

/**
 * Returns zstd from `@bokuweb/zstd-wasm`, compiled at the first call (about 6 ms).
 *
 * The package's own entry loads asynchronously and trusts the size that a frame declares. Its Emscripten module takes an
 * instance made here at once, by Emscripten's `instantiateWasm` hook, and its functions get a capacity that the caller has checked.
 * The memory of the instance grows to what the largest payload needed and stays so.
 */
export function openWebAssemblyZstd(): ZstdEngine {
  const module = loadModule();
  return {
    kind: "webassembly",
    compress(input, level) {
      const bound = module._ZSTD_compressBound(input.length);
      return withMemory(module, input, bound, (source, target) =>
        module._ZSTD_compress(target, bound, source, input.length, level),
      );
    },
    decompressFrame(frame, mostBytes) {
      return withMemory(module, frame, mostBytes, (source, target) =>
        module._ZSTD_decompress(target, mostBytes, source, frame.length),
      );
    },
  };
}

function loadModule(): ZstdModule {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@bokuweb/zstd-wasm"));
  const { Module: module }: { Module: ZstdModule } = requireAnew(require, join(folder, "zstd.js"));
  module.instantiateWasm = (imports, receive) => {
    receive(new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(folder, "zstd.wasm"))), imports));
    return {};
  };
  module.init();
  return module;
}

/**
 * Loads a module that is nobody else's. Giving the package's module a second instance breaks those who still use the first: the
 * application itself, or another copy of this file.
 */
function requireAnew(require: NodeJS.Require, path: string): { Module: ZstdModule } {
  const { [path]: shared } = require.cache;
  delete require.cache[path];
  const own: { Module: ZstdModule } = require(path);
  if (shared === undefined) delete require.cache[path];
  else require.cache[path] = shared;
  return own;
}

/** Copies the input in, runs, and copies what was written out; throws what zstd answers when it is an error. */
function withMemory(
  module: ZstdModule,
  input: Buffer,
  capacity: number,
  run: (source: number, target: number) => number,
): Buffer {
  const source = module._malloc(input.length);
  const target = module._malloc(capacity);
  try {
    if ((source === 0 && input.length > 0) || (target === 0 && capacity > 0))
      throw new Error(`no memory for ${input.length + capacity} bytes`);
    module.HEAPU8.set(input, source);
    const size = run(source, target);
    // An error is a small negative number as 32 bits: zstd's number for it.
    if (module._ZSTD_isError(size) !== 0) throw new Error(`zstd says error ${-(size | 0)}`);
    return Buffer.from(module.HEAPU8.subarray(target, target + size));
  } finally {
    module._free(source);
    module._free(target);
  }
}
