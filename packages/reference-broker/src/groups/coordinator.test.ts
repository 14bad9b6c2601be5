import { ErrorCode, OffsetCommitKey, Uuid, encodeCoordinatorKey } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";
import { settled } from "../../testing/virtual-clock.js";

const day = 24 * 3_600_000;

describe("a group's life", () => {
  test("two members: join, rebalance, sync, heartbeat, leave", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    expect(one).toMatchObject({ errorCode: 0, generationId: 1, leader: one.memberId });
    expect(one.memberId).toMatch(/^client-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

    const joining = fixture.join("g");
    await settled();
    expect(await fixture.heartbeat("g", one)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = await fixture.join("g", { memberId: one.memberId });
    const two = await joining;
    expect(again.members.map(({ memberId }) => memberId)).toEqual([one.memberId, two.memberId]);
    const following = fixture.sync("g", two);
    const leading = fixture.sync("g", again, { [one.memberId]: "a", [two.memberId]: "b" });
    expect((await leading).assignment.toString()).toBe("a");
    expect((await following).assignment.toString()).toBe("b");
    expect(await fixture.heartbeat("g", two)).toBe(ErrorCode.NONE);

    expect(await fixture.coordinator.leave("g", [{ memberId: one.memberId, groupInstanceId: null }])).toMatchObject({ errorCode: 0, members: [{ errorCode: 0 }] });
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("g")).toBe("Empty");
    expect(fixture.log.records.map((record) => (record.kind === "group" ? [record.value?.generation, record.value?.members.length] : record))).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 0],
    ]);
    await fixture.coordinator.close();
    expect(fixture.clock.pending).toBe(0);
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
    expect(await fixture.join("g", { sessionTimeoutMs: 5999, memberId: "x" })).toMatchObject({ errorCode: ErrorCode.INVALID_SESSION_TIMEOUT, memberId: "x" });
    expect((await fixture.join("g", { sessionTimeoutMs: 1_800_001 })).errorCode).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
  });

  test("an empty group id is INVALID_GROUP_ID, except for commits and fetches", async () => {
    const fixture = await GroupFixture.start();
    const member = { memberId: "m", generationId: 1 };
    expect((await fixture.join("")).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    expect((await fixture.sync("", member)).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await fixture.heartbeat("", member)).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await fixture.coordinator.leave("", [])).toEqual({ errorCode: ErrorCode.INVALID_GROUP_ID, members: [] });
    await expect(fixture.coordinator.deleteOffsets({ groupId: "", topics: [] })).rejects.toMatchObject({ errorCode: ErrorCode.INVALID_GROUP_ID });
    expect(await fixture.commit("", "orders", 4n)).toBe(0);
    expect(await fixture.committed("", "orders")).toBe(4n);
  });

  test("of an unknown group nobody is a member, and it does not come into being by being asked", async () => {
    const fixture = await GroupFixture.start();
    const member = { memberId: "m", generationId: 1 };
    expect(await fixture.join("g", { memberId: "m", protocols: [] })).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: "m" });
    expect((await fixture.sync("g", member)).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await fixture.heartbeat("g", member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await fixture.coordinator.leave("g", [{ memberId: "m", groupInstanceId: null }])).toMatchObject({ errorCode: 0, members: [{ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }] });
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

describe("committed offsets", () => {
  test("come back with epoch and metadata, null metadata as empty", async () => {
    const fixture = await GroupFixture.start();
    expect(await fixture.commit("g", "orders", 42n, { metadata: "note" })).toBe(0);
    expect(await fixture.commit("g", "payments", 7n)).toBe(0);
    expect(await fixture.coordinator.fetch("g", null, false)).toMatchObject([
      { name: "orders", partitions: [{ partitionIndex: 0, committedOffset: 42n, committedLeaderEpoch: 3, metadata: "note", errorCode: 0 }] },
      { name: "payments", partitions: [{ committedOffset: 7n, metadata: "" }] },
    ]);
    expect(await fixture.committed("g", "nothing")).toBe(-1n);
    expect(await fixture.committed("nobody", "orders")).toBe(-1n);
    expect(await fixture.coordinator.fetch("nobody", null, false)).toEqual([]);
  });

  test("of a topic that was there before under the same name do not count for the new one", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 42n);
    const other = Uuid.parse("AAAAAAAAAAAAAAAAAAAAFQ");
    const fetch = async (topicId: Uuid): Promise<bigint | undefined> =>
      (await fixture.coordinator.fetch("g", [{ name: "orders", topicId, partitionIndexes: [0] }], false))[0]?.partitions[0]?.committedOffset;
    expect(await fetch(other)).toBe(-1n);
    expect(await fetch(Uuid.zero)).toBe(42n);
  });

  test("metadata of more than 4096 characters is refused, the other partitions are not", async () => {
    const fixture = await GroupFixture.start();
    expect(await fixture.commit("g", "orders", 1n, { metadata: "ü".repeat(4096) })).toBe(0);
    expect(await fixture.commit("g", "orders", 2n, { metadata: "x".repeat(4097) })).toBe(ErrorCode.OFFSET_METADATA_TOO_LARGE);
    expect(await fixture.committed("g", "orders")).toBe(1n);
  });

  test("of an unknown group: by anybody without a generation; a generation is GROUP_ID_NOT_FOUND, before version 9 ILLEGAL_GENERATION", async () => {
    const fixture = await GroupFixture.start();
    await expect(fixture.commit("g", "orders", 1n, { generationIdOrMemberEpoch: 4 })).rejects.toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND });
    const request = { groupId: "g", generationIdOrMemberEpoch: 4, memberId: "m", groupInstanceId: null, retentionTimeMs: -1n, topics: [] };
    await expect(fixture.coordinator.commit(request, 8)).rejects.toMatchObject({ errorCode: ErrorCode.ILLEGAL_GENERATION });
    expect(await fixture.commit("g", "orders", 1n)).toBe(0);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toEqual([{ groupId: "g", protocolType: "", groupState: "Empty", groupType: "classic" }]);
  });

  test("of members: in their generation only, and a commit keeps the member alive", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    await fixture.clock.advance(9000);
    expect(await fixture.commit("g", "orders", 5n, { memberId, generationIdOrMemberEpoch: 1 })).toBe(0);
    await fixture.clock.advance(9000);
    expect(fixture.stateOf("g")).toBe("Stable");
    await expect(fixture.commit("g", "orders", 6n, { memberId, generationIdOrMemberEpoch: 2 })).rejects.toMatchObject({ errorCode: ErrorCode.ILLEGAL_GENERATION });
    await expect(fixture.commit("g", "orders", 6n)).rejects.toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await fixture.committed("g", "orders")).toBe(5n);
  });

  test("requireStable waits for the commit before it, and refuses what an open transaction holds", async () => {
    const log = new MemoryGroupLog();
    const value = { offset: 9n, leaderEpoch: -1, metadata: "", commitTimestampMs: 1, expireTimestampMs: null, topicId: Uuid.zero };
    log.appendTransactional(77n, [{ kind: "offset", groupId: "t", topic: "orders", partition: 0, value }]);
    const fixture = await GroupFixture.start({}, [log]);
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    const commit = fixture.commit("g", "orders", 5n);
    const stable = fixture.committed("g", "orders", true);
    expect(await fixture.committed("g", "orders")).toBe(-1n);
    open();
    expect(await commit).toBe(0);
    expect(await stable).toBe(5n);
    const pending = await fixture.coordinator.fetch("t", [{ name: "orders", topicId: Uuid.zero, partitionIndexes: [0, 1] }], true);
    expect(pending[0]?.partitions.map(({ errorCode, committedOffset }) => [errorCode, committedOffset])).toEqual([[ErrorCode.UNSTABLE_OFFSET_COMMIT, -1n], [0, -1n]]);
  });

  test("of transactions count from their marker on, unless a later plain commit came first", async () => {
    const log = new MemoryGroupLog();
    const offset = (topic: string, value: bigint) =>
      ({ kind: "offset", groupId: "t", topic, partition: 0, value: { offset: value, leaderEpoch: -1, metadata: "", commitTimestampMs: 1, expireTimestampMs: null, topicId: Uuid.zero } }) as const;
    log.appendTransactional(1n, [offset("committed", 10n), offset("overtaken", 10n)]);
    log.appendTransactional(2n, [offset("aborted", 10n)]);
    const before = await GroupFixture.start({}, [log]);
    await before.commit("t", "overtaken", 11n);
    log.appendMarker("COMMIT", 1n);
    log.appendMarker("ABORT", 2n);
    const fixture = await GroupFixture.start({}, [log]);
    expect(await fixture.committed("t", "committed")).toBe(10n);
    expect(await fixture.committed("t", "overtaken")).toBe(11n);
    expect(await fixture.committed("t", "aborted")).toBe(-1n);
  });
});

