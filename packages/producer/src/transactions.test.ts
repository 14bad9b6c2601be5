import { KafkaError } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { describe, expect, it } from "vitest";
import type { Fate } from "../test-support/model-coordinator.js";
import { ConsumerDouble, TransactionalBench } from "../test-support/transactional-bench.js";
import { Producer, TransactionError, type Transaction } from "./index.js";

const levels = [0, 2] as const;
const messages = (value: string) => ({ topic: "orders", messages: [{ partition: 0, value }] });

describe.each(levels)("a producer at level %i of transaction.version", (level) => {
  const isNew = level === 2;

  it("commits when the body returns, gives what it returned, and asks for no more than it has to", async () => {
    const bench = new TransactionalBench(level);
    const { producer, coordinator, visible } = bench;
    const result = await bench.outcome(
      producer.transaction(async (tx) => {
        void tx.send(messages("not awaited"));
        return 42;
      }),
    );
    expect([result, visible]).toEqual([42, ["not awaited"]]);
    expect(coordinator.calls).toEqual(
      isNew
        ? ["InitProducerId5", "EndTxn5 commit 7/0"]
        : ["InitProducerId5", "AddPartitionsToTxn3 7/0", "EndTxn4 commit 7/0"],
    );
    expect(bench.produced.map(({ version, transactionalId }) => [version, transactionalId])).toEqual([
      [isNew ? 13 : 11, "billing"],
    ]);
    await producer.close();
  });

  it("aborts when the body throws, and throws the same", async () => {
    const bench = new TransactionalBench(level);
    const reason = new Error("no");
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      throw reason;
    });
    expect(await bench.refusal(call)).toBe(reason);
    await bench.outcome(bench.send("b"));
    expect([bench.coordinator.ends, bench.visible]).toEqual([["abort 7/0", `commit 7/${isNew ? 1 : 0}`], ["b"]]);
    await bench.producer.close();
  });

  it("throws what the body threw even if aborting fails as well", async () => {
    const bench = new TransactionalBench(level);
    bench.coordinator.befall("EndTxn", 53);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      throw new Error("the first");
    });
    expect(await bench.refusal(call)).toMatchObject({ message: "the first" });
    expect(await bench.refusal(bench.send("b"))).toMatchObject({ code: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" });
    await bench.producer.close();
  });

  it("asks the coordinator of nothing for a transaction without contents", async () => {
    const bench = new TransactionalBench(level);
    await bench.outcome(bench.producer.transaction(() => undefined));
    await bench.outcome(bench.producer.transaction((tx) => tx.abort()));
    expect(bench.coordinator.calls).toEqual(["InitProducerId5"]);
    await bench.producer.close();
  });

  it("numbers go on within an epoch, and begin at 0 with the next", async () => {
    const bench = new TransactionalBench(level);
    for (const value of ["a", "b", "c"]) await bench.outcome(bench.send(value));
    const stamps = bench.produced.flatMap(({ partitions }) =>
      partitions.map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence]),
    );
    expect(stamps).toEqual(
      isNew
        ? [
            [0, 0],
            [1, 0],
            [2, 0],
          ]
        : [
            [0, 0],
            [0, 1],
            [0, 2],
          ],
    );
    await bench.producer.close();
  });

  it("transactions of one producer wait for each other", async () => {
    const bench = new TransactionalBench(level);
    const order: string[] = [];
    const one = (name: string) =>
      bench.producer.transaction(async (tx) => {
        order.push(`${name} begins`);
        await tx.send(messages(name));
        order.push(`${name} ends`);
      });
    await bench.outcome(Promise.all([one("a"), one("b"), one("c")]));
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    expect(bench.visible).toEqual(["a", "b", "c"]);
    await bench.producer.close();
  });

  it("a send that failed forces an abort, even if its error was caught", async () => {
    const bench = new TransactionalBench(level);
    bench.refusals.push(10);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("too large")).catch(() => undefined);
      expect(tx.isOpen).toBe(false);
    });
    const error = await bench.refusal(call);
    expect(error).toBeInstanceOf(TransactionError);
    expect(error).toMatchObject({ code: "MESSAGE_TOO_LARGE", outcome: "aborted", transactionalId: "billing" });
    await bench.outcome(bench.send("b"));
    expect(bench.visible).toEqual(["b"]);
    await bench.producer.close();
  });

  it("a send that cannot even begin forces an abort as well", async () => {
    const bench = new TransactionalBench(level);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      await tx.send({ topic: "orders", messages: [{ value: undefined as never }] }).catch(() => undefined);
    });
    expect(await bench.refusal(call)).toMatchObject({ code: "CLIENT_INVALID_ARGUMENT", outcome: "aborted" });
    expect(bench.visible).toEqual([]);
    await bench.producer.close();
  });

  it("what was not sent is dropped by an abort, and nobody has to hear of it", async () => {
    const bench = new TransactionalBench(level, { lingerMs: 60_000 });
    const tx = await bench.outcome(bench.producer.beginTransaction());
    const unsent = tx.send(messages("a"));
    void tx.send(messages("b"));
    await bench.outcome(tx.abort());
    expect(await bench.refusal(unsent)).toMatchObject({ code: "CLIENT_TRANSACTION_ABORTED", written: false });
    expect([bench.produced, bench.coordinator.calls]).toEqual([[], ["InitProducerId5"]]);
    await bench.producer.close();
  });

  it("waits before an abort for what is under way, and gives up what would have to be sent again", async () => {
    const bench = new TransactionalBench(level);
    const tx = await bench.outcome(bench.producer.beginTransaction());
    await bench.outcome(tx.send(messages("a")));
    const held: (() => Promise<void>)[] = [];
    bench.cluster.onRequest = (request) => void held.push(() => request.refuse(6));
    const sending = tx.send(messages("b"));
    while (held.length === 0) await turns();
    const aborting = tx.abort();
    await turns();
    expect(bench.coordinator.ends).toEqual([]);
    await held[0]!();
    await bench.outcome(aborting);
    expect(await bench.refusal(sending)).toMatchObject({ code: "CLIENT_TRANSACTION_ABORTED" });
    expect(bench.coordinator.ends).toEqual(["abort 7/0"]);
    await bench.producer.close();
  });

  it("offsets of a consumer go with it, and the consumer hears what became of them", async () => {
    const bench = new TransactionalBench(level);
    const consumer = new ConsumerDouble();
    await bench.outcome(
      bench.producer
        .transaction((tx) => tx.sendOffsets({ consumer, offsets: undefined }))
        .catch((error: unknown) => error),
    );
    expect(consumer.outcomes).toEqual([]);
    await bench.outcome(bench.producer.transaction((tx) => tx.sendOffsets({ consumer, offsets: "all" })));
    expect(consumer.outcomes).toEqual(["committed"]);
    const names = bench.coordinator.calls.map((call) => call.split(" ")[0]);
    expect(names).toEqual(
      isNew
        ? ["InitProducerId5", "TxnOffsetCommit5", "EndTxn5"]
        : ["InitProducerId5", "AddOffsetsToTxn4", "TxnOffsetCommit4", "EndTxn4"],
    );
    await bench.producer.close();
  });

  it("a round of the group that has ended turns the commit into an abort", async () => {
    const bench = new TransactionalBench(level);
    const consumer = new ConsumerDouble();
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      await tx.sendOffsets({ consumer, offsets: "all" });
      consumer.round.abort();
    });
    expect(await bench.refusal(call)).toMatchObject({
      code: "CLIENT_NOT_ASSIGNED",
      outcome: "aborted",
      retriable: true,
    });
    expect([bench.visible, consumer.outcomes]).toEqual([[], ["aborted"]]);
    await bench.producer.close();
  });

  describe("whose time is over at the coordinator", () => {
    it("says so, and goes on", async () => {
      const bench = new TransactionalBench(level);
      const tx = await bench.outcome(bench.producer.beginTransaction());
      await bench.outcome(tx.send(messages("late")));
      bench.coordinator.expire();
      expect(await bench.refusal(tx.commit())).toMatchObject({
        code: "CLIENT_TRANSACTION_EXPIRED",
        outcome: "aborted",
      });
      await bench.outcome(bench.send("in time"));
      expect(bench.visible).toEqual(["in time"]);
      await bench.producer.close();
    });

    it("takes an abort for what it is", async () => {
      const bench = new TransactionalBench(level);
      const tx = await bench.outcome(bench.producer.beginTransaction());
      await bench.outcome(tx.send(messages("late")));
      bench.coordinator.expire();
      await bench.outcome(tx.abort());
      await bench.outcome(bench.send("in time"));
      expect(bench.visible).toEqual(["in time"]);
      await bench.producer.close();
    });
  });

  describe("whose transactional id another producer has taken", () => {
    it.each(["with a transaction open", "between transactions"])(
      "fails with the same error for ever, %s",
      async (when) => {
        const bench = new TransactionalBench(level);
        await bench.outcome(bench.send("a"));
        let first: unknown;
        if (when === "between transactions") {
          bench.coordinator.takeOver();
          first = await bench.refusal(bench.send("b"));
        } else {
          const tx = await bench.outcome(bench.producer.beginTransaction());
          await bench.outcome(tx.send(messages("b")));
          bench.coordinator.takeOver();
          first = await bench.refusal(tx.commit());
          expect(await bench.refusal(tx.send(messages("c")))).toMatchObject({ code: "CLIENT_INVALID_STATE" });
          await bench.outcome(tx.abort());
        }
        expect(first).toMatchObject({ code: "PRODUCER_FENCED", retriable: false });
        const epoch = bench.coordinator.epoch;
        const final = await bench.refusal(bench.producer.beginTransaction());
        expect(final).toMatchObject({ name: "KafkaError", code: "PRODUCER_FENCED" });
        expect(await bench.refusal(bench.send("d"))).toBe(final);
        expect(await bench.refusal(bench.producer.fence())).toBe(final);
        // The other one keeps what it has.
        expect([bench.coordinator.epoch, bench.visible]).toEqual([epoch, ["a"]]);
        await bench.producer.close();
      },
    );
  });

  it("a coordinator that answers to nothing leaves the outcome unknown, and the next transaction waits until it is known", async () => {
    const bench = new TransactionalBench(level, { maxBlockMs: 5000 });
    const consumer = new ConsumerDouble();
    const lost = Array.from({ length: 10 }, () => "lost before" as const);
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      await tx.sendOffsets({ consumer, offsets: "all" });
      bench.coordinator.befall("EndTxn", ...lost);
    });
    const error = await bench.refusal(call);
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", outcome: "unknown" });
    expect(String(error)).toContain("Whether the transaction was committed is not known");
    expect(consumer.outcomes).toEqual(["unknown"]);
    await bench.outcome(bench.send("b"));
    expect(bench.visible).toEqual(["b"]);
    expect(bench.coordinator.ends[0]).toBe("abort 7/0");
    await bench.producer.close();
  });

  it("a commit whose answer was lost for good is found out, and nothing of the next transaction comes into it", async () => {
    const bench = new TransactionalBench(level, { maxBlockMs: 3000 });
    const lost: Fate[] = ["lost after", ...Array.from({ length: 10 }, () => "lost before" as const)];
    const call = bench.producer.transaction(async (tx) => {
      await tx.send(messages("a"));
      bench.coordinator.befall("EndTxn", ...lost);
    });
    expect(await bench.refusal(call)).toMatchObject({ outcome: "unknown" });
    await bench.outcome(bench.send("b"));
    expect([bench.visible, bench.coordinator.ends]).toEqual([
      ["a", "b"],
      ["commit 7/0", "commit 7/1"],
    ]);
    await bench.producer.close();
  });
});

