import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";

describe("committed offsets", () => {
  test("come back with epoch and metadata, null metadata as empty", async () => {
    const fixture = await GroupFixture.start();
    expect(await fixture.commit("g", "orders", 42n, { metadata: "note" })).toBe(0);
    expect(await fixture.commit("g", "payments", 7n)).toBe(0);
    expect(await fixture.coordinator.fetch("g", null, { requireStable: false })).toMatchObject([
      {
        name: "orders",
        partitions: [
          { partitionIndex: 0, committedOffset: 42n, committedLeaderEpoch: 3, metadata: "note", errorCode: 0 },
        ],
      },
      { name: "payments", partitions: [{ committedOffset: 7n, metadata: "" }] },
    ]);
    expect(await fixture.committed("g", "nothing")).toBe(-1n);
    expect(await fixture.committed("nobody", "orders")).toBe(-1n);
    expect(await fixture.coordinator.fetch("nobody", null, { requireStable: false })).toEqual([]);
  });

  test("of a topic that was there before under the same name do not count for the new one", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 42n);
    const other = Uuid.parse("AAAAAAAAAAAAAAAAAAAAFQ");
    const fetch = async (topicId: Uuid): Promise<bigint | undefined> =>
      (
        await fixture.coordinator.fetch("g", [{ name: "orders", topicId, partitionIndexes: [0] }], {
          requireStable: false,
        })
      )[0]?.partitions[0]?.committedOffset;
    expect(await fetch(other)).toBe(-1n);
    expect(await fetch(Uuid.zero)).toBe(42n);
  });

  test("metadata of more than 4096 characters is refused, the other partitions are not", async () => {
    const fixture = await GroupFixture.start();
    expect(await fixture.commit("g", "orders", 1n, { metadata: "ü".repeat(4096) })).toBe(0);
    expect(await fixture.commit("g", "orders", 2n, { metadata: "x".repeat(4097) })).toBe(
      ErrorCode.OFFSET_METADATA_TOO_LARGE,
    );
    expect(await fixture.committed("g", "orders")).toBe(1n);
  });

  test("of an unknown group: by anybody without a generation; a generation is GROUP_ID_NOT_FOUND, before version 9 ILLEGAL_GENERATION", async () => {
    const fixture = await GroupFixture.start();
    await expect(fixture.commit("g", "orders", 1n, { generationIdOrMemberEpoch: 4 })).rejects.toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
    });
    const request = {
      groupId: "g",
      generationIdOrMemberEpoch: 4,
      memberId: "m",
      groupInstanceId: null,
      retentionTimeMs: -1n,
      topics: [],
    };
    await expect(fixture.coordinator.commit(request, 8)).rejects.toMatchObject({
      errorCode: ErrorCode.ILLEGAL_GENERATION,
    });
    expect(await fixture.commit("g", "orders", 1n)).toBe(0);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] })).toEqual([
      { groupId: "g", protocolType: "", groupState: "Empty", groupType: "classic" },
    ]);
  });

  test("of members: in their generation only, and a commit keeps the member alive", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    await fixture.clock.advance(9000);
    expect(await fixture.commit("g", "orders", 5n, { memberId, generationIdOrMemberEpoch: 1 })).toBe(0);
    await fixture.clock.advance(9000);
    expect(fixture.stateOf("g")).toBe("Stable");
    await expect(fixture.commit("g", "orders", 6n, { memberId, generationIdOrMemberEpoch: 2 })).rejects.toMatchObject({
      errorCode: ErrorCode.ILLEGAL_GENERATION,
    });
    await expect(fixture.commit("g", "orders", 6n)).rejects.toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await fixture.committed("g", "orders")).toBe(5n);
  });

  test("requireStable waits for the commit before it, and refuses what an open transaction holds", async () => {
    const log = new MemoryGroupLog();
    const value = {
      offset: 9n,
      leaderEpoch: -1,
      metadata: "",
      commitTimestampMs: 1,
      expireTimestampMs: null,
      topicId: Uuid.zero,
    };
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
    const pending = await fixture.coordinator.fetch(
      "t",
      [{ name: "orders", topicId: Uuid.zero, partitionIndexes: [0, 1] }],
      { requireStable: true },
    );
    expect(pending[0]?.partitions.map(({ errorCode, committedOffset }) => [errorCode, committedOffset])).toEqual([
      [ErrorCode.UNSTABLE_OFFSET_COMMIT, -1n],
      [0, -1n],
    ]);
  });

  test("of transactions count from their marker on, unless a later plain commit came first", async () => {
    const log = new MemoryGroupLog();
    const offset = (topic: string, value: bigint) =>
      ({
        kind: "offset",
        groupId: "t",
        topic,
        partition: 0,
        value: {
          offset: value,
          leaderEpoch: -1,
          metadata: "",
          commitTimestampMs: 1,
          expireTimestampMs: null,
          topicId: Uuid.zero,
        },
      }) as const;
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
