import { Admin } from "@moldau/admin";
import type { Consumer, ConsumerOptions, TransformOptions, TransformWork } from "@moldau/consumer";
import { Producer, type Message } from "@moldau/producer";
import { ListOffsets } from "@moldau/protocol-codec";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { ChildProgram } from "./child-program.js";
import type { ConsumingClient } from "./consuming.js";
import { repository } from "./repository.js";

/*
 * What a transform does whatever broker it works on: each is a test on our broker and one on Apache Kafka. Topics, groups and
 * transactional ids begin with the name that a test gives, since the broker may be shared.
 */

/** Where a transform works, and under which name. */
export interface TransformScenario {
  readonly run: ConsumingClient;
  readonly bootstrapServers: readonly string[];
  readonly name: string;
  /** What the members have beside what they need. Default: nothing. */
  readonly options?: Partial<ConsumerOptions>;
}

const cooperative = { assignors: ["cooperative-sticky"] } as const;
const partitions = 3;
const perPartition = 90;

/** Two members, of which one comes in the middle and goes again before the end. */
export async function twoMembersComeAndGo(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  const first = begin(place, "first", slowly(5));
  await place.whenWritten(60);
  // There is to be work left when the second one has its share, however long the group takes for that.
  first.consumer.pause();
  const second = begin(place, "second", slowly(5));
  await expect.poll(() => second.consumer.assignment().length, { timeout: 60_000 }).toBeGreaterThan(0);
  first.consumer.resume();
  await expect.poll(() => second.count(), { timeout: 60_000 }).toBeGreaterThan(0);
  await place.whenWritten(150);
  await second.close();
  await place.whenWritten(perPartition * partitions);
  await first.close();
  await place.expectEachOnce();
}

/** The same with members that give up only what moves. */
export async function cooperativeMembersComeAndGo(scenario: TransformScenario): Promise<void> {
  await twoMembersComeAndGo({ ...scenario, options: cooperative });
}

/** The group shares out again and again, and nothing moves: no transaction is aborted for that. */
export async function roundsThatMoveNothing(scenario: TransformScenario): Promise<void> {
  const place = await prepare({ ...scenario, options: cooperative });
  const member = begin(place, "steady", slowly(5));
  let rounds = 0;
  member.consumer.on("assigned", () => rounds++);
  const sharing = setInterval(() => member.consumer.enforceRebalance("nothing moves"), 20);
  try {
    await place.whenWritten(perPartition * partitions);
  } finally {
    clearInterval(sharing);
  }
  expect(rounds).toBeGreaterThan(5);
  expect(member.retried()).toBe(0);
  await member.close();
  await place.expectEachOnce();
}

/** The work, and what is around it, fails again and again. */
export async function failuresAreUndone(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  const failed = new Set<string>();
  const member = begin(place, "failing", async (batch, context) => {
    const where = `${batch.partition}@${batch.firstOffset}`;
    if (Number(batch.firstOffset / 10n) % 3 === batch.partition && !failed.has(where)) {
      failed.add(where);
      throw new Error("the first time");
    }
    return slowly(1)(batch, context);
  });
  await place.whenWritten(perPartition * partitions);
  await member.close();
  expect(member.retried()).toBeGreaterThan(2);
  await place.expectEachOnce();
}

/** One message can never be transformed: it surfaces with its place, and is left out by a commit, after which the same consumer goes on. */
export async function aPoisonedBatchIsLeftOut(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  const at = 7;
  const poison = `1-${at}`;
  let tries = 0;
  const work: TransformWork<Message> = (batch, context) => {
    if (Array.from(batch, ({ value }) => String(value)).includes(poison)) {
      tries++;
      throw new Error("poison");
    }
    return copy(batch, context);
  };
  const options = { maxMessages: 1, attempts: 2 };
  const first = begin(place, "first", work, options);
  const error: unknown = await first.ended.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "CLIENT_TRANSFORM_FAILED",
    topic: place.from,
    partition: 1,
    offset: BigInt(at),
    nextOffset: BigInt(at + 1),
    cause: { message: "poison" },
  });
  await first.consumer.commit([{ topic: place.from, partition: 1, offset: BigInt(at + 1) }]);
  const again = begin(place, "second", work, { consumer: first.consumer });
  await place.whenWritten(perPartition * partitions - 1);
  await again.close();
  await first.close();
  expect(tries).toBe(2);
  await place.expectEachOnce([poison]);
}