describe("wrong order", () => {
  const stateOf = (sentence: string) => ({
    code: "CLIENT_INVALID_STATE",
    message: expect.stringContaining(sentence) as string,
  });

  it("is refused at the call, with what to do instead", async () => {
    const bench = new TransactionalBench(2);
    const { producer } = bench;
    expect(await bench.refusal(producer.send(messages("a")))).toMatchObject(stateOf("use producer.transaction("));
    expect(await bench.refusal(producer.sendBatch({ topicMessages: [] }))).toMatchObject(
      stateOf("use producer.transaction("),
    );
    expect(() => producer.writable({ topic: "orders" })).toThrow("use producer.transaction(");
    const tx = await bench.outcome(producer.beginTransaction());
    expect(await bench.refusal(producer.beginTransaction())).toMatchObject(stateOf("wait for its commit or abort"));
    await bench.outcome(tx.commit());
    const late: readonly (readonly [string, (open: Transaction) => Promise<unknown>])[] = [
      ["send", (open) => open.send(messages("a"))],
      ["sendBatch", (open) => open.sendBatch({ topicMessages: [] })],
      ["sendOffsets", (open) => open.sendOffsets({ group: { groupId: "g" }, offsets: [] })],
      ["commit", (open) => open.commit()],
    ];
    for (const [name, call] of late)
      expect(await bench.refusal(call(tx))).toMatchObject(
        stateOf(`${name}: the transaction was ended before, by commit(); begin another one.`),
      );
    expect(await bench.refusal(tx.abort())).toMatchObject(stateOf("committed already, and nothing undoes that"));
    const aborted = await bench.outcome(producer.beginTransaction());
    await bench.outcome(aborted.abort());
    await bench.outcome(aborted.abort());
    expect(await bench.refusal(aborted.commit())).toMatchObject(stateOf("was ended before, by abort()"));
    await producer.close();
  });

  it("asks for a transactional id where there is none", async () => {
    const bench = new TransactionalBench(2);
    const plain = new Producer(bench.cluster);
    const sentence = stateOf('make one by kafka.producer({ transactionalId: "billing-1" })');
    expect(await bench.refusal(plain.beginTransaction())).toMatchObject(sentence);
    expect(await bench.refusal(plain.transaction(() => undefined))).toMatchObject(sentence);
    expect(await bench.refusal(plain.fence())).toMatchObject(sentence);
    await plain.close();
    await bench.producer.close();
  });

  it("names what offsets need", async () => {
    const bench = new TransactionalBench(2);
    const attempt = async (options: unknown): Promise<unknown> => {
      const tx = await bench.outcome(bench.producer.beginTransaction());
      const error = await bench.refusal(tx.sendOffsets(options as never));
      await bench.outcome(tx.abort());
      return error;
    };
    const argument = (sentence: string) => ({
      code: "CLIENT_INVALID_ARGUMENT",
      message: expect.stringContaining(sentence) as string,
    });
    const offsets = [{ topic: "orders", partition: 0, offset: 1n }];
    expect(await attempt({ offsets })).toMatchObject(argument("without one there is nobody whose offsets they are"));
    const ofKafkaJs = { consumerGroupId: "billing", topics: [] };
    expect(await attempt(ofKafkaJs)).toMatchObject(argument("consumerGroupId is group: { groupId } here"));
    expect(await attempt(undefined)).toMatchObject(argument("expected { consumer, offsets }"));
    expect(await attempt({ consumer: new ConsumerDouble(), group: { groupId: "g" }, offsets })).toMatchObject(
      argument("sendOffsets: name the consumer or the group, not both"),
    );
    expect(await attempt({ consumer: {}, offsets })).toMatchObject(
      argument("consumer must be a consumer of this client"),
    );
    expect(await attempt({ group: { groupId: "" }, offsets })).toMatchObject(
      argument("groupId must be a text that is not empty"),
    );
    expect(
      await attempt({ group: { groupId: "g" }, offsets: [{ topic: "orders", partition: 0, offset: 1 }] }),
    ).toMatchObject(argument("offsets[0]: offset must be a bigint of at least 0n"));
    await bench.producer.close();
  });

  it("needs acks of all replicas in a transaction", async () => {
    const bench = new TransactionalBench(2);
    const tx = await bench.outcome(bench.producer.beginTransaction());
    expect(await bench.refusal(tx.send({ ...messages("a"), acks: 1 }))).toMatchObject({
      code: "CLIENT_INVALID_ARGUMENT",
    });
    await bench.outcome(tx.abort());
    await bench.producer.close();
  });

  it("a disposed transaction is aborted, unless it was committed", async () => {
    const bench = new TransactionalBench(2);
    const open = await bench.outcome(bench.producer.beginTransaction());
    await bench.outcome(open.send(messages("a")));
    await bench.outcome(open[Symbol.asyncDispose]());
    const done = await bench.outcome(bench.producer.beginTransaction());
    await bench.outcome(done.send(messages("b")));
    await bench.outcome(done.commit());
    await bench.outcome(done[Symbol.asyncDispose]());
    expect(bench.coordinator.ends).toEqual(["abort 7/0", "commit 7/1"]);
    await bench.producer.close();
  });
});

