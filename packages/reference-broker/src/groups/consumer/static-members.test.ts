import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../../testing/group-fixture.js";

function start(): Promise<GroupFixture> {
  return GroupFixture.start({ "group.consumer.assignment.interval.ms": 0 });
}

const partitionCount = (answer: {
  readonly assignment: { readonly topicPartitions: readonly { readonly partitions: readonly number[] }[] } | null;
}) => answer.assignment?.topicPartitions.flatMap(({ partitions }) => partitions).length;

describe("a static member of a group of the consumer protocol", () => {
  test("leaves for a while, and its next incarnation has what it had without a rebalance", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { instanceId: "i" });
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: -2, instanceId: "i" })).toMatchObject({
      errorCode: 0,
      memberId: "a",
      memberEpoch: -2,
    });
    const next = await fixture.beatToJoin("g", "b", { instanceId: "i" });
    expect(next).toMatchObject({ errorCode: 0, memberId: "b", memberEpoch: 2 });
    expect(partitionCount(next)).toBe(6);
    expect(fixture.coordinator.describeConsumer(["g"])[0]).toMatchObject({
      groupState: "Stable",
      groupEpoch: 2,
      members: [{ memberId: "b", instanceId: "i" }],
    });
  });

  test("is fenced when another took its place, and refused while its place is not free", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { instanceId: "i" });
    expect(await fixture.beatToJoin("g", "b", { instanceId: "i" })).toMatchObject({
      errorCode: ErrorCode.UNRELEASED_INSTANCE_ID,
      errorMessage:
        "Static member b with instance id i cannot join the group because the instance id is owned by a member.",
    });
    await fixture.beat("g", { memberId: "a", memberEpoch: -2, instanceId: "i" });
    await fixture.beatToJoin("g", "b", { instanceId: "i" });
    const fenced = {
      errorCode: ErrorCode.FENCED_INSTANCE_ID,
      errorMessage: "Static member a with instance id i was fenced by member b.",
    };
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: 2, instanceId: "i" })).toMatchObject(fenced);
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: -1, instanceId: "i" })).toMatchObject(fenced);
    expect(await fixture.beat("g", { memberId: "a", memberEpoch: 2, instanceId: "other" })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      errorMessage: "Instance id other is unknown.",
    });
  });

  test("that does not come back within its session loses its place", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { instanceId: "i" });
    await fixture.beat("g", { memberId: "a", memberEpoch: -2, instanceId: "i" });
    await fixture.clock.advance(45_000);
    expect(fixture.coordinator.describeConsumer(["g"])[0]).toMatchObject({ groupState: "Empty", groupEpoch: 3 });
  });

  test("that leaves for good is gone at once", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { instanceId: "i" });
    await fixture.beat("g", { memberId: "a", memberEpoch: -1, instanceId: "i" });
    expect(fixture.coordinator.describeConsumer(["g"])[0]).toMatchObject({ groupState: "Empty", members: [] });
  });
});