describe("retention", () => {
  test("offsets of an empty group go a week after the last member went, and the group with them", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    await fixture.commit("g", "orders", 5n, { memberId, generationIdOrMemberEpoch: 1 });
    await fixture.coordinator.leave("g", [{ memberId, groupInstanceId: null }]);
    await fixture.clock.advance(7 * day - 600_000);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    await fixture.clock.advance(1_200_000);
    expect(await fixture.committed("g", "orders")).toBe(-1n);
    expect(fixture.stateOf("g")).toBe("Dead");
    expect(fixture.log.records.slice(-2)).toMatchObject([{ kind: "offset", topic: "orders", value: null }, { kind: "group", groupId: "g", value: null }]);
    await fixture.clock.advance(day);
    expect(fixture.clock.pending).toBe(0);
  });

  test("of a simple group from the commit on; a retention of its own counts instead", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    await fixture.commit("g", "payments", 5n, { retentionTimeMs: BigInt(day) });
    await fixture.clock.advance(2 * day);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await fixture.committed("g", "payments")).toBe(-1n);
  });

  test("with members only of topics that nobody reads", async () => {
    const fixture = await GroupFixture.start();
    const member = await fixture.stableGroup("g", { sessionTimeoutMs: 1_800_000 });
    const claim = { memberId: member.memberId, generationIdOrMemberEpoch: 1 };
    await fixture.commit("g", "orders", 5n, claim);
    await fixture.commit("g", "payments", 5n, claim);
    for (let time = 0; time <= 8 * day; time += 1_700_000) {
      await fixture.heartbeat("g", member);
      await fixture.clock.advance(1_700_000);
    }
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await fixture.committed("g", "payments")).toBe(-1n);
    expect(fixture.stateOf("g")).toBe("Stable");
  });

  test("not while a transaction holds them", async () => {
    const log = new MemoryGroupLog();
    const value = { offset: 9n, leaderEpoch: -1, metadata: "", commitTimestampMs: 1, expireTimestampMs: null, topicId: Uuid.zero };
    log.appendTransactional(1n, [{ kind: "offset", groupId: "t", topic: "orders", partition: 0, value }]);
    const fixture = await GroupFixture.start({}, [log]);
    await fixture.clock.advance(30 * day);
    expect(fixture.stateOf("t")).toBe("Empty");
    await fixture.coordinator.close();
  });

  test("an empty group without offsets goes at the next look", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    await fixture.coordinator.leave("g", [{ memberId, groupInstanceId: null }]);
    await fixture.clock.advance(600_000);
    expect(fixture.stateOf("g")).toBe("Dead");
  });
});