describe("a signal", () => {
  it("ends the wait for a turn, and those behind get on", async () => {
    const bench = new TransactionalBench(2);
    const open = await bench.outcome(bench.producer.beginTransaction());
    const impatient = new AbortController();
    const waiting = bench.producer.transaction(() => "never", { signal: impatient.signal });
    const behind = bench.send("b");
    impatient.abort(new Error("enough"));
    expect(await bench.refusal(waiting)).toMatchObject({ code: "CLIENT_ABORTED" });
    await bench.outcome(open.commit());
    await bench.outcome(behind);
    expect(bench.visible).toEqual(["b"]);
    await bench.producer.close();
  });

  it("forbids the commit of what is open", async () => {
    const bench = new TransactionalBench(2);
    const impatient = new AbortController();
    const call = bench.producer.transaction(
      async (tx) => {
        await tx.send(messages("a"));
        impatient.abort();
      },
      { signal: impatient.signal },
    );
    expect(await bench.refusal(call)).toMatchObject({ code: "CLIENT_ABORTED", outcome: "aborted", retriable: false });
    expect(bench.coordinator.ends).toEqual(["abort 7/0"]);
    await bench.producer.close();
  });

  it("forbids the commit of what was begun by hand", async () => {
    const bench = new TransactionalBench(2);
    const impatient = new AbortController();
    const tx = await bench.outcome(bench.producer.beginTransaction({ signal: impatient.signal }));
    await bench.outcome(tx.send(messages("a")));
    impatient.abort();
    expect(await bench.refusal(tx.commit())).toMatchObject({ code: "CLIENT_ABORTED", outcome: "aborted" });
    expect([bench.coordinator.ends, bench.visible]).toEqual([["abort 7/0"], []]);
    await bench.producer.close();
  });
});

