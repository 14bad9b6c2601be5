import { nodeZlib } from "../node-modules.js";
import { isOutputTooLarge } from "./zlib-errors.js";
import { openWebAssemblyZstd } from "./zstd-webassembly.js";

/** What does the work of zstd: Node's own library, or WebAssembly where Node has none. */
export interface ZstdEngine {
  readonly kind: "native" | "webassembly";
  /** Returns one frame. */
  compress(input: Buffer, level: number): Buffer;
  /**
   * Decompresses one whole frame (WebAssembly: any number of them), in output that grows with what comes out. Returns undefined when that
   * is more than `mostBytes`; throws when a frame is broken.
   */
  decompress(frame: Buffer, mostBytes: number): Buffer | undefined;
}

/** Returns the engine, made when it is first asked for: Node 22.15 and 23.8 brought the native one. */
export function zstdEngine(): ZstdEngine {
  if (engine !== undefined) return engine;
  const zlib: object = nodeZlib();
  return (engine = hasZstd(zlib) ? nativeEngine(zlib) : multiFrameZstdEngine());
}

/**
 * Returns the engine for payloads of several frames, WebAssembly everywhere. Node's stops after the first frame, and to call it for each
 * takes 50 to 100 us: a payload of a megabyte with a frame in every 9 bytes would hold everything up for ten seconds.
 */
export function multiFrameZstdEngine(): ZstdEngine {
  multiFrameEngine ??= openWebAssemblyZstd();
  return multiFrameEngine;
}

let engine: ZstdEngine | undefined;
let multiFrameEngine: ZstdEngine | undefined;

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
    decompress(frame, mostBytes) {
      const chunkSize = Math.min(Math.max(mostBytes, 1024), largestChunk);
      try {
        // Counts while it decompresses and stops at the limit, which it wants to be at least 1.
        const output = native.zstdDecompressSync(frame, { maxOutputLength: Math.max(mostBytes, 1), chunkSize });
        return output.length > mostBytes ? undefined : output;
      } catch (error) {
        if (isOutputTooLarge(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Output arrives in chunks of one size. */
const largestChunk = 256 * 1024;
