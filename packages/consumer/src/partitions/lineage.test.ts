import { Uuid } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { Lineage } from "./lineage.js";

const topicId = Uuid.read(Buffer.alloc(16, 1), 0);
const led = (epoch: number) => ({ node: 1, epoch, topicId });

describe("whether a leader has what was read", () => {
  it("is asked once for each leader after the one that it was read from", () => {
    const lineage = new Lineage();
    lineage.ledBy(led(4));
    lineage.begin(-1);
    lineage.fetched(4);
    expect(lineage.isInDoubt).toBe(false);
    lineage.ledBy(led(5));
    expect(lineage.isInDoubt).toBe(true);
    lineage.confirm(5);
    expect(lineage.isInDoubt).toBe(false);
    lineage.ledBy(led(6));
    expect([lineage.isInDoubt, lineage.epoch]).toEqual([true, 4]);
  });

  it("is in no doubt while a leader hands out what its predecessors wrote", () => {
    const lineage = new Lineage();
    lineage.ledBy(led(9));
    lineage.begin(-1);
    lineage.fetched(2);
    lineage.back(1);
    expect([lineage.isInDoubt, lineage.epoch]).toEqual([false, 1]);
  });

  it("is asked of a committed place of another epoch, be it a later one, and not of one that the leader named", () => {
    const lineage = new Lineage();
    lineage.ledBy(led(4));
    for (const [epoch, doubted] of [
      [3, true],
      [4, false],
      [5, true],
      [-1, false],
    ] as const) {
      lineage.begin(epoch);
      expect(lineage.isInDoubt).toBe(doubted);
    }
    lineage.begin(3, 4);
    expect(lineage.isInDoubt).toBe(false);
  });

  it("cannot be asked of brokers that count no leaders", () => {
    const lineage = new Lineage();
    lineage.ledBy(led(-1));
    lineage.begin(3);
    expect(lineage.isInDoubt).toBe(false);
  });

  it("is another question altogether once the topic is another one", () => {
    const lineage = new Lineage();
    expect(lineage.ledBy(led(0))).toBe(true);
    expect(lineage.ledBy({ ...led(0), topicId: Uuid.zero })).toBe(true);
    expect(lineage.ledBy(led(1))).toBe(true);
    expect(lineage.ledBy({ ...led(0), topicId: Uuid.read(Buffer.alloc(16, 2), 0) })).toBe(false);
  });
});
