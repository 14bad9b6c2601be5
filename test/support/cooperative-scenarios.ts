import { Admin } from "@moldau/admin";
import type { Consumer, ConsumerOptions, TopicPartition } from "@moldau/consumer";
import { expect } from "vitest";
import { nextEvent, type ConsumingClient } from "./consuming.js";

/*
 * What members of one group mean for each other while partitions move, whatever broker they are on: each is a test on our broker and one on
 * Apache Kafka. Topics and groups have the names that a test gives, since the broker may be shared.
 */

/** A topic of one's own, and the group that reads it. */
export interface MovingScenario {
  readonly run: ConsumingClient;
  readonly topic: string;
  /** How all members are made, besides their group and topic. */
  readonly options?: Partial<ConsumerOptions>;
}

const partitions = 6;

/** A member that notes what it reads and what it is told. */
export class WatchedMember {
  readonly consumer: Consumer;
  /** The messages, in order. */
  readonly values: string[] = [];
  /** When something of each partition came last, and how long nothing had come before at the longest since {@link watch}, in milliseconds. */
  readonly #seen = new Map<string, { last: number; longest: number }>();
  readonly revoked: string[] = [];
  readonly lost: string[] = [];
  readonly #reading: Promise<void>;

  constructor(consumer: Consumer) {
    this.consumer = consumer;
    consumer.on("revoked", (event) => this.revoked.push(...event.partitions.map(nameOf)));
    consumer.on("lost", (event) => this.lost.push(...event.partitions.map(nameOf)));
    this.#reading = this.#read();
  }

  /** What it has, by name. */
  get has(): string[] {
    return this.consumer.assignment().map(nameOf).sort();
  }

  /** Begins to measure silence. */
  watch(): void {
    const now = Date.now();
    for (const name of this.has) this.#seen.set(name, { last: now, longest: 0 });
    this.revoked.length = 0;
    this.lost.length = 0;
  }

  /** The longest time without a message of one of the partitions, in milliseconds. */
  silence(names: readonly string[]): number {
    const now = Date.now();
    return Math.max(
      ...names.map((name) => {
        const { last, longest } = this.#seen.get(name) ?? { last: 0, longest: 0 };
        return Math.max(longest, now - last);
      }),
    );
  }

  async close(): Promise<void> {
    await this.consumer.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const message of this.consumer) {
      this.values.push(String(message.value));
      const now = Date.now();
      const seen = this.#seen.get(nameOf(message));
      if (seen === undefined) continue;
      seen.longest = Math.max(seen.longest, now - seen.last);
      seen.last = now;
    }
  }
}

/** What became of one member's partitions while another one came and went. */
export interface Coming {
  /** What it kept all the while. */
  readonly kept: readonly string[];
  /** What it was told that it has to give up, and what it lost. */
  readonly revoked: readonly string[];
  readonly lost: readonly string[];
  /** How long it heard nothing of one of those at the longest, in milliseconds. */
  readonly silenceMs: number;
  /** How often each message was delivered to somebody, as far as that is not once. */
  readonly notOnce: readonly string[];
}

/**
 * A member reads while another one is slow to hear of rebalances, so that each takes as long as `slowMs`; a third one comes, and goes. Messages are sent
 * all the while.
 */
export async function anotherMemberComes(
  { run, topic, options }: MovingScenario,
  { slowMs }: { readonly slowMs: number },
): Promise<Coming> {
  await createTopic(run, topic);
  const made = { topics: [topic], groupId: topic, sessionTimeoutMs: 20_000, ...options };
  const watched = new WatchedMember(run.consumer({ ...made, heartbeatIntervalMs: 50 }));
  const slow = new WatchedMember(run.consumer({ ...made, heartbeatIntervalMs: slowMs }));
  const members = [watched, slow];
  await settled(members);
  await using source = new Source(run, topic);
  await expect.poll(() => watched.values.length, { timeout: 20_000 }).toBeGreaterThan(10);
  watched.watch();
  const before = watched.has;
  const third = new WatchedMember(run.consumer({ ...made, heartbeatIntervalMs: 50 }));
  members.push(third);
  await settled(members);
  const kept = watched.has.filter((name) => before.includes(name));
  await third.close();
  await settled([watched, slow]);
  const silenceMs = watched.silence(kept);
  const { revoked, lost } = { revoked: [...watched.revoked], lost: [...watched.lost] };
  await source.end();
  const seen = (): string[] => members.flatMap(({ values }) => values);
  await expect.poll(() => new Set(seen()).size, { timeout: 20_000 }).toBe(source.sent.length);
  await Promise.all([watched.close(), slow.close()]);
  const counts = new Map(source.sent.map((value) => [value, 0]));
  for (const value of seen()) counts.set(value, (counts.get(value) ?? 0) + 1);
  const notOnce = [...counts].flatMap(([value, count]) => (count === 1 ? [] : [`${value}: ${count}`]));
  return { kept, revoked, lost, silenceMs, notOnce };
}

