import type { KafkaError } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { TransactionalBench } from "../test-support/transactional-bench.js";
import { TransactionError } from "./index.js";

const messages = (value: string) => ({ topic: "orders", messages: [{ partition: 0, value }] });
const closed = {
  code: "CLIENT_CLOSED",
  outcome: "aborted",
  cause: expect.objectContaining({ code: "CLIENT_CLOSED" }) as KafkaError,
};

/** Something that a body waits for. */
class Latch {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

describe("a producer that is closed with a transaction open", () => {
  it("lets it end by itself: its sends and its commit work, others are refused", async () => {
    const bench = new TransactionalBench(2);
    const { producer, cluster } = bench;
    const latch = new Latch();
    const call = producer.transaction(async (tx) => {
      await tx.send(messages("before"));
      await latch.opened;
      await tx.send(messages("after"));
      return "stored";
    });
    while (bench.produced.length === 0) await turns();
    const closing = producer.close({ timeoutMs: 8000 });
    await cluster.clock.advance(5900);
    expect(await bench.refusal(producer.transaction(() => undefined))).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(await bench.refusal(producer.beginTransaction())).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(bench.coordinator.ends).toEqual([]);
    latch.open();
    expect(await bench.outcome(call)).toBe("stored");
    await bench.outcome(closing);
    expect(bench.visible).toEqual(["before", "after"]);
  });

  it("aborts it after three quarters of its time, and then nobody takes it for committed", async () => {
    const bench = new TransactionalBench(2);
    const { producer, cluster } = bench;
    const latch = new Latch();
    let late: unknown;
    const call = producer.transaction(async (tx) => {
      await tx.send(messages("lost"));
      await latch.opened;
      late = await tx.send(messages("later")).catch((error: unknown) => error);
      return "stored";
    });
    while (bench.produced.length === 0) await turns();
    const before = cluster.clock.monotonic();
    await bench.outcome(producer.close({ timeoutMs: 4000 }));
    expect(cluster.clock.monotonic() - before).toBeLessThanOrEqual(3100);
    expect(bench.coordinator.ends).toEqual(["abort 7/0"]);
    latch.open();
    const error = await bench.refusal(call);
    expect(error).toBeInstanceOf(TransactionError);
    expect(error).toMatchObject(closed);
    expect(late).toMatchObject({ code: "CLIENT_CLOSED", message: "The producer has been closed." });
    expect(bench.visible).toEqual([]);
  });

  it("tells the commit of one that was begun by hand", async () => {
    const bench = new TransactionalBench(2);
    const tx = await bench.outcome(bench.producer.beginTransaction());
    await bench.outcome(tx.send(messages("lost")));
    await bench.outcome(bench.producer.close());
    expect(tx.isOpen).toBe(false);
    expect(await bench.refusal(tx.commit())).toMatchObject(closed);
    await bench.outcome(tx.abort());
    await bench.outcome(tx[Symbol.asyncDispose]());
  });

  it("ends within its time when the body itself waits for that", async () => {
    const bench = new TransactionalBench(2);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("lost"));
      await bench.producer.close();
      return "stored";
    });
    expect(await bench.refusal(call)).toMatchObject(closed);
    expect([bench.coordinator.ends, bench.visible]).toEqual([["abort 7/0"], []]);
  });

  it.each([
    ["no time", { timeoutMs: 0 }],
    ["a signal that has fired", { signal: AbortSignal.abort() }],
  ])("never lets it pass for committed, with %s", async (_name, settings) => {
    const bench = new TransactionalBench(2);
    const latch = new Latch();
    const begun = new Latch();
    const call = bench.producer.transaction(async () => {
      begun.open();
      await latch.opened;
      return "stored";
    });
    const refused = bench.refusal(call);
    await bench.outcome(begun.opened);
    await bench.outcome(bench.producer.close(settings));
    latch.open();
    expect(await refused).toMatchObject(closed);
  });

  it("begins none for a call that was waiting for the coordinator", async () => {
    const bench = new TransactionalBench(2);
    let hasRun = false;
    const refused = bench.refusal(bench.producer.transaction(() => void (hasRun = true)));
    await bench.outcome(bench.producer.close());
    expect(await refused).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(hasRun).toBe(false);
  });
});
