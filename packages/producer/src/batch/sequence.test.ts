import { describe, expect, it } from "vitest";
import type { EpochSource } from "./epoch-source.js";
import { advanceSequence, maxSequence, PartitionSequence, type ProducerIdentity } from "./sequence.js";

const identity = { producerId: 7n, producerEpoch: 0 };

/** Gives what the test says. */
class Given implements EpochSource {
  identity: ProducerIdentity | undefined = identity;
  next: ProducerIdentity | undefined;
  readonly retired: ProducerIdentity[] = [];

  after(): ProducerIdentity | undefined {
    return this.next;
  }

  successor(): ProducerIdentity | undefined {
    return undefined;
  }

  mayForget(): boolean {
    return true;
  }

  retire(last: ProducerIdentity): void {
    this.retired.push(last);
  }
}

describe("sequence numbers", () => {
  it("follow one another and wrap from 2,147,483,647 to 0", () => {
    expect(advanceSequence(0, 5)).toBe(5);
    expect(advanceSequence(maxSequence - 2, 2)).toBe(maxSequence);
    expect(advanceSequence(maxSequence, 1)).toBe(0);
    expect(advanceSequence(maxSequence - 2, 5)).toBe(2);
  });

  it("are given in order, by the number of records", () => {
    const sequence = new PartitionSequence(new Given());
    expect(sequence.take(3)).toEqual({ ...identity, baseSequence: 0 });
    expect(sequence.take(1)).toEqual({ ...identity, baseSequence: 3 });
    expect([sequence.take(1)?.baseSequence, sequence.place]).toEqual([4, 3]);
  });

  it("wait for an identity, and stay with it", () => {
    const epochs = new Given();
    epochs.identity = undefined;
    const sequence = new PartitionSequence(epochs);
    expect([sequence.isReady, sequence.take(1)]).toEqual([false, undefined]);
    epochs.identity = identity;
    expect([sequence.isReady, sequence.take(2)?.baseSequence]).toEqual([true, 0]);
    epochs.identity = { producerId: 8n, producerEpoch: 0 };
    expect(sequence.take(1)).toEqual({ ...identity, baseSequence: 2 });
  });

  it("have a gap after a batch was given up, until a later one is acknowledged", () => {
    const sequence = new PartitionSequence(new Given());
    sequence.take(1);
    sequence.givenUp(1);
    expect(sequence.hasGap).toBe(true);
    sequence.acknowledged(1);
    expect(sequence.hasGap).toBe(true);
    sequence.acknowledged(2);
    expect(sequence.hasGap).toBe(false);
  });

  it("begin anew in the next epoch, as soon as the source has one", () => {
    const epochs = new Given();
    const sequence = new PartitionSequence(epochs);
    sequence.take(4);
    sequence.acknowledged(1);
    expect(sequence.exhaustedId).toBeUndefined();
    sequence.givenUp(2);
    expect([sequence.nextEpoch(), sequence.hasGap, sequence.exhaustedId]).toEqual([false, true, 7n]);
    epochs.next = { producerId: 7n, producerEpoch: 1 };
    expect([sequence.exhaustedId, sequence.nextEpoch()]).toEqual([undefined, true]);
    expect([sequence.hasGap, sequence.isProven]).toEqual([false, false]);
    expect(sequence.take(1)).toEqual({ producerId: 7n, producerEpoch: 1, baseSequence: 0 });
  });

  it("that were given are told of when the partition is forgotten", () => {
    const epochs = new Given();
    const unused = new PartitionSequence(epochs);
    unused.retire();
    const used = new PartitionSequence(epochs);
    used.take(1);
    used.retire();
    expect(epochs.retired).toEqual([identity]);
  });
});
