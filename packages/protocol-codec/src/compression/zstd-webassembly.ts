import { nodeZlib } from "../node-modules.js";
import { codecUnavailable } from "./codec.js";
import { zstdWasm } from "./zstd-wasm.js";
import type { ZstdEngine } from "./zstd-engine.js";

/** The part of zstd's functions that is used here, and the memory that they work in. */
interface Zstd {
  readonly memory: WebAssembly.Memory;
  readonly malloc: (size: number) => number;
  readonly free: (address: number) => void;
  readonly isError: (result: number) => number;
  readonly compressBound: (size: number) => number;
  readonly compress: (target: number, capacity: number, source: number, size: number, level: number) => number;
  readonly decompress: (target: number, capacity: number, source: number, size: number) => number;
}

/** What the module exports, under the names that Emscripten gave: one letter each, in the order of `dist/common/zstd.js`. */
interface ZstdExports {
  readonly f: WebAssembly.Memory;
  readonly g: () => void;
  readonly h: (result: number) => number;
  readonly i: (size: number) => number;
  readonly m: (target: number, capacity: number, source: number, size: number, level: number) => number;
  readonly r: (target: number, capacity: number, source: number, size: number) => number;
  readonly s: (size: number) => number;
  readonly t: (address: number) => void;
}

/**
 * Returns zstd from WebAssembly, unpacked and compiled at the call (about 3 ms).
 *
 * The module's bytes are part of this package's own code, so that they are there in whatever file a bundler puts them; its functions
 * get a capacity that the caller has checked. The memory grows to what the largest payload really needed, and stays so.
 *
 * @throws {KafkaError} CLIENT_CODEC_UNAVAILABLE where this Node has no WebAssembly, or no memory is left.
 */
export function openWebAssemblyZstd(): ZstdEngine {
  const zstd = load();
  return {
    kind: "webassembly",
    compress(input, level) {
      return withInput(zstd, input, (source) => {
        const bound = zstd.compressBound(input.length);
        const output = withOutput(zstd, bound, (target) => zstd.compress(target, bound, source, input.length, level));
        if (output === undefined) throw zstdError(tooSmall);
        return output;
      });
    },
    decompress(frames, mostBytes) {
      return withInput(zstd, frames, (source) => {
        // The module has no streaming functions, so a frame that did not fit is decompressed again, into twice the room. What the
        // frame's header or the number of its blocks say of its size may be a lie, and memory once taken is never given back.
        let room = Math.min(Math.max(frames.length * likelyRatio, smallestRoom), mostBytes);
        for (;;) {
          const output = withOutput(zstd, room, (target) => zstd.decompress(target, room, source, frames.length));
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

/** Zstd's numbers for "the output does not fit" and "there is no memory". */
const tooSmall = 70;
const noMemory = 64;

function load(): Zstd {
  let memory: WebAssembly.Memory | undefined;
  try {
    const module = new WebAssembly.Module(nodeZlib().brotliDecompressSync(Buffer.from(zstdWasm, "base64")));
    const instance = new WebAssembly.Instance<ZstdExports>(module, {
      a: { ...neverCalled, e: (bytes: number) => (memory === undefined ? 0 : grow(memory, bytes >>> 0)) },
    });
    const { f, g, h, i, m, r, s, t } = instance.exports;
    memory = f;
    g();
    return { memory: f, malloc: s, free: t, isError: h, compressBound: i, compress: m, decompress: r };
  } catch (cause) {
    const why = "this Node has none of its own, and its WebAssembly could not be started";
    throw codecUnavailable("zstd", `${why} (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
}

/** What the module may ask of a process around it: to exit (a), to keep alive (b), to abort (c), for a timer (d). Zstd asks for none. */
const neverCalled = { a: refuse, b: refuse, c: refuse, d: refuse };

function refuse(): never {
  throw new Error("zstd's WebAssembly has given up");
}

/** Makes the memory at least so large, and a fifth larger than it was, so that it need not grow for each payload. 1 when that went well. */
function grow(memory: WebAssembly.Memory, wantedBytes: number): number {
  const bytes = memory.buffer.byteLength;
  for (const share of [0.2, 0.1, 0]) {
    const target = Math.min(Math.max(wantedBytes, bytes * (1 + share)), mostMemory);
    if (target < wantedBytes) return 0;
    try {
      memory.grow(Math.ceil((target - bytes) / pageBytes));
      return 1;
    } catch {
      // No such room: perhaps there is for less.
    }
  }
  return 0;
}

const pageBytes = 64 * 1024;
/** What the module was made for. */
const mostMemory = 2 ** 31;

/** Copies the input in and runs with its address. */
function withInput<T>(zstd: Zstd, input: Buffer, run: (source: number) => T): T {
  return withMemory(zstd, input.length, (source) => {
    new Uint8Array(zstd.memory.buffer).set(input, source);
    return run(source);
  });
}

/** Runs with the address of so much room and copies out what was written; undefined when it did not fit. Throws any other error of zstd's. */
function withOutput(zstd: Zstd, room: number, run: (target: number) => number): Buffer | undefined {
  return withMemory(zstd, room, (target) => {
    const size = run(target);
    if (zstd.isError(size) === 0) return Buffer.from(new Uint8Array(zstd.memory.buffer, target, size));
    // An error is a small negative number as 32 bits: zstd's number for it.
    const error = -(size | 0);
    if (error === tooSmall) return undefined;
    throw error === noMemory ? codecUnavailable("zstd", "there is no memory for its own work") : zstdError(error);
  });
}

function withMemory<T>(zstd: Zstd, bytes: number, run: (address: number) => T): T {
  const address = zstd.malloc(bytes);
  if (address === 0 && bytes > 0) throw codecUnavailable("zstd", `there is no memory for ${bytes} bytes`);
  try {
    return run(address);
  } finally {
    zstd.free(address);
  }
}

function zstdError(number: number): Error {
  return new Error(`zstd says error ${number}`);
}
