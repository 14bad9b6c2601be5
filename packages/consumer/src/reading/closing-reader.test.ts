import { KafkaError } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { assigned, batch, bench, describeMessage, take } from "../../test-support/reading-bench.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { MessageLoop } from "./message-loop.js";
import type { Reader } from "./reader.js";

const late = new KafkaError("CLIENT_BODY_UNFINISHED", "late");

interface Closing {
  readonly clock: VirtualClock;
  readonly reader: Reader;
  readonly partition: AssignedPartition;
  readonly loop: MessageLoop;
  /** What the closing came to; undefined until then. */
  readonly outcome: () => { readonly error: KafkaError | undefined } | undefined;
}

/** Has one message in hand and begins to close, with a second for the body. */
async function close(finish = true): Promise<Closing> {
  const clock = new VirtualClock();
  const { reader, give } = bench(() => Promise.resolve(), clock);
  const partition = assigned();
  give(partition, batch({ baseOffset: 0 }));
  const loop = new MessageLoop(reader);
  await take(loop, 1);
  let outcome: { readonly error: KafkaError | undefined } | undefined;
  const deadline = clock.monotonic() + 1000;
  void reader.close({ finish, deadline, late: () => late }).then((error) => (outcome = { error }));
  await clock.advance(0);
  return { clock, reader, partition, loop, outcome: () => outcome };
}

describe("a reader that is being closed", () => {
  it("waits for the body, which may take all of its time, and hands out nothing more", async () => {
    const { clock, reader, partition, loop, outcome } = await close();
    await clock.advance(999);
    expect([outcome(), reader.isFinishing]).toEqual([undefined, true]);
    expect(describeMessage(await loop.next())).toBe("done");
    await clock.advance(0);
    expect([outcome(), reader.isFinishing, partition.position]).toEqual([{ error: undefined }, false, 1n]);
  });

  it("gives up when the time is over, tells the loop so once, and has nothing become done any more", async () => {
    const { clock, partition, loop, outcome } = await close();
    await clock.advance(1000);
    expect(outcome()).toEqual({ error: late });
    await expect(loop.next()).rejects.toBe(late);
    expect(describeMessage(await loop.next())).toBe("done");
    expect(partition.ledger.done).toBe(0n);
  });

  it("does not count as done what the loop leaves", async () => {
    const { clock, reader, partition, loop, outcome } = await close();
    await loop.return();
    await clock.advance(0);
    expect([outcome(), reader.endedEarly, partition.ledger.done]).toEqual([{ error: undefined }, true, 0n]);
  });

  it("can be hurried, never slowed down", async () => {
    const { clock, reader, outcome } = await close();
    reader.hurry({ finish: true, deadline: clock.monotonic() + 5000 });
    reader.hurry({ finish: true, deadline: clock.monotonic() + 100 });
    reader.hurry({ finish: true, deadline: clock.monotonic() + 5000 });
    await clock.advance(99);
    expect(outcome()).toBeUndefined();
    await clock.advance(1);
    expect(outcome()).toEqual({ error: late });
  });

  it.each([
    ["from the start", false],
    ["by a later call", true],
  ])("gives back at once when it is not to wait, %s, and the loop ends without an error", async (_when, finish) => {
    const { clock, reader, partition, loop, outcome } = await close(finish);
    reader.hurry({ finish: false, deadline: Infinity });
    await clock.advance(0);
    expect(outcome()).toEqual({ error: undefined });
    expect(describeMessage(await loop.next())).toBe("done");
    expect(partition.ledger.done).toBe(0n);
  });

  it("waits for nothing when nothing is in hand, or when there is no time", async () => {
    const { reader } = bench();
    const unused = (): KafkaError => {
      throw new Error("nobody waited");
    };
    expect(await reader.close({ finish: true, deadline: Infinity, late: unused })).toBeUndefined();
    const { reader: busy, give } = bench();
    give(assigned(), batch({ baseOffset: 0 }));
    await take(new MessageLoop(busy), 1);
    expect(await busy.close({ finish: true, deadline: 0, late: unused })).toBeUndefined();
  });
});
