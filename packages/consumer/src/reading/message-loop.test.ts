import { systemClock } from "@moldau/connection-pool";
import { writeBatch } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import {
  assigned,
  batch,
  bench,
  closeAtOnce,
  describeMessage,
  inHandFrom,
  take,
} from "../../test-support/reading-bench.js";
import { MessageLoop } from "./message-loop.js";

describe("reading message by message", () => {
  it("hands out every message in order, and steps over what lies before the position", async () => {
    const { reader, give } = bench();
    const partition = assigned(0, 1n);
    give(partition, batch({ baseOffset: 0 }), batch({ baseOffset: 3 }));
    expect(await take(new MessageLoop(reader), 5)).toEqual(["0@1", "0@2", "0@3", "0@4", "0@5"]);
  });

  it("counts a message as done when the next is asked for, and not before", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    expect(inHandFrom(partition)).toBeUndefined();
    await loop.next();
    expect([inHandFrom(partition), partition.position]).toEqual([0n, 1n]);
    await loop.next();
    expect([inHandFrom(partition), partition.position]).toEqual([1n, 2n]);
    await loop.next();
    const pending = loop.next();
    expect(inHandFrom(partition)).toBeUndefined();
    expect(partition.position).toBe(3n);
    await closeAtOnce(reader);
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it("hands the message in hand out again after the loop was left", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const first = new MessageLoop(reader);
    await take(first, 2);
    await first.return();
    expect(partition.position).toBe(1n);
    expect(await take(new MessageLoop(reader), 2)).toEqual(["0@1", "0@2"]);
  });

  it("does not hand out again what was marked by hand before the loop was left", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const first = new MessageLoop(reader);
    await take(first, 2);
    partition.mark(2n);
    await first.return();
    expect(await take(new MessageLoop(reader), 1)).toEqual(["0@2"]);
  });

  it("advances by the batch's last offset, past gaps, control batches and batches without records", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(
      partition,
      batch({ baseOffset: 0, deltas: [0, 2], lastOffsetDelta: 9 }),
      batch({ baseOffset: 10, deltas: [], lastOffsetDelta: 4 }),
      batch({ baseOffset: 15, deltas: [0], isControl: true }),
      batch({ baseOffset: 16, deltas: [0] }),
      batch({ baseOffset: 17, deltas: [0], isControl: true }),
    );
    const loop = new MessageLoop(reader);
    expect(await take(loop, 3)).toEqual(["0@0", "0@2", "0@16"]);
    const pending = loop.next();
    await new Promise(setImmediate);
    expect([partition.position, partition.fetchOffset]).toEqual([18n, 18n]);
    await closeAtOnce(reader);
    await pending;
  });

  it("takes partitions in turn, batch by batch", async () => {
    const { reader, give } = bench();
    const [a, b] = [assigned(0), assigned(1)];
    give(a, batch({ baseOffset: 0, deltas: [0, 1] }), batch({ baseOffset: 2, deltas: [0] }));
    give(b, batch({ baseOffset: 0, deltas: [0] }));
    expect(await take(new MessageLoop(reader), 4)).toEqual(["0@0", "0@1", "1@0", "0@2"]);
  });

  it("does not hold other partitions up when one is paused, and goes on with it where it was", async () => {
    const { reader, give } = bench();
    const [a, b] = [assigned(0), assigned(1)];
    give(a, batch({ baseOffset: 0 }));
    give(b, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    a.paused = true;
    reader.interrupt();
    expect(await take(loop, 3)).toEqual(["1@0", "1@1", "1@2"]);
    a.paused = false;
    reader.enqueue(a);
    expect(await take(loop, 2)).toEqual(["0@1", "0@2"]);
  });

  it("drops what was read ahead after a seek, and the message in hand does not become done", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    partition.seek(40n);
    reader.interrupt();
    give(partition, batch({ baseOffset: 40 }));
    expect(await take(loop, 1)).toEqual(["0@40"]);
    expect(inHandFrom(partition)).toBe(40n);
  });

  it("hands nothing of a partition out that was given up", async () => {
    const { reader, give } = bench();
    const [a, b] = [assigned(0), assigned(1)];
    give(a, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    reader.suspend([a]);
    const next = loop.next();
    await new Promise(setImmediate);
    a.end();
    give(b, batch({ baseOffset: 0 }));
    expect(describeMessage(await next)).toBe("1@0");
  });

  it("tells when the hands are empty", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    reader.suspend([partition]);
    const order: string[] = [];
    const empty = reader.emptyHanded([partition], new AbortController().signal).then(() => order.push("empty"));
    await new Promise(setImmediate);
    order.push("asks");
    const next = loop.next();
    await empty;
    expect(order).toEqual(["asks", "empty"]);
    await closeAtOnce(reader);
    await next;
    await reader.emptyHanded([partition], AbortSignal.abort());
  });

  it("gives the event loop a turn under a loop that never waits", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const big = writeBatch(
      { baseOffset: 0n },
      Array.from({ length: 2000 }, () => ({ value: Buffer.alloc(400) })),
    );
    give(partition, big, writeBatch({ baseOffset: 2000n }, [{ value: null }]));
    let turned = false;
    setImmediate(() => (turned = true));
    await take(new MessageLoop(reader), 2001);
    expect(turned).toBe(true);
  });

  it("gives the event loop a turn every ten milliseconds or so under bodies that compute, and seldom under quick ones", async () => {
    let now = 0;
    let turns = 0;
    const clock = { ...systemClock, monotonic: () => now, soon: (run: () => void) => (turns++, setImmediate(run)) };
    const { reader, give } = bench(() => Promise.resolve(), clock);
    const partition = assigned();
    const deltas = Array.from({ length: 200 }, (_, index) => index);
    give(partition, batch({ baseOffset: 0, deltas }), batch({ baseOffset: 200, deltas }));
    const loop = new MessageLoop(reader);
    for (let count = 0; count < 200; count++) {
      await loop.next();
      now += 5;
    }
    expect(turns).toBeGreaterThanOrEqual(90);
    turns = 0;
    for (let count = 0; count < 200; count++) {
      await loop.next();
      now += 0.01;
    }
    expect(turns).toBeLessThanOrEqual(1);
  });

  it("notices within 64 messages that bodies have become slow", async () => {
    let now = 0;
    let turns = 0;
    const clock = { ...systemClock, monotonic: () => now, soon: (run: () => void) => (turns++, setImmediate(run)) };
    const { reader, give } = bench(() => Promise.resolve(), clock);
    give(assigned(), batch({ baseOffset: 0, deltas: Array.from({ length: 2000 }, (_, index) => index) }));
    const loop = new MessageLoop(reader);
    await take(loop, 1000);
    for (let count = 0; count < 65; count++) {
      await loop.next();
      now += 5;
    }
    expect(turns).toBeGreaterThanOrEqual(1);
  });
});
