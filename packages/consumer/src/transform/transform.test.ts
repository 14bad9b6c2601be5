import type { OffsetsInTransaction } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { batch, bench as readingBench, type Bench as ReadingBench } from "../../test-support/reading-bench.js";
import { standingMember, type StandingMember } from "../../test-support/standing-member.js";
import { TransactionalOffsets } from "../offsets/transactional-offsets.js";
import { resolveConsumerOptions } from "../options.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { Assignment } from "../partitions/assignment.js";
import type { MessageBatch } from "../reading/message-batch.js";
import type { TransactionalProducer, TransformTransaction } from "./transactional-producer.js";
import { parseTransformOptions, type TransformOptions, type TransformWork } from "./transform-options.js";
import { Transform } from "./transform.js";

interface Result {
  readonly value: string;
  readonly topic?: string;
}

/** How the next transactions go wrong, in order; what there is no entry for goes well. */
type Mishap = "begin" | "fenced" | "send" | "commit" | "unknown" | undefined;

/** A producer in memory: what it has committed, and what it was told to do. */
class ProducerDouble implements TransactionalProducer<Result> {
  readonly committed: string[] = [];
  readonly offsets: string[] = [];
  readonly mishaps: Mishap[] = [];
  /** Awaited before a commit. */
  beforeCommit: () => Promise<void> | void = () => undefined;
  aborts = 0;
  fenced = 0;

  async fence(): Promise<void> {
    this.fenced++;
  }

  async transaction<T>(work: (transaction: TransformTransaction<Result>) => Promise<T>): Promise<T> {
    const mishap = this.mishaps.shift();
    if (mishap === "begin") throw new KafkaError("CLIENT_REQUEST_TIMEOUT", "no coordinator", { retriable: true });
    if (mishap === "fenced") throw new KafkaError("PRODUCER_FENCED", "another one has the id");
    const sent: string[] = [];
    const given: OffsetsInTransaction[] = [];
    try {
      const result = await work({
        sendBatch: async ({ topicMessages }) => {
          await Promise.resolve();
          if (mishap === "send") throw new KafkaError("MESSAGE_TOO_LARGE", "too large");
          for (const { topic, messages } of topicMessages)
            for (const { value } of messages) sent.push(`${topic}: ${value}`);
        },
        sendOffsets: async ({ consumer, offsets }) => {
          given.push(consumer.offsetsInTransaction(offsets));
        },
      });
      await this.beforeCommit();
      if (mishap === "commit") throw new KafkaError("TRANSACTION_ABORTABLE", "aborted");
      if (mishap === "unknown") throw new KafkaError("CLIENT_REQUEST_TIMEOUT", "no answer", { retriable: true });
      const ended = given.find(({ ownershipEnded }) => ownershipEnded.aborted);
      if (ended !== undefined) throw ended.ownershipEnded.reason;
      await Promise.all(given.map((each) => each.settle("committed")));
      this.committed.push(...sent);
      for (const { offsets } of given)
        this.offsets.push(offsets.map(({ partition, offset }) => `${partition}@${offset}`).join(" "));
      return result;
    } catch (error) {
      this.aborts++;
      if (mishap !== "unknown") await Promise.all(given.map((each) => each.settle("aborted")));
      throw error;
    }
  }
}

interface Bench extends ReadingBench {
  readonly clock: VirtualClock;
  readonly producer: ProducerDouble;
  readonly member: StandingMember;
  readonly assignment: Assignment;
  readonly partitions: readonly AssignedPartition[];
  readonly retried: string[];
  /** Adds three messages to a partition's log, and has them fetched. */
  readonly append: (partition: number) => void;
  /** Begins; what it comes to. */
  readonly begin: (work?: TransformWork<Result>, options?: Partial<TransformOptions<Result>>) => Promise<string>;
  readonly close: (deadline?: number) => Promise<void>;
}

const copy: TransformWork<Result> = (messages) => Array.from(messages, ({ value }) => ({ value: String(value) }));

