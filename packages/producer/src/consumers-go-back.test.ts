import { describe, expect, it } from "vitest";
import { ConsumerDouble, TransactionalBench } from "../test-support/transactional-bench.js";

const messages = (value: string) => ({ topic: "orders", messages: [{ partition: 0, value }] });
const abortable = 120;

describe("a consumer that goes with a transaction", () => {
  it("stays where it is when the transaction is committed", async () => {
    const bench = new TransactionalBench(2);
    const consumer = new ConsumerDouble();
    await bench.outcome(
      bench.producer.transaction(
        async (tx) => {
          await tx.send(messages("a"));
          await tx.sendOffsets({ consumer, offsets: "all" });
        },
        { consumer },
      ),
    );
    expect([consumer.outcomes, consumer.takenBack]).toEqual([["committed"], 0]);
    await bench.producer.close();
  });

  it("goes back before the error comes out, although its offsets were never sent", async () => {
    const bench = new TransactionalBench(2);
    const consumers = [new ConsumerDouble(), new ConsumerDouble()];
    bench.refusals.push(abortable);
    const call = bench.producer.transaction(
      async (tx) => {
        await tx.send(messages("a"));
        await tx.sendOffsets({ consumer: consumers[0]!, offsets: "all" });
      },
      { consumer: consumers },
    );
    const seen = call.catch(() => consumers.map(({ takenBack }) => takenBack));
    expect(await bench.outcome(seen)).toEqual([1, 1]);
    await bench.producer.close();
  });

  it("goes back in all its partitions where only some of its offsets were sent", async () => {
    const bench = new TransactionalBench(2);
    const consumer = new ConsumerDouble();
    bench.coordinator.befall("EndTxn", abortable);
    const call = bench.producer.transaction((tx) => tx.sendOffsets({ consumer, offsets: "some" }), { consumer });
    expect(await bench.refusal(call)).toMatchObject({ outcome: "aborted" });
    expect([consumer.outcomes, consumer.takenBack]).toEqual([["aborted"], 1]);
    await bench.producer.close();
  });

  it.each(["the body throws", "the body aborts", "the producer is fenced off", "the coordinator never answers"])(
    "goes back once when %s",
    async (how) => {
      const bench = new TransactionalBench(2, { maxBlockMs: 1000 });
      const consumer = new ConsumerDouble();
      const call = bench.producer.transaction(
        async (tx) => {
          await tx.send(messages("a"));
          if (how === "the body throws") throw new Error("no");
          if (how === "the body aborts") await tx.abort();
          if (how === "the producer is fenced off") bench.coordinator.takeOver();
          if (how !== "the coordinator never answers") return;
          bench.coordinator.befall("EndTxn", ...Array.from({ length: 30 }, () => 14));
          throw new Error("no");
        },
        { consumer },
      );
      await bench.outcome(call.catch(() => undefined));
      expect(consumer.takenBack).toBe(1);
      await bench.outcome(bench.producer.close());
      expect(consumer.takenBack).toBe(1);
    },
  );

  it("goes back when a commit finds the producer at its end", async () => {
    const bench = new TransactionalBench(2);
    const consumer = new ConsumerDouble();
    const unauthorized = 53;
    bench.refusals.push(unauthorized);
    const tx = await bench.outcome(bench.producer.beginTransaction({ consumer }));
    await bench.outcome(tx.sendOffsets({ consumer, offsets: "all" }));
    void tx.send(messages("a"));
    expect(await bench.refusal(tx.commit())).toMatchObject({ code: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" });
    expect([consumer.outcomes, consumer.takenBack]).toEqual([["aborted"], 1]);
    await bench.producer.close();
  });

  it("goes back when none could be begun", async () => {
    const bench = new TransactionalBench(2, { maxBlockMs: 500 });
    const consumer = new ConsumerDouble();
    bench.coordinator.befall("InitProducerId", ...Array.from({ length: 30 }, () => 14));
    await bench.refusal(bench.producer.transaction(() => undefined, { consumer }));
    expect(consumer.takenBack).toBe(1);
    await bench.producer.close();
  });

  it("is refused if it commits by itself, or is none", async () => {
    const bench = new TransactionalBench(2);
    const consumer = { options: { autoCommit: true }, takeBack: () => Promise.resolve() };
    for (const call of [
      () => bench.producer.transaction(() => undefined, { consumer }),
      () => bench.producer.beginTransaction({ consumer }),
    ])
      expect(await bench.refusal(call())).toMatchObject({
        code: "CLIENT_INVALID_STATE",
        message: expect.stringContaining("make it with autoCommit: false") as string,
      });
    for (const wrong of [{}, null, "consumer", [{}], { takeBack: consumer.takeBack }])
      expect(
        await bench.refusal(bench.producer.transaction(() => undefined, { consumer: wrong as never })),
      ).toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
    expect(bench.coordinator.calls).toEqual([]);
    await bench.producer.close();
  });
});