/** A member is closed while it works, and in the middle of its pause after a failure; others go on. */
export async function aCloseLosesNothing(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  const first = begin(place, "first", slowly(30));
  await place.whenWritten(10);
  await first.close();
  // What it has done it has kept.
  const kept = await place.committed();
  expect(kept.length).toBeGreaterThanOrEqual(first.count());
  const second = begin(place, "second", slowly(30));
  await place.whenWritten(kept.length + 10);
  await second.consumer.close({ finish: false });
  await second.close();
  const third = begin(place, "third", copy);
  await place.whenWritten(perPartition * partitions);
  await third.close();
  await place.expectEachOnce();
}

/** A member is closed, and its work takes longer than closing may: the transaction is given back. */
export async function aLateCloseGivesBack(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  let worked = 0;
  const signals: AbortSignal[] = [];
  const first = begin(place, "first", async (batch, context) => {
    signals.push(context.signal);
    if (++worked === 4) await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    return copy(batch, context);
  });
  await expect.poll(() => worked, { timeout: 60_000 }).toBe(4);
  const outcome = first.ended.catch((thrown: unknown) => thrown);
  first.consumer.on("failed", () => undefined);
  await first.consumer.close({ timeoutMs: 1000 });
  expect(await outcome).toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
  expect(signals.at(-1)?.aborted).toBe(true);
  const second = begin(place, "second", copy);
  await place.whenWritten(perPartition * partitions);
  await second.close();
  await place.expectEachOnce();
}

/** Another process takes the transactional id: one of the two is of no use from then on, and loses nothing of the other. */
export async function aRivalEndsIt(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  const first = begin(place, "member", slowly(5));
  await place.whenWritten(10);
  const second = begin(place, "member", slowly(1));
  const outcome = await first.ended.catch((thrown: unknown) => thrown);
  expect(outcome).toMatchObject({ code: expect.stringMatching(/^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/) });
  await first.consumer.close();
  await place.whenWritten(perPartition * partitions);
  await second.close();
  await place.expectEachOnce();
}

/** A process dies in the middle of a transaction, and another one takes over its transactional id. */
export async function aKilledProcessLeavesNothingHalf(scenario: TransformScenario): Promise<void> {
  const place = await prepare(scenario);
  const program = join(repository, "test/delivery/programs/transforms.mjs");
  const args = [program, scenario.bootstrapServers.join(","), place.from, place.to, `${scenario.name}-member`];
  for (const halt of ["before-the-offsets", "before-the-commit"]) {
    await using child = new ChildProgram(process.execPath, [...args, halt], { cwd: join(repository, "test") });
    await child.waitFor(/written but not committed/);
    child.kill();
  }
  // Two committed transactions, and nothing of the two that were not.
  await place.whenWritten(40);
  expect(place.written()).toBe(40);
  const last = begin(place, "member", copy);
  await place.whenWritten(perPartition * partitions);
  await last.close();
  await place.expectEachOnce();
}

interface Place extends TransformScenario {
  readonly from: string;
  readonly to: string;
  /** The values of all messages that were committed, in the order of their partitions. */
  readonly committed: () => Promise<string[]>;
  /** How many messages have been committed, as far as is known. */
  readonly written: () => number;
  /** Resolves when so many messages have been committed. */
  readonly whenWritten: (count: number) => Promise<void>;
  /** Each message was committed once, but for those left out, and the group stands at the end. */
  readonly expectEachOnce: (but?: readonly string[]) => Promise<void>;
}

