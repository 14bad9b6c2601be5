import { seededRandom } from "@moldau/platform";

/** Decisions that are the same again for the same seed. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** True in so many cases of one. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number, both ends among the possible ones. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** One of several. Throws a RangeError for none. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new RangeError("there is nothing to pick from");
    return item;
  }
}