describe("the wait for another transaction of the same producer", () => {
  const stuck = {
    code: "CLIENT_REQUEST_TIMEOUT",
    retriable: false,
    message: expect.stringContaining("Most likely it waits for itself") as string,
  };

  it("ends after maxBlockMs for one within another, whose body hears of it", async () => {
    const bench = new TransactionalBench(2, { maxBlockMs: 1000 });
    const { clock } = bench.cluster;
    const before = clock.monotonic();
    const call = bench.producer.transaction(() => bench.producer.transaction(() => undefined));
    expect(await bench.refusal(call)).toMatchObject(stuck);
    expect(clock.monotonic() - before).toBeLessThanOrEqual(1100);
    await bench.outcome(bench.send("next"));
    expect(bench.visible).toEqual(["next"]);
    await bench.producer.close();
  });

  it("ends as well behind one that was begun by hand", async () => {
    const bench = new TransactionalBench(2, { maxBlockMs: 1000 });
    const tx = await bench.outcome(bench.producer.beginTransaction());
    expect(await bench.refusal(bench.send("behind"))).toMatchObject(stuck);
    await bench.outcome(tx.abort());
    await bench.outcome(bench.send("next"));
    expect(bench.visible).toEqual(["next"]);
    await bench.producer.close();
  });

  it("goes on as long as others end, however many there are", async () => {
    const bench = new TransactionalBench(2, { maxBlockMs: 1000 });
    const { clock } = bench.cluster;
    const slow = (): Promise<void> => new Promise((resolve) => void clock.timer(700, resolve));
    const calls = Array.from({ length: 5 }, () => bench.producer.transaction(slow));
    await bench.outcome(Promise.all(calls));
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3500);
    await bench.producer.close();
  });
});

