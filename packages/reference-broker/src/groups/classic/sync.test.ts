import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine, subscription } from "../../../testing/group-machine.js";

const range = { name: "range", metadata: subscription("t") };

describe("SyncGroup", () => {
  function completing(count: number): GroupMachine {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    for (let index = 0; index < count; index++) machine.join();
    machine.advance(60);
    return machine;
  }

  test("followers wait for the leader; then everybody gets their own share, and nothing where the leader gave none", () => {
    const machine = completing(3);
    const second = machine.sync("m2");
    const third = machine.sync("m3");
    expect(machine.syncs.size).toBe(0);
    const first = machine.sync("m1", { m1: "one", m2: "two" });
    expect(machine.syncs.get(first)).toEqual({
      errorCode: 0,
      protocolType: "consumer",
      protocolName: "range",
      assignment: Buffer.from("one"),
    });
    expect(machine.syncs.get(second)?.assignment.toString()).toBe("two");
    expect(machine.syncs.get(third)?.assignment).toHaveLength(0);
    expect(machine.group.state).toBe("Stable");
  });

  test("the generation is written with every member, once the leader brought the assignment", () => {
    const machine = completing(2);
    machine.sync("m1", { m1: "one", m2: "two" });
    expect(machine.writes).toHaveLength(1);
    expect(machine.writes[0]).toMatchObject({
      protocolType: "consumer",
      generation: 1,
      protocolName: "range",
      leader: "m1",
      members: [
        {
          memberId: "m1",
          clientId: "client",
          clientHost: "/127.0.0.1",
          sessionTimeoutMs: 10_000,
          rebalanceTimeoutMs: 60_000,
          subscription: range.metadata,
          assignment: Buffer.from("one"),
        },
        { memberId: "m2", assignment: Buffer.from("two") },
      ],
    });
  });

  test("of a stable group answers at once", () => {
    const machine = GroupMachine.stable(2);
    expect(machine.syncs.get(machine.sync("m2"))).toMatchObject({
      errorCode: 0,
      assignment: Buffer.from("share of m2"),
    });
  });

  test("errors: unknown member, generation, protocol, rebalance, empty group", () => {
    const machine = GroupMachine.stable(2);
    const code = (memberId: string, event = {}): number | undefined =>
      machine.syncs.get(machine.sync(memberId, {}, event))?.errorCode;
    expect(code("nobody")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(code("m1", { generationId: 7 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(code("m1", { protocolType: "connect" })).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(code("m1", { protocolName: "sticky" })).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(code("m1", { protocolType: "consumer", protocolName: "range" })).toBe(ErrorCode.NONE);
    machine.join({ memberId: "m1" });
    expect(code("m1")).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    machine.leave({ memberId: "m1" }, { memberId: "m2" });
    expect(machine.group.state).toBe("Empty");
    expect(code("m1")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("the earlier of two requests of one member is answered too", () => {
    const machine = completing(2);
    const earlier = machine.sync("m2");
    const later = machine.sync("m2");
    expect(machine.syncs.get(earlier)?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    machine.sync("m1", { m2: "two" });
    expect(machine.syncs.get(later)?.assignment.toString()).toBe("two");
  });

  test("a member that leaves while it waits is answered with UNKNOWN_MEMBER_ID", () => {
    const machine = completing(2);
    const waiting = machine.sync("m2");
    machine.leave({ memberId: "m2" });
    expect(machine.syncs.get(waiting)?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});
