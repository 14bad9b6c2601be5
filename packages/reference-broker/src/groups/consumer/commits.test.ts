import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../../testing/group-fixture.js";

/** Two members; `a` has reached epoch 3 and keeps partitions 0 to 2 since epoch 2. */
async function twoMembers(): Promise<GroupFixture> {
  const fixture = await GroupFixture.start({ "group.consumer.assignment.interval.ms": 0 });
  await fixture.beatToJoin("g", "a");
  await fixture.beatToJoin("g", "b");
  await fixture.beat("g", { memberId: "a", memberEpoch: 2 });
  const topicId = fixture.topics["orders"];
  const topicPartitions = topicId === undefined ? [] : [{ topicId, partitions: [0, 1, 2] }];
  await fixture.beat("g", { memberId: "a", memberEpoch: 2, topicPartitions });
  return fixture;
}

const refused = (errorCode: number) => expect.objectContaining({ errorCode });

describe("commits of members of the consumer protocol", () => {
  test("an epoch that a partition was had in already is good enough for it", async () => {
    const fixture = await twoMembers();
    const a = { memberId: "a", generationIdOrMemberEpoch: 2 };
    expect(await fixture.commit("g", "orders", 1n, a)).toBe(0);
    await expect(fixture.commit("g", "orders", 1n, { ...a, generationIdOrMemberEpoch: 1 })).rejects.toEqual(
      refused(ErrorCode.STALE_MEMBER_EPOCH),
    );
    await expect(fixture.commit("g", "orders", 1n, { ...a, partition: 5 })).rejects.toEqual(
      refused(ErrorCode.STALE_MEMBER_EPOCH),
    );
    await expect(fixture.commit("g", "orders", 1n, { ...a, generationIdOrMemberEpoch: 4 })).rejects.toEqual(
      refused(ErrorCode.STALE_MEMBER_EPOCH),
    );
    await expect(fixture.commit("g", "orders", 1n, { ...a, memberId: "x" })).rejects.toEqual(
      refused(ErrorCode.UNKNOWN_MEMBER_ID),
    );
  });

  test("while it gives a partition up a member may commit it, in the epoch that it is in", async () => {
    const fixture = await GroupFixture.start({ "group.consumer.assignment.interval.ms": 0 });
    await fixture.beatToJoin("g", "a");
    await fixture.beatToJoin("g", "b");
    await fixture.beat("g", { memberId: "a", memberEpoch: 2 });
    const commit = { memberId: "a", generationIdOrMemberEpoch: 2, partition: 5 };
    expect(await fixture.commit("g", "orders", 1n, commit)).toBe(0);
  });

  test("in a transaction the refusal is ILLEGAL_GENERATION, and who names no member is not asked", async () => {
    const fixture = await twoMembers();
    const a = { memberId: "a", generationIdOrMemberEpoch: 1 };
    await expect(fixture.commitInTransaction("g", "orders", 1n, a)).rejects.toEqual(
      refused(ErrorCode.ILLEGAL_GENERATION),
    );
    expect(await fixture.commitInTransaction("g", "orders", 1n, { ...a, generationIdOrMemberEpoch: 2 })).toBe(0);
    expect(await fixture.commitInTransaction("g", "orders", 1n)).toBe(0);
  });

  test("without a member they are taken of an empty group alone", async () => {
    const fixture = await twoMembers();
    await expect(fixture.commit("g", "orders", 1n)).rejects.toEqual(refused(ErrorCode.UNKNOWN_MEMBER_ID));
    await fixture.beat("g", { memberId: "a", memberEpoch: -1 });
    await fixture.beat("g", { memberId: "b", memberEpoch: -1 });
    expect(await fixture.commit("g", "orders", 1n)).toBe(0);
  });
});

describe("questions of members for what was committed", () => {
  test.each([
    ["a", 3, ErrorCode.NONE],
    [null, -1, ErrorCode.NONE],
    ["a", 2, ErrorCode.STALE_MEMBER_EPOCH],
    ["a", -1, ErrorCode.STALE_MEMBER_EPOCH],
    ["x", 3, ErrorCode.UNKNOWN_MEMBER_ID],
    // As in Kafka, which cannot bear it.
    [null, 3, ErrorCode.UNKNOWN_SERVER_ERROR],
  ])("member %s in epoch %i hears error %i", async (memberId, memberEpoch, errorCode) => {
    const fixture = await twoMembers();
    const error = fixture.coordinator.inspect("g", ({ group }) => group("g")?.fetchError({ memberId, memberEpoch }));
    expect(error).toBe(errorCode);
  });
});

describe("what others are told of a group of the consumer protocol", () => {
  test("lists show it with its type and state; DescribeGroups does not find it; only an empty one can be deleted", async () => {
    const fixture = await twoMembers();
    const all = { statesFilter: [], typesFilter: [] };
    expect(fixture.coordinator.list(all)).toEqual([
      { groupId: "g", protocolType: "consumer", groupState: "Reconciling", groupType: "consumer" },
    ]);
    expect(fixture.coordinator.list({ ...all, typesFilter: ["classic"] })).toEqual([]);
    expect(fixture.coordinator.describe(["g"], 6)[0]).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: "Group g is not a classic group.",
      groupState: "Dead",
    });
    expect((await fixture.coordinator.delete(["g"])).get("g")).toBe(ErrorCode.NON_EMPTY_GROUP);
    await fixture.beat("g", { memberId: "a", memberEpoch: -1 });
    await fixture.beat("g", { memberId: "b", memberEpoch: -1 });
    expect((await fixture.coordinator.delete(["g"])).get("g")).toBe(ErrorCode.NONE);
    expect(fixture.coordinator.ids()).toEqual([]);
  });

  test("offsets of topics that members read are not deleted and do not expire", async () => {
    const fixture = await twoMembers();
    const a = { memberId: "a", generationIdOrMemberEpoch: 3 };
    await fixture.commit("g", "orders", 1n, a);
    await fixture.commit("g", "payments", 1n, a);
    const partitions = [{ partitionIndex: 0 }];
    const deleted = await fixture.coordinator.deleteOffsets({
      groupId: "g",
      topics: [
        { name: "orders", partitions },
        { name: "payments", partitions },
      ],
    });
    expect(deleted.map(({ partitions: [first] }) => first?.errorCode)).toEqual([
      ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
      ErrorCode.NONE,
    ]);
  });
});
