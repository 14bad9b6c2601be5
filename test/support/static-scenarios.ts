import { Admin } from "@moldau/admin";
import { expect } from "vitest";
import { nextEvent, type ConsumingClient } from "./consuming.js";
import { WatchedMember } from "./cooperative-scenarios.js";

/*
 * What a static member's name is worth, whatever broker it is on: each is a test on our broker and one on Apache Kafka. Topics and groups have the
 * name that a test gives, since the broker may be shared.
 */

/** A topic of one's own, by whose name the group goes too. */
export interface StaticScenario {
  readonly run: ConsumingClient;
  readonly topic: string;
}

const sessionTimeoutMs = 10_000;
const partitions = 4;

/** A member is closed and comes back in time: it goes on with what it had, and the other one hears of nothing. */
export async function backWithinTheSession({ run, topic }: StaticScenario): Promise<void> {
  await createTopic(run, topic);
  const [first, other] = [member(run, topic, "a"), member(run, topic, "b")];
  await untilTheyHave([first, other], 2);
  other.watch();
  const before = first.has;
  const rounds: unknown[] = [];
  other.consumer.on("assigned", (event) => rounds.push(event));
  await first.close();
  await run.send(topic, Number(before[0]?.at(-1)), ["while it was away"]);
  const again = member(run, topic, "a");
  await untilTheyHave([again], 2);
  expect(again.has).toEqual(before);
  await expect.poll(() => again.values, { timeout: 20_000 }).toEqual(["while it was away"]);
  expect([rounds, other.revoked, other.lost]).toEqual([[], [], []]);
}

/** A member comes back in time and wants one topic more: it has what it had, and reads that topic once it has the group share out anew. */
export async function backWithOneTopicMore({ run, topic }: StaticScenario): Promise<void> {
  const added = `${topic}-added`;
  for (const name of [topic, added]) await createTopic(run, name);
  const [first, other] = [member(run, topic, "a"), member(run, topic, "b")];
  await untilTheyHave([first, other], 2);
  const before = first.has;
  await run.send(added, 0, ["of the topic that came with the deployment"]);
  await first.close();
  const again = member(run, topic, "a", [topic, added]);
  await again.consumer.connect();
  expect(again.has).toEqual(before);
  again.consumer.enforceRebalance("subscribes to a topic more");
  await expect.poll(() => again.values, { timeout: 20_000 }).toEqual(["of the topic that came with the deployment"]);
  expect([again, other].flatMap(({ has }) => has)).toHaveLength(2 * partitions);
}

/** A member leaves for good: the other one gets its partitions before its session is over. */
export async function leavesForGood({ run, topic }: StaticScenario): Promise<void> {
  await createTopic(run, topic);
  const [first, other] = [member(run, topic, "a"), member(run, topic, "b")];
  await untilTheyHave([first, other], 2);
  const startedAt = Date.now();
  await first.consumer.close({ leaveGroup: true });
  await untilTheyHave([other], partitions);
  expect(Date.now() - startedAt).toBeLessThan(sessionTimeoutMs);
}

/** A second member comes by the same name: the first one hears that once, with what to do, and does not take its place back. */
export async function doublesAreFenced({ run, topic }: StaticScenario): Promise<void> {
  await createTopic(run, topic);
  const options = { topics: [topic], groupId: topic, sessionTimeoutMs, groupInstanceId: "a" };
  const first = run.consumer({ ...options, assignors: ["cooperative-sticky"] });
  const failures: unknown[] = [];
  first.on("failed", ({ error }) => failures.push(error));
  await first.connect();
  const lost = nextEvent(first, "lost");
  const reading = first
    .messages()
    .next()
    .catch((error: unknown) => error);
  const double = member(run, topic, "a");
  await untilTheyHave([double], partitions);
  const fenced = {
    code: "FENCED_INSTANCE_ID",
    retriable: false,
    message: expect.stringContaining(`Another consumer joined group "${topic}" with the groupInstanceId "a" later`),
  };
  expect(await reading).toMatchObject(fenced);
  expect(await lost).toMatchObject({ partitions: { length: partitions } });
  expect(failures).toMatchObject([fenced]);
  await run.send(topic, 0, ["for the one that is there"]);
  await expect.poll(() => double.values, { timeout: 20_000 }).toEqual(["for the one that is there"]);
  expect(double.lost).toEqual([]);
}

function member(
  run: ConsumingClient,
  topic: string,
  groupInstanceId: string,
  topics: readonly string[] = [topic],
): WatchedMember {
  const assignors = ["cooperative-sticky"] as const;
  return new WatchedMember(run.consumer({ topics, groupId: topic, assignors, sessionTimeoutMs, groupInstanceId }));
}

async function untilTheyHave(members: readonly WatchedMember[], each: number): Promise<void> {
  const counts = members.map(() => each);
  await expect.poll(() => members.map(({ has }) => has.length), { timeout: 30_000 }).toEqual(counts);
}

async function createTopic(run: ConsumingClient, topic: string): Promise<void> {
  const [created] = await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions }] });
  if (created?.error !== undefined) throw created.error;
}
