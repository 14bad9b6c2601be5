import { Admin } from "@moldau/admin";
import type { Consumer } from "@moldau/consumer";
import { expect } from "vitest";
import { nextEvent, type ConsumingClient } from "./consuming.js";

/*
 * What a group does whatever broker it is served by: each is a test on our broker and one on Apache Kafka. Topics and groups
 * have the names that a test gives, since the broker may be shared.
 */

/** A topic of one's own, and the group that reads it. */
export interface Scenario {
  readonly run: ConsumingClient;
  readonly topic: string;
  readonly groupId: string;
}

/** Reads a quiet topic from its end and closes; what is sent while nobody reads arrives at the next consumer of the group. */
export async function sentBetweenTwoConsumers({ run, topic, groupId }: Scenario): Promise<void> {
  await createTopics(run, [topic]);
  await run.send(topic, 0, ["before"]);
  const options = { topics: [topic], groupId, startFrom: "latest" } as const;
  const first = run.consumer(options);
  const reading = collect(first);
  await whenPositioned(first, topic);
  await first.close();
  expect(await reading).toEqual([]);
  await run.send(topic, 0, ["a", "b"]);
  const second = run.consumer(options);
  const values: string[] = [];
  for await (const { value } of second) if (values.push(String(value)) === 2) break;
  expect(values).toEqual(["a", "b"]);
  await second.close();
}

/** Sends while a second member comes, and no member owns the partition: nothing is skipped. */
export async function sentDuringARebalance({ run, topic, groupId }: Scenario): Promise<void> {
  await createTopics(run, [topic]);
  const options = { topics: [topic], groupId, startFrom: "latest" } as const;
  const first = run.consumer(options);
  const values: string[] = [];
  const reading = [collect(first, values)];
  await whenPositioned(first, topic);
  const revoked = nextEvent(first, "revoked");
  const second = run.consumer(options);
  reading.push(collect(second, values));
  await revoked;
  await run.send(topic, 0, ["1", "2", "3", "4", "5"]);
  await expect.poll(() => values, { timeout: 20_000 }).toEqual(["1", "2", "3", "4", "5"]);
  await Promise.all([first.close(), second.close()]);
  await Promise.all(reading);
}

/** Deletes one of two topics that a group reads: the other goes on within `boundMs`. */
export async function oneOfTwoTopicsDeleted(
  { run, topic, groupId }: Scenario,
  { members, boundMs }: { readonly members: number; readonly boundMs: number },
): Promise<void> {
  const [kept, deleted] = [`${topic}-kept`, `${topic}-deleted`];
  await createTopics(run, [kept, deleted]);
  const values: string[] = [];
  // Members notice a vanished topic when they look at the metadata.
  const consumers = Array.from({ length: members }, () =>
    run.consumer(
      { topics: [kept, deleted], groupId, autoCommitIntervalMs: 60_000 },
      run.client({ metadataMaxAgeMs: 300 }),
    ),
  );
  const reading = consumers.map((consumer) => collect(consumer, values));
  // Nothing of what is done may have been committed by the coming of a member.
  await Promise.all(consumers.map((consumer) => consumer.connect()));
  await expect.poll(() => consumers.flatMap((each) => each.assignment()), { timeout: 20_000 }).toHaveLength(2);
  for (const name of [kept, deleted]) await run.send(name, 0, ["first"]);
  await expect.poll(() => values, { timeout: 20_000 }).toHaveLength(2);
  const refused = new Promise((resolve) => consumers.map((each) => each.on("commitRefused", resolve)));
  const rebalanced = Promise.any(consumers.map((each) => nextEvent(each, "revoked")));
  await new Admin(run.cluster).deleteTopics({ topics: [deleted] });
  await rebalanced;
  const startedAt = Date.now();
  await run.send(kept, 0, ["second"]);
  await expect.poll(() => values, { timeout: 20_000 }).toContain("second");
  expect(Date.now() - startedAt).toBeLessThan(boundMs);
  expect(await refused).toMatchObject({ offsets: [{ topic: deleted, partition: 0, offset: 1n }] });
  await Promise.all(consumers.map((each) => each.close()));
  await Promise.all(reading);
  expect(await run.committed({ topic: kept, partition: 0 }, groupId)).toBe(2n);
}

/** Closes right after one of the topics was deleted: it resolves within `boundMs`, and the offsets of the other are kept. */
export async function closedAfterADeletion(
  { run, topic, groupId }: Scenario,
  { boundMs }: { readonly boundMs: number },
): Promise<void> {
  const [kept, deleted] = [`${topic}-kept`, `${topic}-deleted`];
  await createTopics(run, [kept, deleted]);
  for (const name of [kept, deleted]) await run.send(name, 0, ["only"]);
  const consumer = run.consumer({ topics: [kept, deleted], groupId });
  const values: string[] = [];
  const reading = collect(consumer, values);
  await expect.poll(() => values, { timeout: 20_000 }).toHaveLength(2);
  await new Admin(run.cluster).deleteTopics({ topics: [deleted] });
  const startedAt = Date.now();
  await consumer.close();
  expect(Date.now() - startedAt).toBeLessThan(boundMs);
  await reading;
  expect(await run.committed({ topic: kept, partition: 0 }, groupId)).toBe(1n);
}

/** Commits what was read of a topic that was deleted since and made again under its name: the new one gets no offsets of it. */
export async function committedForADeletedTopic({ run, topic, groupId }: Scenario): Promise<void> {
  const admin = new Admin(run.cluster);
  await createTopics(run, [topic]);
  await run.send(topic, 0, ["a", "b", "c"]);
  // Nobody tells the member that the topic is another one by now.
  const consumer = run.consumer(
    { topics: [topic], groupId, autoCommit: false },
    run.client({ metadataMaxAgeMs: 300_000 }),
  );
  const refused = nextEvent(consumer, "commitRefused");
  const loop = consumer.messages();
  const first = await loop.next();
  if (first.done === true) throw new Error("nothing to read");
  await admin.deleteTopics({ topics: [topic] });
  await createTopics(run, [topic]);
  await expect(consumer.commit(first.value)).rejects.toMatchObject({ topic, partition: 0 });
  expect(await refused).toMatchObject({ offsets: [{ topic, partition: 0, offset: 1n }] });
  expect(await run.committed({ topic, partition: 0 }, groupId)).toBe(-1n);
  await consumer.close();
}

/** Reads to the end, into `values`. */
export async function collect(consumer: Consumer, values: string[] = []): Promise<string[]> {
  for await (const { value } of consumer) values.push(String(value));
  return values;
}

async function whenPositioned(consumer: Consumer, topic: string): Promise<void> {
  await nextEvent(consumer, "assigned");
  await expect.poll(() => consumer.position({ topic, partition: 0 }), { timeout: 20_000 }).toBeDefined();
}

async function createTopics(run: ConsumingClient, topics: readonly string[]): Promise<void> {
  const results = await new Admin(run.cluster).createTopics({
    topics: topics.map((topic) => ({ topic, partitions: 1 })),
  });
  for (const { error } of results) if (error !== undefined) throw error;
}
