import { decodeAssignment, encodeAssignment, ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../../testing/group-fixture.js";
import { subscription } from "../../../testing/group-machine.js";

function start(policy = "bidirectional"): Promise<GroupFixture> {
  return GroupFixture.start({
    "group.consumer.assignment.interval.ms": 0,
    "group.consumer.migration.policy": policy,
  });
}

/** A classic group of one member that has all six partitions of `orders`. */
async function classicGroup(fixture: GroupFixture, userData: Buffer | null = null) {
  const joining = fixture.join("g");
  await fixture.clock.advance(0);
  const { memberId, generationId } = await joining;
  const assignment = encodeAssignment(1, {
    assignedPartitions: [{ topic: "orders", partitions: [0, 1, 2, 3, 4, 5] }],
    userData,
  });
  await fixture.coordinator.sync({
    groupId: "g",
    groupInstanceId: null,
    memberId,
    generationId,
    protocolType: "consumer",
    protocolName: "range",
    assignments: [{ memberId, assignment }],
  });
  return { memberId, generationId };
}

const group = (fixture: GroupFixture) => fixture.coordinator.describeConsumer(["g"])[0];

const assigned = (bytes: Buffer) => decodeAssignment(bytes).assignedPartitions.flatMap(({ partitions }) => partitions);

describe("a group moves from the classic protocol to the consumer protocol", () => {
  test("with the first member that comes by it; the others go on by the classic one, and share", async () => {
    const fixture = await start();
    const old = await classicGroup(fixture);
    const b = await fixture.beatToJoin("g", "b");
    expect(b).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(group(fixture)).toMatchObject({
      groupState: "Reconciling",
      members: [
        { memberId: old.memberId, memberType: 0, memberEpoch: 1 },
        { memberId: "b", memberType: 1 },
      ],
    });

    expect(await fixture.heartbeat("g", old)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const metadata = subscription("orders");
    const rejoined = await fixture.join("g", { memberId: old.memberId, protocols: [{ name: "range", metadata }] });
    expect(rejoined).toMatchObject({ errorCode: 0, memberId: old.memberId, leader: "", members: [] });
    const synced = await fixture.sync("g", { ...rejoined, memberId: old.memberId });
    expect(synced.errorCode).toBe(0);
    expect(assigned(synced.assignment)).toEqual([0, 1, 2]);
    expect(await fixture.heartbeat("g", { ...rejoined, memberId: old.memberId })).toBe(ErrorCode.NONE);
    const given = await fixture.beat("g", { memberId: "b", memberEpoch: 2 });
    expect(given.assignment?.topicPartitions[0]?.partitions).toEqual([3, 4, 5]);
  });

  test("in one batch that takes the old group away and writes the new one", async () => {
    const fixture = await start();
    await classicGroup(fixture);
    const before = fixture.log.records.length;
    await fixture.beatToJoin("g", "b");
    expect(fixture.log.records.slice(before).map(({ kind, value }) => (value === null ? `no ${kind}` : kind))).toEqual([
      "no group",
      "consumerMember",
      "consumerGroup",
      "consumerTarget",
      "consumerTargetEpoch",
      "consumerCurrent",
      "consumerMember",
      "consumerGroup",
      "consumerTarget",
      "consumerTarget",
      "consumerTargetEpoch",
      "consumerCurrent",
    ]);
  });

  test("and sends back to join whoever waits in it", async () => {
    const fixture = await start();
    await classicGroup(fixture);
    const waiting = fixture.join("g");
    await fixture.turns();
    await fixture.beatToJoin("g", "b");
    expect(await waiting).toMatchObject({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
  });

  test("not where that is disabled, with data of an assignor that would be lost, or for another protocol type", async () => {
    const disabled = await start("downgrade");
    await classicGroup(disabled);
    expect(await disabled.beatToJoin("g", "b")).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: "Cannot upgrade classic group g to consumer group because online upgrade is disabled.",
    });
    const foreign = await start();
    await classicGroup(foreign, Buffer.from("mine"));
    expect((await foreign.beatToJoin("g", "b")).errorMessage).toContain("an unsupported custom assignor is in use");
    const connect = await start();
    await connect.stableGroup("g", { protocolType: "connect" });
    expect((await connect.beatToJoin("g", "b")).errorMessage).toContain(
      "the group does not use the consumer embedded protocol",
    );
  });

  test("an empty one always, and its offsets stay", async () => {
    const fixture = await start("disabled");
    await fixture.commit("g", "orders", 7n);
    expect(await fixture.beatToJoin("g", "b")).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(await fixture.committed("g", "orders")).toBe(7n);
  });
});

describe("a group moves back to the classic protocol", () => {
  test("when the last member of the consumer protocol leaves, with a rebalance of the others", async () => {
    const fixture = await start();
    const old = await classicGroup(fixture);
    await fixture.beatToJoin("g", "b");
    await fixture.beat("g", { memberId: "b", memberEpoch: -1 });
    expect(fixture.stateOf("g")).toBe("PreparingRebalance");
    expect(group(fixture)?.errorMessage).toBe("Group g is not a consumer group.");
    expect(await fixture.heartbeat("g", { ...old, generationId: 2 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = await fixture.join("g", { memberId: old.memberId });
    expect(again).toMatchObject({ errorCode: 0, generationId: 3, leader: old.memberId });
  });

  test("not where that is disabled", async () => {
    const fixture = await start("upgrade");
    await classicGroup(fixture);
    await fixture.beatToJoin("g", "b");
    await fixture.beat("g", { memberId: "b", memberEpoch: -1 });
    expect(group(fixture)?.members).toHaveLength(1);
  });

  test("when a static member of the classic protocol takes the place of the last one of the other", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { instanceId: "i" });
    const joined = await fixture.join("g", { groupInstanceId: "i" });
    expect(joined).toMatchObject({ errorCode: 0, generationId: 2 });
    expect(fixture.stateOf("g")).toBe("Stable");
    const synced = await fixture.sync("g", { ...joined, groupInstanceId: "i" });
    expect(assigned(synced.assignment)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("an empty one with the first that joins by the classic protocol", async () => {
    const fixture = await start("disabled");
    await fixture.beatToJoin("g", "a");
    await fixture.beat("g", { memberId: "a", memberEpoch: -1 });
    const joining = fixture.join("g");
    await fixture.clock.advance(0);
    expect(await joining).toMatchObject({ errorCode: 0, generationId: 1 });
    expect(group(fixture)?.errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
  });
});

describe("a member of the classic protocol in a group of the consumer protocol", () => {
  test("is refused where migration is disabled", async () => {
    const fixture = await start("disabled");
    await fixture.beatToJoin("g", "a");
    expect((await fixture.join("g")).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect((await fixture.join("g", { protocolType: "connect" })).errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
  });

  test("is first told its id, as in a classic group", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    const told = await fixture.join("g", {}, 9);
    expect(told.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    const joined = await fixture.join("g", { memberId: told.memberId }, 9);
    expect(joined).toMatchObject({ errorCode: 0, memberId: told.memberId, protocolName: "range" });
  });

  test("is removed when it does not join again, or does not fetch its assignment, in time", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    const c = await fixture.join("g", { rebalanceTimeoutMs: 5000, sessionTimeoutMs: 30_000 });
    await fixture.clock.advance(4999);
    expect(group(fixture)?.members).toHaveLength(2);
    await fixture.clock.advance(1);
    expect(group(fixture)?.members).toHaveLength(1);
    expect(await fixture.heartbeat("g", c)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("of another generation, or of the other protocol, is refused", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a");
    const c = await fixture.join("g");
    expect(await fixture.heartbeat("g", { ...c, generationId: 9 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await fixture.heartbeat("g", { memberId: "a", generationId: 2 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect((await fixture.sync("g", { memberId: "a", generationId: 2 })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("leaves by LeaveGroup, by which an administrator removes any member", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { instanceId: "i" });
    await fixture.beatToJoin("g", "b");
    const left = await fixture.coordinator.leave("g", [
      { memberId: "", groupInstanceId: "i" },
      { memberId: "nobody", groupInstanceId: null },
    ]);
    expect(left.members.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID]);
    expect(group(fixture)?.members.map(({ memberId }) => memberId)).toEqual(["b"]);
  });
});
