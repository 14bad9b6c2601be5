import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine } from "../../../testing/group-machine.js";

describe("a rebalance", () => {
  test("drops dynamic members that do not join within the rebalance timeout", () => {
    const machine = GroupMachine.stable(3);
    const ticket = machine.join({ memberId: "m1" });
    for (let time = 0; time < 60_000; time += 5000) {
      for (const id of ["m2", "m3"]) expect(machine.heartbeat(id)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
      machine.advance(5000);
    }
    expect(machine.joins.get(ticket)?.members.map(({ memberId }) => memberId)).toEqual(["m1"]);
    expect(machine.heartbeat("m2")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("elects another leader when the leader does not join", () => {
    const machine = GroupMachine.stable(3);
    const ticket = machine.join();
    for (const id of ["m2", "m3"]) machine.join({ memberId: id });
    machine.advance(60_000);
    expect(machine.joins.get(ticket)).toMatchObject({ leader: "m2", memberId: "m4" });
  });

  test("keeps static members that do not join, and begins the wait anew when nobody else is there", () => {
    const machine = GroupMachine.stable(1, { groupInstanceId: "i", sessionTimeoutMs: 600_000 });
    machine.join({ groupInstanceId: "j", sessionTimeoutMs: 600_000 });
    machine.leave({ groupInstanceId: "j" });
    // m1 was awaited all the time; nobody is left who joined.
    expect(machine.group.state).toBe("PreparingRebalance");
    machine.advance(60_000);
    expect(machine.group.state).toBe("PreparingRebalance");
    expect(machine.memberIds).toEqual(["m1"]);
    const ticket = machine.join({ memberId: "m1", groupInstanceId: "i" });
    expect(machine.joins.get(ticket)?.errorCode).toBe(0);
  });

  test("a member with a rebalance timeout of 0 is dropped before it can send SyncGroup", () => {
    const machine = new GroupMachine();
    machine.join({ rebalanceTimeoutMs: 0 });
    machine.advance(0);
    expect(machine.group.state).toBe("Empty");
    expect(machine.generation).toBe(2);
  });

  test("members that do not send SyncGroup in time are dropped, and the others go back to join", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join({ sessionTimeoutMs: 100_000 });
    machine.join({ sessionTimeoutMs: 100_000 });
    machine.advance(60);
    const waiting = machine.sync("m2");
    machine.advance(60_000);
    expect(machine.syncs.get(waiting)?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(machine.memberIds).toEqual(["m2"]);
    expect(machine.group.state).toBe("PreparingRebalance");
  });

  test("members that do not fetch their assignment from a stable group in time are dropped too", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join({ sessionTimeoutMs: 100_000 });
    machine.join({ sessionTimeoutMs: 100_000 });
    machine.advance(60);
    machine.sync("m1", { m1: "a", m2: "b" });
    expect(machine.group.state).toBe("Stable");
    machine.advance(60_000);
    expect(machine.memberIds).toEqual(["m1"]);
    expect(machine.group.state).toBe("PreparingRebalance");
  });
});