/** Drops a topic from a subscription: it is given up, and nothing else. */
export async function oneTopicLess({ run, topic, options }: MovingScenario): Promise<void> {
  const [kept, dropped] = [`${topic}-kept`, `${topic}-dropped`];
  await createTopic(run, kept);
  await createTopic(run, dropped);
  const made = { groupId: topic, heartbeatIntervalMs: 50, ...options };
  const member = new WatchedMember(run.consumer({ topics: [kept, dropped], ...made }));
  await expect.poll(() => member.has.length, { timeout: 20_000 }).toBe(2 * partitions);
  await run.send(dropped, 0, ["before"]);
  await expect.poll(() => member.values, { timeout: 20_000 }).toEqual(["before"]);
  member.watch();
  member.consumer.subscribe([kept]);
  await expect.poll(() => member.has, { timeout: 20_000 }).toEqual(namesOf(kept));
  expect([...member.revoked].sort()).toEqual(namesOf(dropped));
  expect(member.lost).toEqual([]);
  expect(await run.committed({ topic: dropped, partition: 0 }, topic)).toBe(1n);
  await run.send(kept, 3, ["after"]);
  await expect.poll(() => member.values, { timeout: 20_000 }).toEqual(["before", "after"]);
  await member.close();
}

/** Commits while JoinGroup waits for a member that is slow to hear of it: the commit is kept meanwhile. */
export async function committedDuringARebalance(
  { run, topic, options }: MovingScenario,
  { slowMs }: { readonly slowMs: number },
): Promise<void> {
  await createTopic(run, topic);
  const made = { topics: [topic], groupId: topic, autoCommit: false, sessionTimeoutMs: 20_000, ...options };
  const member = new WatchedMember(run.consumer({ ...made, heartbeatIntervalMs: 50 }));
  const slow = new WatchedMember(run.consumer({ ...made, heartbeatIntervalMs: slowMs }));
  await settled([member, slow]);
  member.watch();
  const [own] = member.consumer.assignment();
  if (own === undefined) throw new Error("the member has nothing");
  await run.send(topic, own.partition, ["a", "b"]);
  await expect.poll(() => member.values, { timeout: 20_000 }).toEqual(["a", "b"]);
  const order: string[] = [];
  const again = nextEvent(member.consumer, "assigned").then(() => order.push("assigned"));
  // The other one has just joined, so that it hears of this nearly one interval later.
  member.consumer.enforceRebalance("to see what commits do meanwhile");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await member.consumer.commit([{ ...own, offset: 1n }]);
  order.push("committed");
  expect(await run.committed(own, topic)).toBe(1n);
  await again;
  expect(order).toEqual(["committed", "assigned"]);
  await member.consumer.commit([{ ...own, offset: 2n }]);
  expect(await run.committed(own, topic)).toBe(2n);
  expect([...member.lost, ...member.revoked]).toEqual([]);
  await Promise.all([member.close(), slow.close()]);
}

/** Moves a running group of eager members to cooperative ones, member by member, in two rounds of restarts. */
export async function movedToCooperative({ run, topic }: MovingScenario): Promise<void> {
  await createTopic(run, topic);
  const made = { topics: [topic], groupId: topic, heartbeatIntervalMs: 50 };
  const make = (assignors: NonNullable<ConsumerOptions["assignors"]>): WatchedMember =>
    new WatchedMember(run.consumer({ ...made, assignors }));
  let members = [make(["range"]), make(["range"])];
  const gone: WatchedMember[] = [];
  await settled(members);
  await using source = new Source(run, topic);
  for (const assignors of [["range", "cooperative-sticky"], ["cooperative-sticky"]] as const) {
    for (let restarts = 0; restarts < 2; restarts++) {
      const [first, ...others] = members;
      await first?.close();
      if (first !== undefined) gone.push(first);
      members = [...others, make(assignors)];
      await settled(members);
    }
  }
  const [first] = members;
  first?.watch();
  const kept = first?.has ?? [];
  const third = make(["cooperative-sticky"]);
  await settled([...members, third]);
  expect(kept.filter((name) => !(first?.has ?? []).includes(name))).toEqual(first?.revoked);
  await source.end();
  const seen = (): string[] => [...gone, ...members, third].flatMap(({ values }) => values).sort();
  await expect.poll(seen, { timeout: 20_000 }).toEqual([...source.sent].sort());
  await Promise.all([...members, third].map((member) => member.close()));
}

/** Sends to all partitions in turn, until it is ended. */
class Source implements AsyncDisposable {
  readonly sent: string[] = [];
  #isOver = false;
  readonly #sending: Promise<void>;

  constructor(run: ConsumingClient, topic: string) {
    this.#sending = this.#send(run, topic);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #send(run: ConsumingClient, topic: string): Promise<void> {
    for (let round = 0; !this.#isOver; round++) {
      const sent = Array.from({ length: partitions }, (_, partition) => ({
        partition,
        value: `${partition}:${round}`,
      }));
      await Promise.all(sent.map(({ partition, value }) => run.send(topic, partition, [value])));
      this.sent.push(...sent.map(({ value }) => value));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Waits until the members have all partitions among them, each of them some. */
async function settled(members: readonly WatchedMember[]): Promise<void> {
  await expect.poll(() => members.flatMap(({ has }) => has).length, { timeout: 60_000, interval: 20 }).toBe(partitions);
  await expect
    .poll(() => members.map(({ has }) => has.length), { timeout: 60_000, interval: 20 })
    .toEqual(members.map(() => partitions / members.length));
}

async function createTopic(run: ConsumingClient, topic: string): Promise<void> {
  const [created] = await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions }] });
  if (created?.error !== undefined) throw created.error;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

function namesOf(topic: string): string[] {
  return Array.from({ length: partitions }, (_, partition) => nameOf({ topic, partition }));
}
