import { acts, mutated, tellingBytes } from "../support/mutations.js";
import type { Random } from "./random.js";

/** Something that bytes are thrown at. */
export interface Target {
  /** What `--only` calls it. */
  readonly name: string;
  /** Makes valid inputs and broken ones out of chance, and has each examined. The same chance makes the same inputs. */
  round(random: Random, examine: Examine): void;
}

/** Takes one input, and how to examine it: what is thrown there is a fault, whatever it is. */
export type Examine = (input: Buffer, check: () => Verdict) => void;

/** What came of an input. */
export interface Verdict {
  readonly taken: boolean;
  /** How much was made of what the bound allows, from 0 to 1. */
  readonly shareOfBound: number;
}

/** Broken bytes: one to four mutations. */
export function broken(bytes: Buffer, random: Random): Buffer {
  const mutations = Array.from({ length: 1 + random.below(4) }, () => ({
    at: random.next(),
    act: random.pick(acts),
    bytes: random.oneIn(2) ? random.pick(tellingBytes) : random.bytes(1 + random.below(6)),
  }));
  // Most of what is wrong in the wild is one bit.
  if (random.oneIn(3) && bytes.length > 0) {
    const copy = Buffer.from(bytes);
    copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  }
  return mutated(bytes, mutations);
}