describe("administration", () => {
  test("describes members of a stable group with metadata, of others without; an unknown group is dead", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    expect(fixture.coordinator.describe(["g"], 5)[0]).toMatchObject({
      errorCode: 0,
      groupState: "Stable",
      protocolType: "consumer",
      protocolData: "range",
      members: [{ memberId, clientId: "client", clientHost: "/127.0.0.1", memberAssignment: Buffer.from("everything") }],
    });
    const joining = fixture.join("g");
    await settled();
    const rebalancing = fixture.coordinator.describe(["g"], 5)[0];
    expect(rebalancing).toMatchObject({ groupState: "PreparingRebalance", protocolType: "consumer", protocolData: "" });
    expect(rebalancing?.members[0]?.memberMetadata).toHaveLength(0);
    expect(fixture.coordinator.describe(["nobody"], 5)[0]).toMatchObject({ errorCode: 0, groupState: "Dead", errorMessage: null });
    expect(fixture.coordinator.describe(["nobody"], 6)[0]).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND, groupState: "Dead", errorMessage: "Group nobody not found." });
    await fixture.coordinator.close();
    expect((await joining).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  test("lists by state and type, without regard to case", async () => {
    const fixture = await GroupFixture.start();
    await fixture.stableGroup("s");
    await fixture.commit("e", "orders", 1n);
    const list = (statesFilter: string[], typesFilter: string[] = []): string[] => fixture.coordinator.list({ statesFilter, typesFilter }).map(({ groupId }) => groupId);
    expect(list([])).toEqual(["s", "e"]);
    expect(list([" sTaBLE"])).toEqual(["s"]);
    expect(list(["empty", "Stable"])).toEqual(["s", "e"]);
    expect(list([], ["CLASSIC"])).toEqual(["s", "e"]);
    expect(list([], ["consumer"])).toEqual([]);
    expect(list(["nonsense"])).toEqual([]);
  });

  test("deletes empty groups with their offsets, and no others", async () => {
    const fixture = await GroupFixture.start({ "offsets.topic.num.partitions": 5 });
    await fixture.stableGroup("live");
    await fixture.commit("a", "orders", 1n);
    await fixture.commit("b", "orders", 1n);
    expect([...(await fixture.coordinator.delete(["a", "live", "nobody", "b", "a"]))].sort()).toEqual([
      ["a", 0],
      ["b", 0],
      ["live", ErrorCode.NON_EMPTY_GROUP],
      ["nobody", ErrorCode.GROUP_ID_NOT_FOUND],
    ]);
    expect(await fixture.committed("a", "orders")).toBe(-1n);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] }).map(({ groupId }) => groupId)).toEqual(["live"]);
    const log = fixture.logs.get(fixture.coordinator.partitionOf("a"));
    expect(log?.records.filter(({ groupId }) => groupId === "a")).toMatchObject([{ kind: "offset" }, { kind: "offset", groupId: "a", value: null }, { kind: "group", groupId: "a", value: null }]);
  });

  test("deletes offsets of topics that no member reads", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    const claim = { memberId, generationIdOrMemberEpoch: 1 };
    await fixture.commit("g", "orders", 5n, claim);
    await fixture.commit("g", "payments", 5n, claim);
    const topics = ["orders", "payments"].map((name) => ({ name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }));
    expect((await fixture.coordinator.deleteOffsets({ groupId: "g", topics })).map(({ partitions }) => partitions.map(({ errorCode }) => errorCode))).toEqual([
      [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC],
      [0, 0],
    ]);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await fixture.committed("g", "payments")).toBe(-1n);
    await expect(fixture.coordinator.deleteOffsets({ groupId: "nobody", topics })).rejects.toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND });
    await fixture.stableGroup("other", { protocolType: "connect" });
    await expect(fixture.coordinator.deleteOffsets({ groupId: "other", topics })).rejects.toMatchObject({ errorCode: ErrorCode.NON_EMPTY_GROUP });
  });

  test("offsets of deleted topics are removed", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    await fixture.commit("g", "payments", 5n);
    await fixture.coordinator.onTopicsDeleted(["orders"]);
    expect(await fixture.committed("g", "orders")).toBe(-1n);
    expect(await fixture.committed("g", "payments")).toBe(5n);
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
    expect(fixture.coordinator.describe([groupId], 6)[0]).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR, groupState: "" });
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
    expect((await fixture.sync("g", { memberId: "m", generationId: 1 })).errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(await fixture.heartbeat("g", { memberId: "m", generationId: 1 })).toBe(ErrorCode.NONE);
    expect(() => fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toThrow(expect.objectContaining({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS }));
    open();
    await loading;
    expect(await fixture.commit("g", "orders", 1n)).toBe(0);
  });

  test("lost and gained: whoever waits hears of it, and the group goes on from the log, with new sessions", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    await fixture.commit("g", "orders", 5n, { memberId: one.memberId, generationIdOrMemberEpoch: 1 });
    const { log } = fixture;
    const waiting = fixture.join("g");
    await settled();
    await fixture.coordinator.onLeaderLost(0);
    expect((await waiting).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.clock.pending).toBe(0);
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
    log.appendRaw(encodeCoordinatorKey(OffsetCommitKey, { group: "g", topic: "t", partition: 0 }), Buffer.from([0, 3, 1]));
    await fixture.coordinator.onLeaderLost(0);
    await fixture.coordinator.onLeader(0, log, 2);
    expect(fixture.errors).toHaveLength(1);
    expect((await fixture.join("g")).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toEqual([]);
  });
});

