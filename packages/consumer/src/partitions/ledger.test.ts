import { writeBatch } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssignedPartition } from "./assigned-partition.js";
import { Ledger, type Holding, type Run } from "./ledger.js";

function run(from: bigint, to: bigint): Run {
  return { from, to, batches: [] };
}

function begun(offset = 0n): Ledger {
  const ledger = new Ledger();
  ledger.restart(offset, -1);
  return ledger;
}

describe("what is done of a partition", () => {
  it("has no gap: what is done behind something in hand counts once that is done", () => {
    const ledger = begun();
    const [a, b, c] = [run(0n, 1n), run(1n, 2n), run(2n, 5n)].map((each) => ledger.take(each, 7));
    ledger.complete(c!);
    ledger.complete(b!);
    expect([ledger.done, ledger.position]).toEqual([0n, 5n]);
    ledger.complete(a!);
    expect([ledger.done, ledger.position, ledger.isEmptyHanded]).toEqual([5n, 5n, true]);
  });

  it("goes back to the first that is not done when everything is given back, and what was held counts no more", () => {
    const ledger = begun();
    const [a, b] = [ledger.take(run(0n, 1n), 7), ledger.take(run(1n, 2n), 7)];
    ledger.complete(b);
    expect(ledger.giveBack()).toEqual({ batches: [], position: 0n });
    ledger.complete(a);
    expect([ledger.done, ledger.position]).toEqual([0n, 0n]);
  });

  it("takes back a run and what lies behind it, and leaves in hand what lies before", () => {
    const ledger = begun();
    const [a, b, c] = [run(0n, 2n), run(2n, 4n), run(4n, 5n)].map((each) => ledger.take(each, 7));
    expect(ledger.giveBackFrom(b!)).toEqual({ batches: [], position: 2n });
    expect([a!.state, b!.state, c!.state]).toEqual(["held", "void", "void"]);
    expect([ledger.done, ledger.position, ledger.inHand]).toEqual([0n, 2n, 0n]);
    const again = ledger.take(run(2n, 3n), 8);
    ledger.complete(a!);
    ledger.complete(again);
    expect([ledger.done, ledger.isEmptyHanded, ledger.doneEpoch]).toEqual([3n, true, 8]);
  });

  it("states the epoch of what lies before it, and not of what is in hand", () => {
    const ledger = begun();
    ledger.complete(ledger.take(run(0n, 2n), 3));
    const held = ledger.take(run(2n, 4n), 4);
    expect([ledger.done, ledger.doneEpoch]).toEqual([2n, 3]);
    ledger.complete(held);
    expect([ledger.done, ledger.doneEpoch]).toEqual([4n, 4]);
  });

  it("is what the application says, also while something is in hand", () => {
    const ledger = begun();
    ledger.take(run(0n, 4n), 7);
    ledger.mark(3n);
    expect(ledger.done).toBe(3n);
    ledger.restart(1n, -1);
    expect(ledger.done).toBe(1n);
  });

  it("never covers what is not done: any order of completions, marks apart, of giving back and of seeking", () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ do: fc.constant("take" as const), size: fc.integer({ min: 1, max: 4 }) }) },
        { weight: 6, arbitrary: fc.record({ do: fc.constant("complete" as const), which: fc.nat(20) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant("giveBack" as const) }) },
        {
          weight: 1,
          arbitrary: fc.record({ do: fc.constant("stepOver" as const), size: fc.integer({ min: 1, max: 4 }) }),
        },
        { weight: 1, arbitrary: fc.record({ do: fc.constant("seek" as const), to: fc.nat(30) }) },
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (script) => {
        const ledger = begun();
        /** A model that is too simple to be wrong: the offsets from the start of the stretch that are not done. */
        let undone = new Set<bigint>();
        let held: { holding: Holding; offsets: bigint[] }[] = [];
        for (const step of script) {
          const { position } = ledger;
          if (step.do === "take") {
            const offsets = Array.from({ length: step.size }, (_, index) => position + BigInt(index));
            held.push({ holding: ledger.take(run(position, position + BigInt(step.size)), 1), offsets });
            for (const offset of offsets) undone.add(offset);
          } else if (step.do === "complete" && held.length > 0) {
            const [taken] = held.splice(step.which % held.length, 1);
            ledger.complete(taken!.holding);
            for (const offset of taken!.offsets) undone.delete(offset);
          } else if (step.do === "giveBack") {
            const first = [...undone].reduce((least, each) => (each < least ? each : least), position);
            const stale = held;
            [undone, held] = [new Set(), []];
            expect(ledger.giveBack().position).toBe(first);
            for (const { holding } of stale) ledger.complete(holding);
          } else if (step.do === "stepOver") {
            ledger.advanceTo(position + BigInt(step.size));
          } else if (step.do === "seek") {
            const stale = held;
            [undone, held] = [new Set(), []];
            ledger.restart(BigInt(step.to), -1);
            for (const { holding } of stale) ledger.complete(holding);
            expect([ledger.done, ledger.position]).toEqual([BigInt(step.to), BigInt(step.to)]);
          }
          const expected = [...undone].reduce((least, each) => (each < least ? each : least), ledger.position);
          expect(ledger.done).toBe(expected);
        }
      }),
    );
  });
});

describe("what is due for commit", () => {
  it("is where reading begins by startFrom, at once, and nothing where it was committed or sought", () => {
    const partition = new AssignedPartition("orders", 0);
    expect(partition.due).toBeUndefined();
    partition.found(5n);
    expect(partition.due).toBeUndefined();
    partition.reset("latest");
    expect(partition.due).toBeUndefined();
    partition.found(9n);
    expect(partition.due).toEqual({ topic: "orders", partition: 0, offset: 9n, leaderEpoch: -1 });
    partition.seek(2n);
    expect(partition.due).toBeUndefined();
    partition.seek("earliest");
    partition.found(0n);
    expect(partition.due).toBeUndefined();
  });

  it("is what lies beyond the last commit, and nothing once the partition was given up", () => {
    const partition = new AssignedPartition("orders", 0);
    partition.found(0n);
    partition.received(writeBatch({ partitionLeaderEpoch: 4 }, [{ value: "a" }, { value: "b" }]), {
      nextOffset: 2n,
      leaderEpoch: 4,
    });
    const batch = partition.nextBatch();
    const holding = partition.ledger.take({ from: 0n, to: 2n, batches: batch === undefined ? [] : [batch] }, 4);
    expect(partition.due).toBeUndefined();
    partition.ledger.complete(holding);
    expect(partition.due).toMatchObject({ offset: 2n, leaderEpoch: 4 });
    partition.committedAt({ offset: 2n, leaderEpoch: -1 }, 2n);
    expect(partition.due).toBeUndefined();
    partition.mark(2n);
    partition.end();
    expect(partition.due).toBeUndefined();
  });
});