function bench(): Bench {
  const clock = new VirtualClock();
  const reading = readingBench(() => Promise.resolve(), clock);
  const member = standingMember();
  const closing = new AbortController();
  const abandoned = new AbortController();
  const assignment = new Assignment({});
  const partitions = assignment.add([
    { topic: "orders", partition: 0 },
    { topic: "orders", partition: 1 },
  ]);
  const logs = partitions.map((): Buffer[] => []);
  const fetch = (partition: AssignedPartition): void => {
    const rest = (logs[partition.partition] ?? []).slice(Number(partition.fetchOffset / 3n));
    if (rest.length > 0) reading.give(partition, ...rest);
  };
  for (const partition of partitions) partition.found(0n);
  const producer = new ProducerDouble();
  const retried: string[] = [];
  const offsets = new TransactionalOffsets({
    options: resolveConsumerOptions({ groupId: "billing", autoCommit: false }),
    membership: member.membership,
    assignment,
    tell: () => undefined,
    rewound: (moved) => {
      reading.reader.interrupt();
      // The coordinator knows of no commit whose outcome is unknown.
      for (const partition of moved) partition.decided({ offset: -1n, leaderEpoch: -1 });
      for (const partition of moved) fetch(partition);
    },
  });
  return {
    ...reading,
    clock,
    producer,
    member,
    assignment,
    partitions,
    retried,
    append: (number) => {
      const log = logs[number]!;
      log.push(batch({ baseOffset: log.length * 3 }));
      fetch(partitions[number]!);
    },
    begin: async (work = copy, options = {}) => {
      const transform = new Transform<Result>({
        reader: reading.reader,
        offsets,
        pace: { clock, random: () => 0.5, retry: { initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: 0 } },
        options: parseTransformOptions({ producer, to: "invoices", ...options }),
        work,
        commitIntervalMs: 5000,
        closing: closing.signal,
        abandoned: abandoned.signal,
        retrying: ({ operation, error, delayMs }) => void retried.push(`${operation} ${error.code} ${delayMs}`),
      });
      return transform.run().then(
        () => "closed",
        (error: unknown) => (error instanceof KafkaError ? `${error.code}: ${error.message}` : String(error)),
      );
    },
    close: async (deadline = Infinity) => {
      closing.abort();
      await reading.reader.close({ finish: true, deadline, late: () => new KafkaError("LATE", "late") });
      abandoned.abort(new KafkaError("CLIENT_CLOSED", "The consumer has been closed."));
    },
  };
}

const written = (...offsets: readonly number[]): string[] => offsets.map((offset) => `invoices: v${offset}`);

