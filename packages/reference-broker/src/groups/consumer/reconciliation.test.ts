import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../../testing/group-fixture.js";
import type { ConsumerHeartbeatAnswer } from "./events.js";

/** A group whose targets are worked out at once. */
function start(config: Readonly<Record<string, string | number>> = {}): Promise<GroupFixture> {
  return GroupFixture.start({ "group.consumer.assignment.interval.ms": 0, ...config });
}

const owned = (fixture: GroupFixture, partitions: readonly number[], topic = "orders") => {
  const topicId = fixture.topics[topic];
  if (topicId === undefined) throw new Error(`there is no topic ${topic}`);
  return [{ topicId, partitions: [...partitions] }];
};

const partitionsIn = ({ assignment }: ConsumerHeartbeatAnswer) =>
  assignment?.topicPartitions.flatMap(({ partitions }) => partitions);

describe("the way to the target", () => {
  test("the first member has everything at once, and hears of it once", async () => {
    const fixture = await start();
    const joined = await fixture.beatToJoin("g", "a");
    expect(joined).toMatchObject({ errorCode: 0, memberId: "a", memberEpoch: 2, heartbeatIntervalMs: 5000 });
    expect(partitionsIn(joined)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: 2 })).toMatchObject({
      memberEpoch: 2,
      assignment: null,
    });
    expect(fixture.log.records.map(({ kind }) => kind)).toEqual([
      "consumerMember",
      "consumerGroup",
      "consumerTarget",
      "consumerTargetEpoch",
      "consumerCurrent",
    ]);
  });

  test("what moves is given up before another gets it, and what stays is not touched", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    const b = await fixture.beatToJoin("g", "b");
    expect(b.memberEpoch).toBe(3);
    expect(partitionsIn(b)).toEqual([]);

    const asked = await fixture.beat("g", { memberId: "a", memberEpoch: 2 });
    expect(asked.memberEpoch).toBe(2);
    expect(partitionsIn(asked)).toEqual([0, 1, 2]);
    expect((await fixture.beat("g", { memberId: "b", memberEpoch: 3 })).assignment).toBeNull();

    const revoked = await fixture.beat("g", {
      memberId: "a",
      memberEpoch: 2,
      topicPartitions: owned(fixture, [0, 1, 2]),
    });
    expect(revoked).toMatchObject({ memberEpoch: 3, assignment: null });
    const given = await fixture.beat("g", { memberId: "b", memberEpoch: 3 });
    expect(given.memberEpoch).toBe(3);
    expect(partitionsIn(given)).toEqual([3, 4, 5]);
    expect(fixture.coordinator.describeConsumer(["g"])[0]).toMatchObject({ groupState: "Stable", groupEpoch: 3 });
  });

  test("a member that does not give up what it is to lose is removed when its time is over", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { rebalanceTimeoutMs: 10_000 });
    await fixture.beatToJoin("g", "b");
    await fixture.beat("g", { memberId: "a", memberEpoch: 2 });
    await fixture.clock.advance(9999);
    expect((await fixture.beat("g", { memberId: "a", memberEpoch: 2 })).errorCode).toBe(0);
    await fixture.clock.advance(1);
    expect((await fixture.beat("g", { memberId: "a", memberEpoch: 2 })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(partitionsIn(await fixture.beat("g", { memberId: "b", memberEpoch: 3 }))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("a silent member is found out by the clock alone, and whoever is left gets what it had", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    await fixture.clock.advance(30_000);
    await fixture.beatToJoin("g", "b");
    await fixture.clock.advance(15_000);
    const b = await fixture.beat("g", { memberId: "b", memberEpoch: 3 });
    expect(b.memberEpoch).toBe(4);
    expect(partitionsIn(b)).toEqual([0, 1, 2, 3, 4, 5]);
    await fixture.coordinator.close();
    expect(fixture.clock.armed).toBe(0);
  });

  test("targets are worked out no more often than the group's interval says", async () => {
    const fixture = await start({ "group.consumer.assignment.interval.ms": 1000 });
    await fixture.beatToJoin("g", "a");
    const b = await fixture.beatToJoin("g", "b");
    expect(b).toMatchObject({ memberEpoch: 2 });
    expect(partitionsIn(b)).toEqual([]);
    expect(fixture.coordinator.describeConsumer(["g"])[0]).toMatchObject({
      groupState: "Assigning",
      groupEpoch: 3,
      assignmentEpoch: 2,
    });
    await fixture.clock.advance(1000);
    expect(await fixture.beat("g", { memberId: "b", memberEpoch: 2 })).toMatchObject({ memberEpoch: 3 });
  });
});

describe("epochs", () => {
  test("a member that is ahead of the group is fenced, with a sentence", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: 9 })).toMatchObject({
      errorCode: ErrorCode.FENCED_MEMBER_EPOCH,
      errorMessage:
        "The consumer group member has a greater member epoch (9) than the one known by the group coordinator (2). " +
        "The member must abandon all its partitions and rejoin.",
    });
  });

  test("the epoch before is good enough for a member that has nothing but its own: the answer was lost", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    await fixture.beatToJoin("g", "b");
    await fixture.beat("g", { memberId: "a", memberEpoch: 2 });
    const report = { memberId: "a", memberEpoch: 2, topicPartitions: owned(fixture, [0, 1, 2]) };
    expect(await fixture.beat("g", report)).toMatchObject({ memberEpoch: 3 });
    expect(await fixture.beat("g", report)).toMatchObject({ errorCode: 0, memberEpoch: 3 });
    expect((await fixture.beat("g", { ...report, topicPartitions: owned(fixture, [0, 5]) })).errorCode).toBe(
      ErrorCode.FENCED_MEMBER_EPOCH,
    );
    expect((await fixture.beat("g", { ...report, topicPartitions: null })).errorCode).toBe(
      ErrorCode.FENCED_MEMBER_EPOCH,
    );
  });

  test("a fenced member joins again under its id, and keeps its place", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    const again = await fixture.beatToJoin("g", "a");
    expect(again).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(partitionsIn(again)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("who is not in the group is unknown, and a group that is not there is not found", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    expect(await fixture.beat("g", { memberId: "x", memberEpoch: 1 })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      errorMessage: "Member x is not a member of group g.",
    });
    expect(await fixture.beat("none", { memberId: "x", memberEpoch: 1 })).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: "Consumer group none not found.",
    });
    expect(await fixture.beat("none", { memberId: "x", memberEpoch: -1 })).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: "Group none not found.",
    });
  });
});

