import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";

describe("offsets of a transaction", () => {
  test("count from a commit's marker on, and are what a stable reader waits for until then", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    expect(await fixture.commitInTransaction("g", "orders", 9n)).toBe(ErrorCode.NONE);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await unstable(fixture, "g")).toBe(ErrorCode.UNSTABLE_OFFSET_COMMIT);
    expect(await fixture.endTransaction(true)).toBe(ErrorCode.NONE);
    expect(await fixture.committed("g", "orders", true)).toBe(9n);
  });

  test("are as if they had never been after an abort", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    await fixture.commitInTransaction("g", "orders", 9n);
    await fixture.endTransaction(false);
    expect(await fixture.committed("g", "orders", true)).toBe(5n);
    await fixture.endTransaction(true);
    expect(await fixture.committed("g", "orders", true)).toBe(5n);
  });

  test("wait for the marker of their own producer", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commitInTransaction("g", "orders", 9n);
    await fixture.commitInTransaction("g", "payments", 4n, { producerId: 2n });
    await fixture.endTransaction(true, { producerId: 2n });
    expect(await fixture.committed("g", "payments", true)).toBe(4n);
    expect(await unstable(fixture, "g")).toBe(ErrorCode.UNSTABLE_OFFSET_COMMIT);
  });

  test("are taken of a member in its generation, and of anybody without one, while the group has members", async () => {
    const fixture = await GroupFixture.start();
    const { memberId, generationId } = await fixture.stableGroup("g");
    const member = { memberId, generationIdOrMemberEpoch: generationId };
    expect(await fixture.commitInTransaction("g", "orders", 1n, member)).toBe(ErrorCode.NONE);
    expect(await fixture.commitInTransaction("g", "orders", 2n)).toBe(ErrorCode.NONE);
    const refused = async (request: Parameters<GroupFixture["commitInTransaction"]>[3]): Promise<unknown> =>
      fixture.commitInTransaction("g", "orders", 3n, request).catch((error: unknown) => error);
    expect(await refused({ ...member, generationIdOrMemberEpoch: generationId - 1 })).toMatchObject({
      errorCode: ErrorCode.ILLEGAL_GENERATION,
    });
    expect(await refused({ ...member, memberId: "somebody" })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
    });
    expect(await refused({ groupId: "none", generationIdOrMemberEpoch: 3 })).toMatchObject({
      errorCode: ErrorCode.ILLEGAL_GENERATION,
    });
    expect(await refused({ groupId: "" })).toMatchObject({ errorCode: ErrorCode.INVALID_GROUP_ID });
    await fixture.endTransaction(true);
    expect(await fixture.committed("g", "orders")).toBe(2n);
  });

  test("that the log refuses are not pending, and a refused marker settles nothing", async () => {
    const fixture = await GroupFixture.start();
    fixture.log.failWith = ErrorCode.INVALID_PRODUCER_EPOCH;
    await expect(fixture.commitInTransaction("g", "orders", 9n)).rejects.toMatchObject({
      errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    });
    fixture.log.failWith = undefined;
    expect(await unstable(fixture, "g")).toBe(ErrorCode.NONE);
    await fixture.commitInTransaction("g", "orders", 9n);
    fixture.log.failWith = ErrorCode.TRANSACTION_COORDINATOR_FENCED;
    expect(await fixture.endTransaction(true)).toBe(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    expect(await unstable(fixture, "g")).toBe(ErrorCode.UNSTABLE_OFFSET_COMMIT);
  });

  test("make a group that lists show and that does not expire, and go with it when it is deleted", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commitInTransaction("g", "orders", 9n);
    const all = { statesFilter: [], typesFilter: [] };
    expect(fixture.coordinator.list(all)).toMatchObject([{ groupId: "g", groupState: "Empty", protocolType: "" }]);
    await fixture.clock.advance(30 * 24 * 3_600_000);
    expect(fixture.coordinator.list(all)).toHaveLength(1);
    expect(await fixture.coordinator.delete(["g"])).toEqual(new Map([["g", ErrorCode.NONE]]));
    await fixture.endTransaction(true);
    expect(await fixture.committed("g", "orders")).toBe(-1n);
    expect(fixture.coordinator.list(all)).toEqual([]);
    await fixture.coordinator.close();
  });

  test("are taken back by OffsetDelete, and by the end of their topic, before they ever count", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commitInTransaction("g", "orders", 9n);
    await fixture.commitInTransaction("g", "payments", 4n);
    const topics = [{ name: "orders", partitions: [{ partitionIndex: 0 }] }];
    await fixture.coordinator.deleteOffsets({ groupId: "g", topics });
    expect(await unstable(fixture, "g")).toBe(ErrorCode.NONE);
    await fixture.coordinator.onTopicsDeleted(["payments"]);
    await fixture.endTransaction(true);
    expect(await fixture.coordinator.fetch("g", null, { requireStable: true })).toEqual([]);
  });

  test("of an aborted transaction leave a group that goes at the next look", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commitInTransaction("g", "orders", 9n);
    await fixture.endTransaction(false);
    expect(fixture.stateOf("g")).toBe("Empty");
    await fixture.clock.advance(600_000);
    expect(fixture.stateOf("g")).toBe("Dead");
  });

  test("where this broker does not serve the partition, its leader is to be looked for", async () => {
    const fixture = await GroupFixture.start();
    expect(await fixture.endTransaction(true, {}, 7)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    await fixture.coordinator.onLeaderLost(0);
    expect(await fixture.endTransaction(true)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  test.each([
    ["before the marker", false],
    ["after it", true],
  ])("are the same after a replay, when the leader moved %s", async (_when, hasEnded) => {
    const fixture = await GroupFixture.start();
    const log = fixture.log;
    await fixture.commit("g", "orders", 5n);
    await fixture.commitInTransaction("g", "orders", 9n);
    if (hasEnded) await fixture.endTransaction(true);
    const moved = await GroupFixture.start({}, [log]);
    expect(await unstable(moved, "g")).toBe(hasEnded ? ErrorCode.NONE : ErrorCode.UNSTABLE_OFFSET_COMMIT);
    expect(await moved.committed("g", "orders")).toBe(hasEnded ? 9n : 5n);
    await moved.endTransaction(true);
    expect(await moved.committed("g", "orders", true)).toBe(9n);
  });
});

async function unstable(fixture: GroupFixture, groupId: string): Promise<number | undefined> {
  const topics = [{ name: "orders", topicId: Uuid.zero, partitionIndexes: [0] }];
  return (await fixture.coordinator.fetch(groupId, topics, { requireStable: true }))[0]?.partitions[0]?.errorCode;
}