describe("a transform", () => {
  it("writes what it makes of each message, with the offsets, and takes what is fetched already into one transaction", async () => {
    const { append, begin, clock, producer, close, partitions } = bench();
    append(0);
    append(1);
    append(0);
    const ended = begin();
    await clock.advance(1);
    expect(producer.committed).toEqual(written(0, 1, 2, 3, 4, 5, 0, 1, 2));
    expect(producer.offsets).toEqual(["0@6 1@3"]);
    append(1);
    await clock.advance(1);
    expect(producer.offsets).toEqual(["0@6 1@3", "1@6"]);
    expect(partitions.map(({ done, due }) => [done, due])).toEqual([
      [6n, undefined],
      [6n, undefined],
    ]);
    await close();
    expect(await ended).toBe("closed");
  });

  it("commits with the rest what was stepped over in a partition without messages", async () => {
    const { append, begin, clock, producer, give, partitions } = bench();
    give(partitions[1]!, batch({ baseOffset: 0, deltas: [0], isControl: true }));
    append(0);
    void begin();
    await clock.advance(1);
    append(0);
    await clock.advance(1);
    expect(producer.offsets.join(" ")).toContain("1@1");
  });

  it("commits now and then where it stands, while there is nothing to read", async () => {
    const { begin, clock, producer, give, partitions, append, retried } = bench();
    partitions[0]!.reset("latest");
    partitions[0]!.found(7n);
    void begin();
    await clock.advance(4999);
    expect(producer.offsets).toEqual([]);
    await clock.advance(2);
    expect(producer.offsets).toEqual(["0@7"]);
    await clock.advance(60_000);
    expect(producer.offsets).toHaveLength(1);

    append(1);
    await clock.advance(3000);
    give(partitions[1]!, batch({ baseOffset: 3, deltas: [0], isControl: true }));
    await clock.advance(1900);
    expect(producer.offsets).toEqual(["0@7", "1@3"]);
    producer.mishaps.push("commit");
    await clock.advance(200);
    expect(retried).toEqual(["commit TRANSACTION_ABORTABLE 5000"]);
    await clock.advance(5000);
    expect(producer.offsets).toEqual(["0@7", "1@3"]);
  });

  it("ends when its producer turns out to be of no use while there is nothing to read", async () => {
    const { begin, clock, producer, partitions } = bench();
    partitions[0]!.reset("latest");
    partitions[0]!.found(7n);
    producer.mishaps.push("fenced");
    const ended = begin();
    await clock.advance(5001);
    expect(await ended).toMatch(/^PRODUCER_FENCED/);
  });

  it.each([
    ["maxMessages", { maxMessages: 4 }, ["0@4", "0@6 1@2", "1@3"]],
    ["no time for further batches", { transactionMs: 0 }, ["0@6", "1@3"]],
  ])("ends a transaction at %s", async (_what, options, offsets) => {
    const { append, begin, clock, producer } = bench();
    append(0);
    append(0);
    append(1);
    void begin(copy, options);
    await clock.advance(1);
    expect(producer.offsets).toEqual(offsets);
    expect(producer.committed).toEqual(written(0, 1, 2, 3, 4, 5, 0, 1, 2));
  });

  it("ends a transaction when its time for further batches is over", async () => {
    const { append, begin, clock, producer } = bench();
    append(0);
    append(1);
    void begin(
      async (messages) => {
        await clock.sleep(60);
        return copy(messages, { signal: new AbortController().signal });
      },
      { transactionMs: 50 },
    );
    await clock.advance(61);
    expect(producer.offsets).toEqual(["0@3"]);
    await clock.advance(61);
    expect(producer.offsets).toEqual(["0@3", "1@3"]);
  });

  it("writes each result to the topic that it names, and nothing where there is none", async () => {
    const { append, begin, clock, producer } = bench();
    append(0);
    append(1);
    void begin(({ partition }) => (partition === 1 ? undefined : [{ topic: "audit", value: "a" }, { value: "b" }]));
    await clock.advance(1);
    expect(producer.committed).toEqual(["audit: a", "invoices: b"]);
    expect(producer.offsets).toEqual(["0@3 1@3"]);
  });

  it.each(["send", "commit", "unknown"] as const)("goes back and repeats after a failure: %s", async (mishap) => {
    const { append, begin, clock, producer, retried } = bench();
    append(0);
    append(1);
    append(0);
    producer.mishaps.push(undefined, mishap);
    const seen: string[] = [];
    void begin(
      (messages, context) => {
        seen.push(`${messages.partition}@${messages.firstOffset}`);
        return copy(messages, context);
      },
      { maxMessages: 6 },
    );
    await clock.advance(1);
    append(1);
    append(0);
    await clock.advance(1000);
    expect(producer.committed.toSorted()).toEqual(written(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5).toSorted());
    expect(retried).toHaveLength(1);
    expect(new Set(seen).size).toBeLessThan(seen.length);
  });

  it("drops what was fetched ahead of a failure, and reads it once more", async () => {
    const { append, begin, clock, producer, partitions } = bench();
    append(0);
    append(0);
    producer.mishaps.push("commit");
    void begin(copy, { maxMessages: 3 });
    await clock.advance(1);
    expect([partitions[0]!.position, producer.aborts]).toEqual([0n, 1]);
    await clock.advance(1000);
    expect(producer.committed).toEqual(written(0, 1, 2, 3, 4, 5));
  });

  it("tries a batch again, alone and after pauses, while other partitions get on; then its error has its place", async () => {
    const { append, begin, clock, producer, retried } = bench();
    append(0);
    append(1);
    const ended = begin(
      (messages, context) => {
        if (messages.partition === 1) throw new Error("no such customer");
        return copy(messages, context);
      },
      { attempts: 3 },
    );
    await clock.advance(10_000);
    expect(await ended).toMatch(
      /^CLIENT_TRANSFORM_FAILED: orders-1 from offset 0 to 2 was tried 3 times in vain: no such customer/,
    );
    expect(producer.committed).toEqual(written(0, 1, 2));
    expect(retried).toEqual(["transform CLIENT_TRANSFORM_FAILED 100", "transform CLIENT_TRANSFORM_FAILED 100"]);
  });

  it("begins the count of attempts anew once a partition gets on", async () => {
    const { append, begin, clock, producer } = bench();
    const failures = new Map<bigint, number>();
    for (let index = 0; index < 4; index++) append(0);
    const ended = begin(
      (messages: MessageBatch, context) => {
        const count = (failures.get(messages.firstOffset) ?? 0) + 1;
        failures.set(messages.firstOffset, count);
        if (count < 3) throw new Error("not yet");
        return copy(messages, context);
      },
      { attempts: 3, maxMessages: 3 },
    );
    await clock.advance(10_000);
    expect(producer.committed).toEqual(written(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    expect(await Promise.race([ended, Promise.resolve("goes on")])).toBe("goes on");
  });

  it("waits for a producer that cannot begin yet, and ends with one that is of no use any more", async () => {
    const { append, begin, clock, producer, retried } = bench();
    append(0);
    producer.mishaps.push("begin", "begin", undefined, "fenced");
    const ended = begin();
    await clock.advance(1000);
    expect(producer.committed).toEqual(written(0, 1, 2));
    expect(retried).toEqual(["transform CLIENT_REQUEST_TIMEOUT 100", "transform CLIENT_REQUEST_TIMEOUT 200"]);
    append(0);
    await clock.advance(1);
    expect(await ended).toMatch(/^PRODUCER_FENCED/);
  });

  it("goes on through rounds of the group in which its partitions are kept", async () => {
    const { append, begin, clock, producer, member, retried } = bench();
    append(0);
    const signals: boolean[] = [];
    void begin(async (messages, { signal }) => {
      member.endRound();
      signals.push(signal.aborted);
      member.beginRound();
      return copy(messages, { signal });
    });
    await clock.advance(1);
    expect([signals, producer.aborts, retried]).toEqual([[false], 0, []]);
    expect([producer.committed, producer.offsets]).toEqual([written(0, 1, 2), ["0@3"]]);
  });

  it("aborts when a partition is lost that it works on, tells the work so, and counts that as no attempt", async () => {
    const { append, begin, clock, producer, assignment, retried } = bench();
    append(0);
    append(1);
    const signals: boolean[] = [];
    const ended = begin(
      async (messages, { signal }) => {
        if (messages.partition === 0) {
          assignment.remove([messages]);
          signals.push(signal.aborted);
        }
        return copy(messages, { signal });
      },
      { attempts: 1 },
    );
    await clock.advance(1);
    expect([signals, producer.aborts]).toEqual([[true], 1]);
    expect(new Set(retried)).toEqual(new Set(["transform CLIENT_NOT_ASSIGNED 0"]));
    expect([producer.committed, producer.offsets]).toEqual([written(0, 1, 2), ["1@3"]]);
    expect(await Promise.race([ended, Promise.resolve("goes on")])).toBe("goes on");
  });

  it("aborts when partitions are lost in between, and goes on with what comes next", async () => {
    const { append, begin, clock, producer, assignment, member } = bench();
    append(0);
    append(1);
    producer.beforeCommit = () => {
      producer.beforeCommit = () => undefined;
      member.endRound();
      assignment.remove([{ topic: "orders", partition: 0 }]);
      member.beginRound();
    };
    void begin();
    await clock.advance(10);
    expect([producer.aborts, producer.committed, producer.offsets]).toEqual([1, written(0, 1, 2), ["1@3"]]);
  });

  it("keeps what it has read in hand until that is committed, so that a rebalance and closing wait for it", async () => {
    const { append, begin, clock, producer, reader, partitions, close } = bench();
    append(0);
    append(1);
    let commit: () => void = () => undefined;
    producer.beforeCommit = () =>
      new Promise((resolve) => {
        commit = resolve;
      });
    const ended = begin();
    await clock.advance(1);
    const told: string[] = [];
    void reader.emptyHanded(partitions, new AbortController().signal).then(() => told.push("empty-handed"));
    void close().then(() => told.push("closed"));
    append(0);
    await clock.advance(1000);
    expect([told, partitions.map(({ ledger }) => ledger.isEmptyHanded)]).toEqual([[], [false, false]]);
    commit();
    await clock.advance(1);
    expect(told.toSorted()).toEqual(["closed", "empty-handed"]);
    expect(producer.offsets).toEqual(["0@3 1@3"]);
    expect(await ended).toBe("closed");
  });

  it("aborts when reading is moved elsewhere under it, and goes on there", async () => {
    const { append, begin, clock, producer, partitions, retried } = bench();
    append(0);
    append(0);
    let calls = 0;
    void begin(
      (messages, context) => {
        // As the application's seek does it.
        if (++calls === 1) partitions[0]!.seek(3n);
        if (calls === 1) append(0);
        return copy(messages, context);
      },
      { attempts: 1 },
    );
    await clock.advance(10);
    expect([producer.aborts, retried]).toEqual([1, ["transform CLIENT_NOT_ASSIGNED 0"]]);
    expect(producer.committed).toEqual(written(3, 4, 5, 6, 7, 8));
    expect(producer.offsets).toEqual(["0@9"]);
  });

  it("gives back what fails while it is being closed, and has come to its end then", async () => {
    const { append, begin, clock, producer, close, partitions, retried } = bench();
    append(0);
    producer.beforeCommit = async () => {
      await clock.sleep(10);
      throw new KafkaError("CLIENT_CLOSED", "The producer has been closed.");
    };
    const ended = begin(copy, { attempts: 1 });
    await clock.advance(1);
    const closed = close();
    await clock.advance(100);
    await closed;
    expect(await ended).toBe("closed");
    expect([partitions[0]!.position, retried]).toEqual([0n, ["transform CLIENT_CLOSED 0"]]);
  });

  it("ends with its consumer, or its signal, although the work hangs", async () => {
    const { append, begin, clock, producer, close } = bench();
    append(0);
    const hang = (): Promise<never> => new Promise(() => undefined);
    const stop = new AbortController();
    const stopped = begin(hang, { signal: stop.signal });
    await clock.advance(1);
    stop.abort();
    await clock.advance(1);
    expect(await stopped).toMatch(/^CLIENT_ABORTED/);

    append(0);
    const ended = begin(hang);
    await clock.advance(1);
    void close(clock.monotonic() + 500);
    await clock.advance(501);
    expect(await ended).toBe("LATE: late");
    expect([producer.aborts, producer.committed]).toEqual([2, []]);
  });

  it("tries a batch again for as long as it is told to, however many attempts that takes, and says how many", async () => {
    const { append, begin, clock } = bench();
    append(0);
    let calls = 0;
    const fails = (): never => {
      calls++;
      throw new Error("the database is away");
    };
    const ended = begin(fails, { attempts: 2, retryForMs: 3000 });
    await clock.advance(2999);
    expect(calls).toBeGreaterThan(3);
    await clock.advance(5000);
    expect(await ended).toContain(`was tried ${calls} times in vain: the database is away`);
  });

  it.each([
    ["a promise", (): unknown => [Promise.resolve({ value: "a" })], /message is a promise.*await Promise\.all/],
    ["an async generator", async function* (): AsyncGenerator<unknown> {}, /async generator is no list/],
  ])("says by name that a result is %s", async (_what, work, sentence) => {
    const { append, begin, clock } = bench();
    append(0);
    const ended = begin(work as TransformWork<Result>, { attempts: 1 });
    await clock.advance(10);
    expect(await ended).toMatch(sentence);
  });

  it("takes null for nothing", async () => {
    const { append, begin, clock, producer } = bench();
    append(0);
    void begin(() => null);
    await clock.advance(1);
    expect([producer.committed, producer.offsets]).toEqual([[], ["0@3"]]);
  });

  it("takes nothing more into a transaction once its partitions are to be given up", async () => {
    const { append, begin, clock, producer, reader, partitions } = bench();
    append(0);
    append(0);
    append(1);
    void begin(
      (messages, context) => {
        reader.suspend(partitions);
        return copy(messages, context);
      },
      { maxMessages: 6 },
    );
    await clock.advance(1);
    expect(producer.offsets).toEqual(["0@6"]);
  });

  it("aborts with its signal, and rejects", async () => {
    const { append, begin, clock, producer, partitions } = bench();
    append(0);
    const stop = new AbortController();
    const ended = begin(
      async (messages, { signal }) => {
        stop.abort();
        expect(signal.aborted).toBe(true);
        return copy(messages, { signal });
      },
      { signal: stop.signal },
    );
    await clock.advance(1);
    expect(await ended).toMatch(/^CLIENT_ABORTED/);
    expect([producer.aborts, producer.committed, partitions[0]!.position]).toEqual([1, [], 0n]);
  });

  it.each([
    ["no list", () => 5, /expected a list of messages, or nothing, not 5/],
    ["no message", () => ["text"], /must be an object such as \{ key, value \}, not "text"/],
    ["no topic", () => [{ value: "a" }], /names no topic, and there is no option `to`/],
    ["what was received", (messages: MessageBatch) => [...messages], /make a message of what was received/],
  ])("says what is wrong with results: %s", async (_what, work, message) => {
    const { append, begin, clock } = bench();
    append(0);
    const ended = begin(work as unknown as TransformWork<Result>, { attempts: 1, to: undefined as unknown as string });
    await clock.advance(1);
    expect(await ended).toMatch(message);
  });
});
