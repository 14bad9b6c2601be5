import { randomInt } from "node:crypto";

/**
 * What chance begins with in tests whose examples are new at every run. They say it in their titles; the environment
 * variable `WITNESS_SEED` sets it, so that a failed run can be had again.
 */
export const witnessSeed: number = seedOf(process.env["WITNESS_SEED"]);

function seedOf(given: string | undefined): number {
  if (given === undefined) return randomInt(10 ** 9);
  if (!/^\d{1,9}$/.test(given)) throw new Error(`WITNESS_SEED has to be a number of at most nine digits, not ${given}`);
  return Number(given);
}
