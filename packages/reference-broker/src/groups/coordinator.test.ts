import { ErrorCode } from "@moldau/protocol-codec";
import { OffsetCommitKey, encodeCoordinatorKey } from "@moldau/protocol-codec/state";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";
import { turns } from "moldau-testing";

describe("a group's life", () => {
  test("two members: join, rebalance, sync, heartbeat, leave", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    expect(one).toMatchObject({ errorCode: 0, generationId: 1, leader: one.memberId });
    expect(one.memberId).toMatch(/^client-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

    const joining = fixture.join("g");
    await turns();
    expect(await fixture.heartbeat("g", one)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = await fixture.join("g", { memberId: one.memberId });
    const two = await joining;
    expect(again.members.map(({ memberId }) => memberId)).toEqual([one.memberId, two.memberId]);
    const following = fixture.sync("g", two);
    const leading = fixture.sync("g", again, { [one.memberId]: "a", [two.memberId]: "b" });
    expect((await leading).assignment.toString()).toBe("a");
    expect((await following).assignment.toString()).toBe("b");
    expect(await fixture.heartbeat("g", two)).toBe(ErrorCode.NONE);

    expect(await fixture.coordinator.leave("g", [{ memberId: one.memberId, groupInstanceId: null }])).toMatchObject({
      errorCode: 0,
      members: [{ errorCode: 0 }],
    });
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("g")).toBe("Empty");
    expect(
      fixture.log.records.map((record) =>
        record.kind === "group" ? [record.value?.generation, record.value?.members.length] : record,
      ),
    ).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 0],
    ]);
    await fixture.coordinator.close();
    expect(fixture.clock.armed).toBe(0);
  });

  test("a silent member is found out by the clock alone", async () => {
    const fixture = await GroupFixture.start();
    await fixture.stableGroup("g");
    await fixture.clock.advance(9999);
    expect(fixture.stateOf("g")).toBe("Stable");
    await fixture.clock.advance(1);
    expect(fixture.stateOf("g")).toBe("Empty");
  });

  test("a heartbeat that came before the deadline counts, even if the shard was busy meanwhile", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    await fixture.clock.advance(9000);
    let open: () => void = () => undefined;
    fixture.log.gate = new Promise((resolve) => (open = resolve));
    const commit = fixture.commit("other", "orders", 1n);
    const beat = fixture.heartbeat("g", one);
    await fixture.clock.advance(5000);
    fixture.log.gate = undefined;
    open();
    expect(await commit).toBe(0);
    expect(await beat).toBe(0);
    await fixture.clock.advance(5000);
    expect(fixture.stateOf("g")).toBe("Stable");
  });

  test("a time limit outside of the broker's range is INVALID_SESSION_TIMEOUT", async () => {
    const fixture = await GroupFixture.start();
    expect(await fixture.join("g", { sessionTimeoutMs: 5999, memberId: "x" })).toMatchObject({
      errorCode: ErrorCode.INVALID_SESSION_TIMEOUT,
      memberId: "x",
    });
    expect((await fixture.join("g", { sessionTimeoutMs: 1_800_001 })).errorCode).toBe(
      ErrorCode.INVALID_SESSION_TIMEOUT,
    );
  });

  test("an empty group id is INVALID_GROUP_ID, except for commits and fetches", async () => {
    const fixture = await GroupFixture.start();
    const member = { memberId: "m", generationId: 1 };
    expect((await fixture.join("")).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    expect((await fixture.sync("", member)).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await fixture.heartbeat("", member)).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await fixture.coordinator.leave("", [])).toEqual({ errorCode: ErrorCode.INVALID_GROUP_ID, members: [] });
    await expect(fixture.coordinator.deleteOffsets({ groupId: "", topics: [] })).rejects.toMatchObject({
      errorCode: ErrorCode.INVALID_GROUP_ID,
    });
    expect(await fixture.commit("", "orders", 4n)).toBe(0);
    expect(await fixture.committed("", "orders")).toBe(4n);
  });

  test("of an unknown group nobody is a member, and it does not come into being by being asked", async () => {
    const fixture = await GroupFixture.start();
    const member = { memberId: "m", generationId: 1 };
    expect(await fixture.join("g", { memberId: "m", protocols: [] })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      memberId: "m",
    });
    expect((await fixture.sync("g", member)).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await fixture.heartbeat("g", member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await fixture.coordinator.leave("g", [{ memberId: "m", groupInstanceId: null }])).toMatchObject({
      errorCode: 0,
      members: [{ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }],
    });
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toEqual([]);
    expect(fixture.log.batchCount).toBe(0);
  });

  test("version 0 has one time-out for session and rebalance; version 4 wants a member id first", async () => {
    const fixture = await GroupFixture.start();
    const asked = await fixture.join("g", {}, 4);
    expect(asked.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    const joining = fixture.join("g", { memberId: asked.memberId, rebalanceTimeoutMs: -1 }, 0);
    await fixture.clock.advance(0);
    await fixture.sync("g", await joining, {});
    expect(fixture.log.records.at(-1)).toMatchObject({ value: { members: [{ rebalanceTimeoutMs: 10_000 }] } });
  });
});

