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
 * The memory of the instance grows to what the largest payload really needed, and stays so.
 */
export function openWebAssemblyZstd(): ZstdEngine {
  const module = loadModule();
  return {
    kind: "webassembly",
    compress(input, level) {
      return withInput(module, input, (source) => {
        const bound = module._ZSTD_compressBound(input.length);
        const output = withOutput(module, bound, (target) =>
          module._ZSTD_compress(target, bound, source, input.length, level),
        );
        if (output === undefined) throw zstdError(tooSmall);
        return output;
      });
    },
    decompress(frames, mostBytes) {
      return withInput(module, frames, (source) => {
        // The package has no streaming functions, so a frame that did not fit is decompressed again, into twice the room. What the
        // frame's header or the number of its blocks say of its size may be a lie, and memory once taken is never given back.
        let room = Math.min(Math.max(frames.length * likelyRatio, smallestRoom), mostBytes);
        for (;;) {
          const output = withOutput(module, room, (target) =>
            module._ZSTD_decompress(target, room, source, frames.length),
          );
          if (output !== undefined || room === mostBytes) return output;
          room = Math.min(room * 2, mostBytes);
        }
      });
    },
  };
}

/** Nearly everything compresses less than so many times. */
const likelyRatio = 16;
const smallestRoom = 64 * 1024;

/** Zstd's number for "the output does not fit". */
const tooSmall = 70;

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

/** Copies the input in and runs with its address. */
function withInput<T>(module: ZstdModule, input: Buffer, run: (source: number) => T): T {
  return withMemory(module, input.length, (source) => {
    module.HEAPU8.set(input, source);
    return run(source);
  });
}

/** Runs with the address of so much room and copies out what was written; undefined when it did not fit. Throws any other error of zstd's. */
function withOutput(module: ZstdModule, room: number, run: (target: number) => number): Buffer | undefined {
  return withMemory(module, room, (target) => {
    const size = run(target);
    if (module._ZSTD_isError(size) === 0) return Buffer.from(module.HEAPU8.subarray(target, target + size));
    // An error is a small negative number as 32 bits: zstd's number for it.
    const error = -(size | 0);
    if (error === tooSmall) return undefined;
    throw zstdError(error);
  });
}

function withMemory<T>(module: ZstdModule, bytes: number, run: (address: number) => T): T {
  const address = module._malloc(bytes);
  if (address === 0 && bytes > 0) throw new Error(`no memory for ${bytes} bytes`);
  try {
    return run(address);
  } finally {
    module._free(address);
  }
}

function zstdError(number: number): Error {
  return new Error(`zstd says error ${number}`);
}
