import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../storage/memory.js";
import { LeaderEpochs } from "./leader-epochs.js";

/** Epochs as they were assigned, in order. */
async function epochs(...entries: readonly (readonly [epoch: number, startOffset: bigint])[]): Promise<LeaderEpochs> {
  const made = await LeaderEpochs.load(new MemoryStorage(), "orders-0");
  for (const [epoch, startOffset] of entries) made.assign(epoch, startOffset);
  return made;
}

describe("where a leader epoch ends", () => {
  it("is where the next one begins, and for the latest the end of the log", async () => {
    const known = await epochs([0, 0n], [2, 10n], [5, 30n]);
    expect(known.endOffset(0, 40n)).toEqual({ epoch: 0, endOffset: 10n });
    expect(known.endOffset(4, 40n)).toEqual({ epoch: 2, endOffset: 30n });
    expect(known.endOffset(5, 40n)).toEqual({ epoch: 5, endOffset: 40n });
  });

  it("is unknown of an epoch that is yet to come, and the beginning of the log of one that was before it", async () => {
    const known = await epochs([3, 7n]);
    expect(known.endOffset(4, 40n)).toEqual({ epoch: -1, endOffset: -1n });
    expect(known.endOffset(1, 40n)).toEqual({ epoch: 1, endOffset: 7n });
    expect(known.endOffset(-1, 40n)).toEqual({ epoch: -1, endOffset: -1n });
  });

  it("is that of the one before for an epoch in which nothing was written", async () => {
    const known = await epochs([0, 0n], [1, 10n], [2, 10n], [3, 10n]);
    expect(known.entries).toEqual([
      { epoch: 0, startOffset: 0n },
      { epoch: 3, startOffset: 10n },
    ]);
    expect(known.endOffset(2, 40n)).toEqual({ epoch: 0, endOffset: 10n });
  });
});