describe("leadership", () => {
  test("a partition that another broker leads is NOT_COORDINATOR", async () => {
    const fixture = await GroupFixture.start({ "offsets.topic.num.partitions": 3 });
    const groupId = ["a", "b", "c"].find((id) => fixture.coordinator.partitionOf(id) === 1) ?? "";
    await fixture.coordinator.onLeaderLost(1);
    expect((await fixture.join(groupId)).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await fixture.heartbeat(groupId, { memberId: "m", generationId: 1 })).toBe(ErrorCode.NOT_COORDINATOR);
    await expect(fixture.committed(groupId, "orders")).rejects.toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR });
    expect(fixture.coordinator.describe([groupId], 6)[0]).toMatchObject({
      errorCode: ErrorCode.NOT_COORDINATOR,
      groupState: "",
    });
    expect([...(await fixture.coordinator.delete([groupId]))]).toEqual([[groupId, ErrorCode.NOT_COORDINATOR]]);
  });

  test("while it loads: COORDINATOR_LOAD_IN_PROGRESS, at once, and heartbeats are content", async () => {
    const fixture = await GroupFixture.start();
    const log = new MemoryGroupLog();
    log.appendRaw(Buffer.from([0, 99]), Buffer.from("unknown"));
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    await fixture.coordinator.onLeaderLost(0);
    const loading = fixture.coordinator.onLeader(0, log, 2);
    expect((await fixture.join("g")).errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect((await fixture.sync("g", { memberId: "m", generationId: 1 })).errorCode).toBe(
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    );
    expect(await fixture.heartbeat("g", { memberId: "m", generationId: 1 })).toBe(ErrorCode.NONE);
    expect(() => fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toThrow(
      expect.objectContaining({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS }),
    );
    open();
    await loading;
    expect(await fixture.commit("g", "orders", 1n)).toBe(0);
  });

  test("a topic that is deleted while a shard loads takes its offsets along when that is done", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    await fixture.commit("g", "payments", 6n);
    const { log } = fixture;
    await fixture.coordinator.onLeaderLost(0);
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    const loading = fixture.coordinator.onLeader(0, log, 2);
    await fixture.coordinator.onTopicsDeleted(["orders"]);
    open();
    await loading;
    expect(await fixture.committed("g", "orders", true)).toBe(-1n);
    expect(await fixture.committed("g", "payments")).toBe(6n);
    expect(fixture.errors).toEqual([]);
  });

  test("lost and gained: whoever waits hears of it, and the group goes on from the log, with new sessions", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    await fixture.commit("g", "orders", 5n, { memberId: one.memberId, generationIdOrMemberEpoch: 1 });
    const { log } = fixture;
    const waiting = fixture.join("g");
    await turns();
    await fixture.coordinator.onLeaderLost(0);
    expect((await waiting).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.clock.armed).toBe(0);
    await fixture.clock.advance(60_000);
    await fixture.coordinator.onLeader(0, log, 2);
    expect(await fixture.heartbeat("g", one)).toBe(ErrorCode.NONE);
    expect((await fixture.sync("g", one)).assignment.toString()).toBe("everything");
    expect(await fixture.committed("g", "orders")).toBe(5n);
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("g")).toBe("Empty");
    expect(log.leaderEpochs.at(-1)).toBe(2);
  });

  test("a later epoch without a loss in between changes nothing but the epoch", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    await fixture.coordinator.onLeader(0, fixture.log, 7);
    expect(await fixture.heartbeat("g", one)).toBe(ErrorCode.NONE);
    await fixture.commit("h", "orders", 1n);
    expect(fixture.log.leaderEpochs.at(-1)).toBe(7);
  });

  test("a log that cannot be read is reported, and its groups are nobody's", async () => {
    const fixture = await GroupFixture.start();
    const log = new MemoryGroupLog();
    log.appendRaw(
      encodeCoordinatorKey(OffsetCommitKey, { group: "g", topic: "t", partition: 0 }),
      Buffer.from([0, 3, 1]),
    );
    await fixture.coordinator.onLeaderLost(0);
    await fixture.coordinator.onLeader(0, log, 2);
    expect(fixture.errors).toHaveLength(1);
    expect((await fixture.join("g")).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toEqual([]);
  });
});
