import { describe, expect, it } from "vitest";
import { advanceSequence, maxProducerEpoch, maxSequence, PartitionSequence } from "./sequence.js";

const identity = { producerId: 7n, producerEpoch: 0 };

function bound(): PartitionSequence {
  const sequence = new PartitionSequence();
  sequence.bind(identity);
  return sequence;
}

describe("sequence numbers", () => {
  it("follow one another and wrap from 2,147,483,647 to 0", () => {
    expect(advanceSequence(0, 5)).toBe(5);
    expect(advanceSequence(maxSequence - 2, 2)).toBe(maxSequence);
    expect(advanceSequence(maxSequence, 1)).toBe(0);
    expect(advanceSequence(maxSequence - 2, 5)).toBe(2);
  });

  it("are given in order, by the number of records", () => {
    const sequence = bound();
    expect(sequence.take(3)).toEqual({ ...identity, baseSequence: 0 });
    expect(sequence.take(1)).toEqual({ ...identity, baseSequence: 3 });
    expect([sequence.take(1)?.baseSequence, sequence.place]).toEqual([4, 3]);
    expect(new PartitionSequence().take(1)).toBeUndefined();
  });

  it("have a gap after a batch was given up, until a later one is acknowledged", () => {
    const sequence = bound();
    sequence.take(1);
    sequence.givenUp(1);
    expect(sequence.hasGap).toBe(true);
    sequence.acknowledged(1);
    expect(sequence.hasGap).toBe(true);
    sequence.acknowledged(2);
    expect(sequence.hasGap).toBe(false);
  });

  it("begin anew in the next epoch, and under another id after the last epoch", () => {
    const sequence = bound();
    sequence.take(4);
    sequence.acknowledged(1);
    sequence.givenUp(2);
    expect(sequence.nextEpoch(identity)).toBe(true);
    expect([sequence.hasGap, sequence.isProven]).toEqual([false, false]);
    expect(sequence.take(1)).toEqual({ producerId: 7n, producerEpoch: 1, baseSequence: 0 });

    sequence.bind({ producerId: 7n, producerEpoch: maxProducerEpoch });
    expect(sequence.exhaustedId).toBeUndefined();
    sequence.givenUp(1);
    expect(sequence.exhaustedId).toBe(7n);
    expect(sequence.nextEpoch(identity)).toBe(false);
    expect(sequence.nextEpoch({ producerId: 8n, producerEpoch: 0 })).toBe(true);
    expect(sequence.take(1)).toEqual({ producerId: 8n, producerEpoch: 0, baseSequence: 0 });
  });
});
