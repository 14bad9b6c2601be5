// Modules of Node's own that take some milliseconds to load, got when they are first needed: a program that only encodes and decodes
// messages never loads them.

/** Node's zlib: gzip, CRC-32, and zstd where Node has it. */
export function nodeZlib(): typeof import("node:zlib") {
  return (zlib ??= process.getBuiltinModule("node:zlib"));
}

/** Node's crypto: the hashes of SCRAM. */
export function nodeCrypto(): typeof import("node:crypto") {
  return (crypto ??= process.getBuiltinModule("node:crypto"));
}

let zlib: typeof import("node:zlib") | undefined;
let crypto: typeof import("node:crypto") | undefined;
