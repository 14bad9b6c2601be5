import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GroupDialogue } from "../support/group-dialogue.js";
import { owned } from "./dialogues/next-generation.js";

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "groups-"));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

test("after a restart members go on in their generation, with their assignment and what they had committed", async () => {
  const before = await startBroker({ dataDir });
  const talk = await GroupDialogue.open(before.bootstrapServers[0] ?? "", "g");
  const alpha = await talk.client("alpha");
  await alpha.join();
  const { memberId, generationId } = await alpha.join();
  await alpha.sync(5, { assignments: [{ memberId, assignment: Buffer.from("mine") }] });
  await alpha.commitAsMember(8, 42n);
  talk.close();
  await before.close();

  const after = await startBroker({ dataDir });
  const again = await GroupDialogue.open(after.bootstrapServers[0] ?? "", "g");
  try {
    const beta = await again.client("alpha");
    Object.assign(beta, { memberId, generationId });
    expect(await beta.heartbeat()).toMatchObject({ errorCode: 0 });
    expect((await beta.sync()).assignment.toString()).toBe("mine");
    expect(await beta.commitAsMember(8, 43n)).toMatchObject({ topics: [{ partitions: [{ errorCode: 0 }] }] });
    const { groups } = await beta.fetch(8, { groups: [{ groupId: "g", topics: null }] });
    expect(groups).toMatchObject([{ topics: [{ name: "orders", partitions: [{ committedOffset: 43n }] }] }]);
    expect((await beta.describe()).groups[0]).toMatchObject({ groupState: "Stable", members: [{ memberId }] });
  } finally {
    again.close();
    await after.close();
  }
});

test("after a restart members of a next-generation group go on in their epochs, in the middle of a handing over", async () => {
  const configs = { "group.consumer.assignment.interval.ms": 0 };
  const before = await startBroker({ dataDir, configs });
  const talk = await GroupDialogue.open(before.bootstrapServers[0] ?? "", "g");
  const [alpha, beta] = [await talk.client("alpha"), await talk.client("beta")];
  await alpha.enter();
  await alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] });
  await beta.enter();
  const asked = await alpha.beat();
  const described = (await alpha.describeConsumers()).groups[0];
  expect(described).toMatchObject({ groupState: "Reconciling", groupEpoch: 3, assignmentEpoch: 3 });
  talk.close();
  await before.close();

  await using after = await startBroker({ dataDir, configs });
  const again = await GroupDialogue.open(after.bootstrapServers[0] ?? "", "g");
  const [first, second] = [await again.client("alpha"), await again.client("beta")];
  Object.assign(first, { memberId: alpha.memberId, memberEpoch: alpha.memberEpoch });
  Object.assign(second, { memberId: beta.memberId, memberEpoch: beta.memberEpoch });
  expect((await first.describeConsumers()).groups[0]).toEqual(described);
  expect(await second.beat(1, { topicPartitions: [] })).toMatchObject({
    errorCode: 0,
    memberEpoch: 3,
    assignment: null,
  });
  const kept = asked.assignment?.topicPartitions ?? [];
  expect(await first.beat(1, { topicPartitions: kept })).toMatchObject({ errorCode: 0, memberEpoch: 3 });
  expect((await second.beat()).assignment?.topicPartitions).toMatchObject([{ partitions: [expect.any(Number)] }]);
  again.close();
});

test("a member whose connection is cut stays until its session runs out", async () => {
  const broker = await startBroker({ configs: { "group.min.session.timeout.ms": 100 } });
  const talk = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", "g");
  try {
    const alpha = await talk.client("alpha");
    await alpha.join(3, { sessionTimeoutMs: 800 });
    await alpha.sync();
    alpha.connection.close();
    const other = await talk.client("other");
    expect((await other.describe()).groups[0]).toMatchObject({
      groupState: "Stable",
      members: [{ memberId: alpha.memberId }],
    });
    await expect.poll(async () => (await other.describe()).groups[0]?.groupState, { timeout: 20_000 }).toBe("Empty");
  } finally {
    talk.close();
    await broker.close();
  }
});

test("a member whose connection is cut while its JoinGroup waits does not hold up the broker's end", async () => {
  const broker = await startBroker();
  const talk = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", "g");
  const alpha = await talk.client("alpha");
  const beta = await talk.client("beta");
  await alpha.join(3);
  await alpha.sync();
  const waiting = beta.join(3);
  const outcome = waiting.then(
    () => "joined",
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
  await talk.noteWaiting("beta joins", waiting);
  beta.connection.close();
  expect(await outcome).toContain("was closed");
  talk.close();
  await broker.close();
});
