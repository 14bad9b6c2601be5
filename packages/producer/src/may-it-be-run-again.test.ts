import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { TransactionalBench } from "../test-support/transactional-bench.js";
import { TransactionError } from "./index.js";

const messages = (value: string) => ({ topic: "orders", messages: [{ partition: 0, value }] });
const offsets = {
  group: { groupId: "g" },
  offsets: [{ topic: "orders", partition: 0, offset: 1n }],
};
const abortable = 120;
const tooLarge = 10;
const wrongGeneration = 22;

/** The errors of aborts that the producer tells of. */
function errorsTold({ producer }: TransactionalBench): (KafkaError | undefined)[] {
  const told: (KafkaError | undefined)[] = [];
  producer.on("transactionAborted", ({ error }) => void told.push(error));
  return told;
}

describe.each([0, 2] as const)("at level %i of transaction.version", (level) => {
  it.each([
    ["TRANSACTION_ABORTABLE", abortable, true],
    ["MESSAGE_TOO_LARGE", tooLarge, false],
  ])("a send that was awaited and failed with %s says that all was aborted", async (code, errorCode, retriable) => {
    const bench = new TransactionalBench(level);
    const told = errorsTold(bench);
    bench.refusals.push(errorCode);
    const error = await bench.refusal(bench.producer.transaction(async (tx) => void (await tx.send(messages("a")))));
    expect(error).toBeInstanceOf(TransactionError);
    expect(error).toMatchObject({
      code,
      outcome: "aborted",
      retriable,
      cause: expect.objectContaining({ code }) as unknown,
    });
    expect(told).toMatchObject([{ code }]);
    await bench.outcome(bench.send("b"));
    expect(bench.visible).toEqual(["b"]);
    await bench.producer.close();
  });

  it("so do offsets that were refused", async () => {
    const bench = new TransactionalBench(level);
    bench.coordinator.befall("TxnOffsetCommit", wrongGeneration);
    const error = await bench.refusal(bench.producer.transaction((tx) => tx.sendOffsets(offsets)));
    expect(error).toBeInstanceOf(TransactionError);
    expect(error).toMatchObject({ code: "ILLEGAL_GENERATION", outcome: "aborted", retriable: true });
    await bench.producer.close();
  });

  it("an argument that is refused would be refused again", async () => {
    const bench = new TransactionalBench(level);
    const error = await bench.refusal(
      bench.producer.transaction(async (tx) => {
        await tx.send(messages("a"));
        await tx.send({ topic: "orders", messages: [{ value: undefined as never }] });
      }),
    );
    expect(error).toMatchObject({ code: "CLIENT_INVALID_ARGUMENT", outcome: "aborted", retriable: false });
    await bench.producer.close();
  });

  it("what the body throws of its own is thrown as it is, whatever failed before", async () => {
    const bench = new TransactionalBench(level);
    bench.refusals.push(abortable);
    const own = new Error("of its own");
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a")).catch(() => undefined);
      throw own;
    });
    expect(await bench.refusal(call)).toBe(own);
    const foreign = new KafkaError("MESSAGE_TOO_LARGE", "of another producer");
    expect(await bench.refusal(bench.producer.transaction(() => Promise.reject(foreign)))).toBe(foreign);
    await bench.producer.close();
  });

  it("a send that finds the time of the transaction over says so, and so does the event", async () => {
    const bench = new TransactionalBench(level);
    const told = errorsTold(bench);
    const expired = { code: "CLIENT_TRANSACTION_EXPIRED", retriable: true };
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      bench.coordinator.expire();
      await tx.send(messages("late"));
    });
    expect(await bench.refusal(call)).toMatchObject({ ...expired, outcome: "aborted" });
    expect(told).toMatchObject([expired]);
    await bench.outcome(bench.send("b"));
    expect(bench.visible).toEqual(["b"]);
    await bench.producer.close();
  });

  it("a send that finds another producer in its place is the end, by the plain error that every call gets", async () => {
    const bench = new TransactionalBench(level);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      bench.coordinator.takeOver();
      await tx.send(messages("late"));
    });
    const error = await bench.refusal(call);
    expect(error).toMatchObject({ name: "KafkaError", code: "PRODUCER_FENCED", retriable: false });
    expect(await bench.refusal(bench.send("b"))).toBe(error);
    await bench.producer.close();
  });

  it("an outcome that nobody knows is never one to run again", async () => {
    const bench = new TransactionalBench(level, { maxBlockMs: 1000 });
    bench.coordinator.befall("EndTxn", ...Array.from({ length: 10 }, () => "lost before" as const));
    expect(await bench.refusal(bench.send("a"))).toMatchObject({ outcome: "unknown", retriable: false });
    await bench.producer.close();
  });

  it("what the body throws after its own commit changes nothing about that", async () => {
    const bench = new TransactionalBench(level);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      await tx.commit();
      await tx.send(messages("too late"));
    });
    const error = await bench.refusal(call);
    expect(error).toMatchObject({ code: "CLIENT_INVALID_STATE" });
    expect(error).not.toBeInstanceOf(TransactionError);
    expect(bench.visible).toEqual(["a"]);
    await bench.producer.close();
  });
});
