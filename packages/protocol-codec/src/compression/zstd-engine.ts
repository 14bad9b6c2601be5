import * as zlib from "node:zlib";
import { openWebAssemblyZstd } from "./zstd-webassembly.js";

/** What does the work of zstd: Node's own library, or WebAssembly where Node has none. */
export interface ZstdEngine {
  readonly kind: "native" | "webassembly";
  /** Returns one frame. */
  compress(input: Buffer, level: number): Buffer;
  /** Decompresses one whole frame; throws when it is broken or gives more than `mostBytes`. */
  decompressFrame(frame: Buffer, mostBytes: number): Buffer;
}

/** Returns the engine, made when it is first asked for: Node 22.15 and 23.8 brought the native one. */
export function zstdEngine(): ZstdEngine {
  engine ??= hasZstd(zlib) ? nativeEngine(zlib) : openWebAssemblyZstd();
  return engine;
}

let engine: ZstdEngine | undefined;

/** The functions that the types of Node 20 do not know. */
interface ZlibWithZstd {
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
  zstdCompressSync(input: Buffer, options: { params: Record<number, number>; chunkSize?: number }): Buffer;
  zstdDecompressSync(input: Buffer, options: { maxOutputLength: number; chunkSize?: number }): Buffer;
}

function hasZstd(module: object): module is ZlibWithZstd {
  return "zstdCompressSync" in module && "zstdDecompressSync" in module;
}

function nativeEngine(native: ZlibWithZstd): ZstdEngine {
  const levelParameter = native.constants.ZSTD_c_compressionLevel;
  return {
    kind: "native",
    compress(input, level) {
      return native.zstdCompressSync(input, { params: { [levelParameter]: level } });
    },
    decompressFrame(frame, mostBytes) {
      const chunkSize = Math.min(Math.max(mostBytes, 1024), 256 * 1024);
      return native.zstdDecompressSync(frame, { maxOutputLength: Math.max(mostBytes, 1), chunkSize });
    },
  };
}