describe("closing", () => {
  it("aborts what is open, and refuses those who wait", async () => {
    const bench = new TransactionalBench(2);
    const open = await bench.outcome(bench.producer.beginTransaction());
    await bench.outcome(open.send(messages("a")));
    const waiting = bench.send("b");
    const refused = bench.refusal(waiting);
    await bench.outcome(bench.producer.close());
    expect(await refused).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(bench.coordinator.ends).toEqual(["abort 7/0"]);
    expect(await bench.refusal(bench.producer.beginTransaction())).toMatchObject({ code: "CLIENT_CLOSED" });
  });

  it("ends within its time, whatever the coordinator does", async () => {
    const bench = new TransactionalBench(2);
    const open = await bench.outcome(bench.producer.beginTransaction());
    await bench.outcome(open.send(messages("a")));
    bench.coordinator.befall("EndTxn", ...Array.from({ length: 1000 }, () => 14));
    const before = bench.cluster.clock.monotonic();
    await bench.outcome(bench.producer.close({ timeoutMs: 1000 }));
    expect(bench.cluster.clock.monotonic() - before).toBeLessThanOrEqual(1001);
  });
});

it("a time-out that the broker does not admit is named with its limit", async () => {
  const bench = new TransactionalBench(2, { transactionTimeoutMs: 1_000_000 });
  const invalidTransactionTimeout = 50;
  bench.coordinator.befall("InitProducerId", invalidTransactionTimeout);
  const error = await bench.refusal(bench.producer.fence());
  expect(error).toMatchObject({ code: "INVALID_TRANSACTION_TIMEOUT", errorCode: 50, apiName: "InitProducerId" });
  expect(String(error)).toContain("transactionTimeoutMs, 1000000 ms, is more than the broker admits");
  expect(String(error)).toContain("transaction.max.timeout.ms");
  await bench.producer.close();
});

