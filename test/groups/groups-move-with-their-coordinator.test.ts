import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeConfigs, ErrorCode, FindCoordinator } from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { expect, onTestFinished, test } from "vitest";
import { GroupDialogue, type DialogueClient } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";
import { owned } from "./dialogues/next-generation.js";

const configs = { "offsets.topic.num.partitions": 1, "group.consumer.assignment.interval.ms": 0 };

/** Two brokers, of which the first coordinates, and a client at each that speaks for the same member. */
async function twoBrokers(): Promise<{
  readonly broker: ReferenceBroker;
  readonly first: DialogueClient;
  readonly second: DialogueClient;
  readonly talk: GroupDialogue;
}> {
  const broker = await startBroker({ brokers: 2, topics: ["orders", "payments"], configs });
  const talks: GroupDialogue[] = [];
  onTestFinished(async () => {
    for (const each of talks) each.close();
    await broker.close();
  });
  const open = async (address = ""): Promise<GroupDialogue> => {
    const talk = await GroupDialogue.open(address, "g");
    talks.push(talk);
    return talk;
  };
  const asking = await RawConnection.open(broker.bootstrapServers[0] ?? "", "asking");
  await expect.poll(async () => (await asking.request(FindCoordinator, 3, { key: "g" })).errorCode).toBe(0);
  asking.close();
  // A talk begins with the coordinator: the group's partition is moved to where each talks.
  await broker.moveLeader("__consumer_offsets", 0, 1);
  const one = await open(broker.bootstrapServers[0]);
  await broker.moveLeader("__consumer_offsets", 0, 2);
  const two = await open(broker.bootstrapServers[1]);
  await broker.moveLeader("__consumer_offsets", 0, 1);
  return { broker, talk: one, first: await one.client("alpha"), second: await two.client("alpha") };
}

test("a classic group goes on in its generation when another broker leads its partition, and back", async () => {
  const { broker, first, second } = await twoBrokers();
  await expect.poll(async () => (await first.join(3)).errorCode).toBe(ErrorCode.NONE);
  const { memberId, generationId } = first;
  await first.sync(5, { assignments: [{ memberId, assignment: Buffer.from("mine") }] });
  await first.commitAsMember(8, 5n);
  Object.assign(second, { memberId, generationId });

  await broker.moveLeader("__consumer_offsets", 0, 2);
  await expect.poll(async () => (await first.heartbeat()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  await expect.poll(async () => (await second.heartbeat()).errorCode).toBe(ErrorCode.NONE);
  expect((await second.sync()).assignment.toString()).toBe("mine");
  expect(await second.commitAsMember(8, 6n)).toMatchObject({ topics: [{ partitions: [{ errorCode: 0 }] }] });

  await broker.moveLeader("__consumer_offsets", 0, 1);
  await expect.poll(async () => (await first.heartbeat()).errorCode).toBe(ErrorCode.NONE);
  const { groups } = await first.fetch(8, { groups: [{ groupId: "g", topics: null }] });
  expect(groups).toMatchObject([{ topics: [{ name: "orders", partitions: [{ committedOffset: 6n }] }] }]);
});

test("a next-generation group goes on in its epoch when another broker leads its partition, and back", async () => {
  const { broker, talk, first, second } = await twoBrokers();
  first.groupInstanceId = "i1";
  await expect.poll(async () => (await first.enter()).errorCode).toBe(ErrorCode.NONE);
  await first.beat(1, { topicPartitions: [owned(talk, "orders", 0)] });
  const { memberId, memberEpoch, groupInstanceId } = first;
  Object.assign(second, { memberId, memberEpoch, groupInstanceId });
  const before = (await first.describeConsumers()).groups[0];
  expect(before).toMatchObject({ groupState: "Stable", groupEpoch: 2, members: [{ memberId: "alpha-1" }] });

  await broker.moveLeader("__consumer_offsets", 0, 2);
  await expect.poll(async () => (await first.beat()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  await expect.poll(async () => (await second.beat()).errorCode).toBe(ErrorCode.NONE);
  expect(second.memberEpoch).toBe(memberEpoch);
  expect((await second.describeConsumers()).groups[0]).toEqual(before);
  expect(await second.commitEpoch(9, memberEpoch, 7n)).toMatchObject({ topics: [{ partitions: [{ errorCode: 0 }] }] });
  expect(await second.beat(1, { memberEpoch: -2 })).toMatchObject({ errorCode: 0, memberEpoch: -2 });

  await broker.moveLeader("__consumer_offsets", 0, 1);
  await expect.poll(async () => (await first.enter()).errorCode).toBe(ErrorCode.NONE);
  expect(first.memberEpoch).toBe(memberEpoch);
  const { groups } = await first.fetch(9, { groups: [{ groupId: "g", topics: null, memberId, memberEpoch }] });
  expect(groups).toMatchObject([{ topics: [{ name: "orders", partitions: [{ committedOffset: 7n }] }] }]);
});

test("what a group is configured with outlives its broker", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "configured-groups-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const own = { ...configs, "group.consumer.max.session.timeout.ms": 90_000 };
  const before = await startBroker({ dataDir, configs: own });
  const talk = await GroupDialogue.open(before.bootstrapServers[0] ?? "", "g");
  await (
    await talk.client("admin")
  ).configure({
    "consumer.session.timeout.ms": "90000",
    "consumer.heartbeat.interval.ms": "7000",
  });
  talk.close();
  await before.close();

  // The border has come down meanwhile: what was set is shown, and what counts is the nearest that may be.
  await using after = await startBroker({ dataDir, configs });
  const again = await GroupDialogue.open(after.bootstrapServers[0] ?? "", "g");
  const alpha = await again.client("alpha");
  const { results } = await alpha.connection.request(DescribeConfigs, 4, {
    resources: [{ resourceType: 32, resourceName: "g", configurationKeys: ["consumer.session.timeout.ms"] }],
  });
  expect(results).toMatchObject([{ configs: [{ value: "90000", configSource: 8 }] }]);
  expect(await alpha.enter()).toMatchObject({ errorCode: 0, heartbeatIntervalMs: 7000 });
  again.close();
});
