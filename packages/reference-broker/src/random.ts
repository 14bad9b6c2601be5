import { randomBytes as systemBytes } from "node:crypto";

/** Where a broker's chance comes from. */
export interface RandomSource {
  /** A number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** 16 bytes. */
  readonly randomBytes: () => Uint8Array;
}

/** The machine's chance; or, with a seed, numbers that are the same in every run with the same seed, for replaying. */
export function randomSource(seed?: number): RandomSource {
  if (seed === undefined) return { random: systemRandom, randomBytes: () => systemBytes(16) };
  const random = mulberry32(seed);
  return { random, randomBytes: () => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)) };
}

function systemRandom(): number {
  return systemBytes(4).readUInt32BE() / 2 ** 32;
}

/** Tommy Ettinger's Mulberry32: small, fast, and good enough to spread partitions and member ids. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