it("what is dropped says what it was, and why", async () => {
  const bench = new TransactionalBench(2, { lingerMs: 60_000 });
  const tx = await bench.outcome(bench.producer.beginTransaction());
  const unsent = bench.refusal(tx.send(messages("unsent")));
  bench.coordinator.befall("TxnOffsetCommit", 22);
  const offsets = [{ topic: "orders", partition: 0, offset: 1n }];
  await bench.refusal(tx.sendOffsets({ group: { groupId: "g" }, offsets }));
  expect(String(await unsent)).toContain("What was not sent yet was dropped, because the transaction is aborted: ");
  expect(String(await bench.refusal(tx.send(messages("after"))))).toContain(
    "send: nothing was sent, because the transaction is aborted: ",
  );
  await bench.outcome(tx.abort());
  await bench.producer.close();
});

it("fence takes the id once", async () => {
  const bench = new TransactionalBench(2);
  await bench.outcome(Promise.all([bench.producer.fence(), bench.producer.fence()]));
  await bench.outcome(bench.producer.fence());
  expect(bench.coordinator.calls).toEqual(["InitProducerId5"]);
  await bench.producer.close();
});

it("options are held to what transactions need", () => {
  const bench = new TransactionalBench(2);
  const make = (options: object) => () => new Producer(bench.cluster, options);
  expect(make({ transactionalId: "t", idempotent: false })).toThrow(KafkaError);
  expect(make({ transactionalId: "t", acks: 1 })).toThrow(
    'transactionalId needs an idempotent producer with acks "all": leave out acks: 1',
  );
  expect(make({ transactionTimeoutMs: 1000 })).toThrow(
    "transactionTimeoutMs is for transactions, and without transactionalId there are none",
  );
  expect(make({ transactionalId: "" })).toThrow("transactionalId must be a text that is not empty");
  expect(make({ transactionalId: "t", transactionTimeoutMs: 0 })).toThrow(
    "transactionTimeoutMs must be a whole number from 1",
  );
});