describe("a log that refuses", () => {
  const refusals = [
    [ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
    [ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION],
  ] as const;

  test.each(refusals)("with %i is answered with %i, and nothing has changed", async (refused, answered) => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g", { groupInstanceId: "i" });
    await fixture.commit("h", "orders", 5n);
    const { batchCount } = fixture.log;
    fixture.log.failWith = refused;

    await expect(fixture.commit("h", "orders", 6n)).rejects.toMatchObject({ errorCode: answered });
    await expect(fixture.commit("new", "orders", 6n)).rejects.toMatchObject({ errorCode: answered });
    expect((await fixture.join("fresh")).errorCode).toBe(answered);
    expect((await fixture.join("g", { groupInstanceId: "i" })).errorCode).toBe(answered);
    expect(await fixture.coordinator.leave("g", [{ memberId: one.memberId, groupInstanceId: "i" }])).toEqual({ errorCode: answered, members: [] });
    expect([...(await fixture.coordinator.delete(["h"]))]).toEqual([["h", answered]]);
    await expect(fixture.coordinator.deleteOffsets({ groupId: "h", topics: [{ name: "orders", partitions: [{ partitionIndex: 0 }] }] })).rejects.toMatchObject({ errorCode: answered });

    fixture.log.failWith = undefined;
    expect(fixture.log.batchCount).toBe(batchCount);
    expect(await fixture.committed("h", "orders")).toBe(5n);
    expect(await fixture.heartbeat("g", { ...one, groupInstanceId: "i" })).toBe(ErrorCode.NONE);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] }).map(({ groupId }) => groupId)).toEqual(["g", "h"]);
  });

  test("the leader whose assignment could not be written may bring it again; the others go on waiting", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    const joining = fixture.join("g");
    await settled();
    const again = await fixture.join("g", { memberId: one.memberId });
    const two = await joining;
    const following = fixture.sync("g", two);
    fixture.log.failWith = ErrorCode.KAFKA_STORAGE_ERROR;
    expect((await fixture.sync("g", again, { [two.memberId]: "b" })).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.stateOf("g")).toBe("CompletingRebalance");
    fixture.log.failWith = undefined;
    expect((await fixture.sync("g", again, { [two.memberId]: "b" })).errorCode).toBe(0);
    expect((await following).assignment.toString()).toBe("b");
  });

  test("a silent member is removed as soon as the log takes it", async () => {
    const fixture = await GroupFixture.start();
    await fixture.stableGroup("g");
    fixture.log.failWith = ErrorCode.KAFKA_STORAGE_ERROR;
    await fixture.clock.advance(15_000);
    expect(fixture.stateOf("g")).toBe("Stable");
    fixture.log.failWith = undefined;
    await fixture.clock.advance(1000);
    expect(fixture.stateOf("g")).toBe("Empty");
    expect(fixture.errors).toEqual([]);
  });

  test("expired offsets that could not be removed are reported and tried again", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    fixture.log.failWith = ErrorCode.KAFKA_STORAGE_ERROR;
    await fixture.clock.advance(7 * day + 600_000);
    expect(fixture.errors.length).toBeGreaterThan(0);
    fixture.log.failWith = undefined;
    await fixture.clock.advance(600_000);
    expect(await fixture.committed("g", "orders")).toBe(-1n);
  });
});