describe("what members read", () => {
  test("a member that reads other topics gives up the old ones at once, and gets the new ones", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    const changed = await fixture.beat("g", {
      memberId: "a",
      memberEpoch: 2,
      subscribedTopicNames: ["payments"],
      topicPartitions: owned(fixture, [0, 1, 2, 3, 4, 5]),
    });
    expect(changed.memberEpoch).toBe(2);
    expect(partitionsIn(changed)).toEqual([]);
    const next = await fixture.beat("g", { memberId: "a", memberEpoch: 2, topicPartitions: [] });
    expect(next.memberEpoch).toBe(3);
    expect(next.assignment?.topicPartitions.map(({ topicId }) => topicId)).toEqual([fixture.topics["payments"]]);
  });

  test("new partitions, a topic that appears and one that goes are noticed with the next heartbeat of any member", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { subscribedTopicNames: ["orders", "later"] });
    fixture.changeTopics(() => (fixture.partitions = 8), { anyNew: false });
    const more = await fixture.beat("g", { memberId: "a", memberEpoch: 2 });
    expect(more.memberEpoch).toBe(3);
    expect(partitionsIn(more)).toHaveLength(8);
    fixture.changeTopics(() => Object.assign(fixture.topics, { later: fixture.topics["payments"] }));
    delete fixture.topics["payments"];
    const both = await fixture.beat("g", { memberId: "a", memberEpoch: 3 });
    expect(both.memberEpoch).toBe(4);
    expect(partitionsIn(both)).toHaveLength(16);
    fixture.changeTopics(() => delete fixture.topics["orders"], { anyNew: false });
    const asked = await fixture.beat("g", { memberId: "a", memberEpoch: 4 });
    expect(partitionsIn(asked)).toHaveLength(8);
    const { later } = fixture.topics;
    const topicPartitions = later === undefined ? [] : [{ topicId: later, partitions: [0, 1, 2, 3, 4, 5, 6, 7] }];
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: 4, topicPartitions })).toMatchObject({
      memberEpoch: 5,
    });
  });

  test("a change of topics that nobody reads changes nothing", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    fixture.changeTopics(() => delete fixture.topics["payments"]);
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: 2 })).toMatchObject({ memberEpoch: 2 });
    expect(fixture.log.records).toHaveLength(5);
  });

  test("a full group refuses newcomers, not its own members", async () => {
    const fixture = await start({ "group.consumer.max.size": 1 });
    await fixture.beatToJoin("g", "a");
    expect(await fixture.beatToJoin("g", "b")).toMatchObject({
      errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED,
      errorMessage: "The consumer group has reached its maximum capacity of 1 members.",
    });
    expect(await fixture.beatToJoin("g", "a")).toMatchObject({ errorCode: 0 });
  });

  test("the interval between heartbeats and the session are the group's own where it is configured", async () => {
    const fixture = await start();
    fixture.groupConfigs.set(
      "g",
      new Map([
        ["consumer.heartbeat.interval.ms", "7000"],
        ["consumer.session.timeout.ms", "50000"],
      ]),
    );
    expect(await fixture.beatToJoin("g", "a")).toMatchObject({ heartbeatIntervalMs: 7000 });
    await fixture.clock.advance(49_999);
    expect(fixture.coordinator.describeConsumer(["g"])[0]?.groupState).toBe("Stable");
    await fixture.clock.advance(1);
    expect(fixture.coordinator.describeConsumer(["g"])[0]?.groupState).toBe("Empty");
  });
});

test("a log that refuses leaves everything as it was, and a deadline that it met is tried again", async () => {
  const fixture = await start();
  await fixture.beatToJoin("g", "a");
  fixture.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
  expect((await fixture.beatToJoin("g", "b")).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  expect(fixture.coordinator.describeConsumer(["g"])[0]?.members).toHaveLength(1);
  await fixture.clock.advance(45_000);
  expect(fixture.coordinator.describeConsumer(["g"])[0]?.members).toHaveLength(1);
  fixture.log.failWith = undefined;
  await fixture.clock.advance(1000);
  expect(fixture.coordinator.describeConsumer(["g"])[0]).toMatchObject({ groupState: "Empty", members: [] });
});

test("a coordinator that takes over knows every member, and gives each a whole session", async () => {
  const fixture = await start();
  await fixture.beatToJoin("g", "a");
  await fixture.clock.advance(40_000);
  const next = await GroupFixture.start({ "group.consumer.assignment.interval.ms": 0 }, [fixture.log]);
  await next.clock.advance(44_999);
  expect(await next.beat("g", { memberId: "a", memberEpoch: 2 })).toMatchObject({ errorCode: 0, memberEpoch: 2 });
  expect(fixture.log.records).toHaveLength(5);
});
