import { randomBytes as systemBytes } from "node:crypto";
import { seededRandom } from "@moldau/platform";

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
  const random = seededRandom(seed);
  return { random, randomBytes: () => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)) };
}

function systemRandom(): number {
  return systemBytes(4).readUInt32BE() / 2 ** 32;
}
