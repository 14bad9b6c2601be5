import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { turns } from "moldau-testing";

describe("administration", () => {
  test("describes members of a stable group with metadata, of others without; an unknown group is dead", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    expect(fixture.coordinator.describe(["g"], 5)[0]).toMatchObject({
      errorCode: 0,
      groupState: "Stable",
      protocolType: "consumer",
      protocolData: "range",
      members: [
        { memberId, clientId: "client", clientHost: "/127.0.0.1", memberAssignment: Buffer.from("everything") },
      ],
    });
    const joining = fixture.join("g");
    await turns();
    const rebalancing = fixture.coordinator.describe(["g"], 5)[0];
    expect(rebalancing).toMatchObject({ groupState: "PreparingRebalance", protocolType: "consumer", protocolData: "" });
    expect(rebalancing?.members[0]?.memberMetadata).toHaveLength(0);
    expect(fixture.coordinator.describe(["nobody"], 5)[0]).toMatchObject({
      errorCode: 0,
      groupState: "Dead",
      errorMessage: null,
    });
    expect(fixture.coordinator.describe(["nobody"], 6)[0]).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      groupState: "Dead",
      errorMessage: "Group nobody not found.",
    });
    await fixture.coordinator.close();
    expect((await joining).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  test("lists by state and type, without regard to case", async () => {
    const fixture = await GroupFixture.start();
    await fixture.stableGroup("s");
    await fixture.commit("e", "orders", 1n);
    const list = (statesFilter: string[], typesFilter: string[] = []): string[] =>
      fixture.coordinator.list({ statesFilter, typesFilter }).map(({ groupId }) => groupId);
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
    expect(Object.fromEntries(await fixture.coordinator.delete(["a", "live", "nobody", "b", "a"]))).toEqual({
      a: 0,
      b: 0,
      live: ErrorCode.NON_EMPTY_GROUP,
      nobody: ErrorCode.GROUP_ID_NOT_FOUND,
    });
    expect(await fixture.committed("a", "orders")).toBe(-1n);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] }).map(({ groupId }) => groupId)).toEqual([
      "live",
    ]);
    const log = fixture.logs.get(fixture.coordinator.partitionOf("a"));
    expect(log?.records.filter(({ groupId }) => groupId === "a")).toMatchObject([
      { kind: "offset" },
      { kind: "offset", groupId: "a", value: null },
      { kind: "group", groupId: "a", value: null },
    ]);
  });

  test("deletes offsets of topics that no member reads", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    const claim = { memberId, generationIdOrMemberEpoch: 1 };
    await fixture.commit("g", "orders", 5n, claim);
    await fixture.commit("g", "payments", 5n, claim);
    const topics = ["orders", "payments"].map((name) => ({
      name,
      partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }],
    }));
    expect(
      (await fixture.coordinator.deleteOffsets({ groupId: "g", topics })).map(({ partitions }) =>
        partitions.map(({ errorCode }) => errorCode),
      ),
    ).toEqual([
      [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC],
      [0, 0],
    ]);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await fixture.committed("g", "payments")).toBe(-1n);
    await expect(fixture.coordinator.deleteOffsets({ groupId: "nobody", topics })).rejects.toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
    });
    await fixture.stableGroup("other", { protocolType: "connect" });
    await expect(fixture.coordinator.deleteOffsets({ groupId: "other", topics })).rejects.toMatchObject({
      errorCode: ErrorCode.NON_EMPTY_GROUP,
    });
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