async function prepare(scenario: TransformScenario): Promise<Place> {
  const { run, name } = scenario;
  const [from, to] = [`${name}-in`, `${name}-out`];
  const topics = [from, to].map((topic) => ({ topic, partitions }));
  for (const { error } of await new Admin(run.cluster).createTopics({ topics })) expect(error).toBeUndefined();
  for (let partition = 0; partition < partitions; partition++)
    for (let sent = 0; sent < perPartition; sent += 10)
      await run.send(
        from,
        partition,
        Array.from({ length: 10 }, (_, index) => `${partition}-${sent + index}`),
      );
  const reader = run.consumer({ topics: [to], groupId: `${name}-reader`, autoCommit: false });
  const seen: string[] = [];
  // It ends when the consumer is closed, with everything else.
  const reading = (async () => {
    for await (const { value } of reader) seen.push(String(value));
  })();
  reading.catch(() => undefined);
  const committed = async (): Promise<string[]> => {
    await whenAtEnd(reader, { run, topic: to });
    return [...seen];
  };
  return {
    ...scenario,
    from,
    to,
    committed,
    written: () => seen.length,
    whenWritten: async (count) => {
      await expect.poll(() => seen.length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(count);
    },
    expectEachOnce: async (but = []) => {
      const all = Array.from({ length: partitions }, (_, partition) =>
        Array.from({ length: perPartition }, (_each, index) => `${partition}-${index}`),
      ).flat();
      expect((await committed()).toSorted()).toEqual(all.filter((value) => !but.includes(value)).toSorted());
      for (let partition = 0; partition < partitions; partition++)
        expect(await run.committed({ topic: from, partition }, name)).toBe(BigInt(perPartition));
    },
  };
}

/** Where no transaction is open the end that readers of committed messages see is that of the log. */
async function whenAtEnd(
  reader: Consumer,
  { run, topic }: { readonly run: ConsumingClient; readonly topic: string },
): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    const end = await endOf(run, topic, partition);
    await expect.poll(() => reader.position({ topic, partition }), { timeout: 60_000, interval: 20 }).toBe(end);
  }
}

async function endOf(run: ConsumingClient, topic: string, partition: number): Promise<bigint> {
  const { partitions: known } = await run.cluster.topic(topic);
  const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -1n }] }];
  const body = { replicaId: -1, isolationLevel: 0, topics };
  const answer = await run.cluster.request(ListOffsets, body, { node: known[partition]?.leader });
  return answer.topics[0]?.partitions[0]?.offset ?? -1n;
}

interface Member {
  readonly consumer: Consumer;
  /** The transform's own promise. */
  readonly ended: Promise<void>;
  /** How many messages it was given. */
  readonly count: () => number;
  readonly retried: () => number;
  /** Closes both, after which the transform has ended without an error, unless that was looked at. */
  readonly close: () => Promise<void>;
}

function begin(
  { run, name, from, to, options: own = {} }: Place,
  member: string,
  work: TransformWork<Message>,
  options: Partial<TransformOptions<Message> & ConsumerOptions> & { readonly consumer?: Consumer } = {},
): Member {
  const { maxMessages = 10, attempts = 5 } = options;
  const { consumer = run.consumer({ ...own, topics: [from], groupId: name, autoCommit: false }) } = options;
  const producer = new Producer(run.cluster, { transactionalId: `${name}-${member}`, lingerMs: 1 });
  let count = 0;
  let retried = 0;
  consumer.on("retrying", ({ operation }) => {
    if (operation === "transform") retried++;
  });
  const ended = consumer.transform({ producer, to, maxMessages, attempts }, (batch, context) => {
    count += batch.length;
    return work(batch, context);
  });
  const outcome = ended.then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    consumer,
    ended,
    count: () => count,
    retried: () => retried,
    close: async () => {
      await consumer.close();
      const error = await outcome;
      await producer.close();
      if (error !== undefined) expect(error).toMatchObject({ code: "CLIENT_TRANSFORM_FAILED" });
    },
  };
}

const copy: TransformWork<Message> = (batch) =>
  Array.from(batch, ({ value }) => ({ key: String(value), value: String(value) }));

function slowly(perMessageMs: number): TransformWork<Message> {
  return async (batch, context) => {
    await pause(perMessageMs * batch.length);
    return copy(batch, context);
  };
}
