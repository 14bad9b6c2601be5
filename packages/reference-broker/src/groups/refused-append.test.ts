import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { turns } from "moldau-testing";

const day = 24 * 3_600_000;

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
    expect(await fixture.coordinator.leave("g", [{ memberId: one.memberId, groupInstanceId: "i" }])).toEqual({
      errorCode: answered,
      members: [],
    });
    expect([...(await fixture.coordinator.delete(["h"]))]).toEqual([["h", answered]]);
    await expect(
      fixture.coordinator.deleteOffsets({
        groupId: "h",
        topics: [{ name: "orders", partitions: [{ partitionIndex: 0 }] }],
      }),
    ).rejects.toMatchObject({ errorCode: answered });

    fixture.log.failWith = undefined;
    expect(fixture.log.batchCount).toBe(batchCount);
    expect(await fixture.committed("h", "orders")).toBe(5n);
    expect(await fixture.heartbeat("g", { ...one, groupInstanceId: "i" })).toBe(ErrorCode.NONE);
    expect(fixture.coordinator.list({ statesFilter: [], typesFilter: [] }).map(({ groupId }) => groupId)).toEqual([
      "g",
      "h",
    ]);
  });

  test("is told of where it fails by no fault of Kafka's kind", async () => {
    const fixture = await GroupFixture.start();
    const failure = new RangeError("the batch cannot be made");
    fixture.log.append = () => Promise.reject(failure);
    await expect(fixture.commit("g", "orders", 6n)).rejects.toMatchObject({
      errorCode: ErrorCode.UNKNOWN_SERVER_ERROR,
      cause: failure,
    });
    expect(fixture.errors).toEqual([failure]);
  });

  test("the leader whose assignment could not be written may bring it again; the others go on waiting", async () => {
    const fixture = await GroupFixture.start();
    const one = await fixture.stableGroup("g");
    const joining = fixture.join("g");
    await turns();
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
