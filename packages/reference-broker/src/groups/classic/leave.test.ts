import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine } from "../../../testing/group-machine.js";
import { deadGroup } from "./state.js";

describe("LeaveGroup", () => {
  test("answers each member by itself", () => {
    const machine = GroupMachine.stable(2, {});
    expect(
      machine
        .leave({ memberId: "m2" }, { memberId: "nobody" }, { memberId: "" }, { groupInstanceId: "i" })
        ?.members.map(({ errorCode }) => errorCode),
    ).toEqual([ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.UNKNOWN_MEMBER_ID]);
    expect(machine.group.state).toBe("PreparingRebalance");
    expect(machine.memberIds).toEqual(["m1"]);
  });

  test("nobody known: nothing happens", () => {
    const machine = GroupMachine.stable(1);
    machine.leave({ memberId: "nobody" });
    expect(machine.group.state).toBe("Stable");
  });

  test("the leader's going gives the lead to the one who is longest in the group", () => {
    const machine = GroupMachine.stable(3);
    machine.leave({ memberId: "m1" });
    machine.join({ memberId: "m3" });
    const ticket = machine.join({ memberId: "m2" });
    expect(machine.joins.get(ticket)).toMatchObject({ leader: "m2" });
  });

  test("ends a rebalance that waited for nobody else", () => {
    const machine = GroupMachine.stable(2);
    const ticket = machine.join({ memberId: "m1" });
    machine.leave({ memberId: "m2" });
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: 0, generationId: 2 });
  });

  test("a member that leaves while its JoinGroup waits is answered with UNKNOWN_MEMBER_ID", () => {
    const machine = GroupMachine.stable(2);
    const ticket = machine.join({ memberId: "m1" });
    machine.leave({ memberId: "m1" });
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: "" });
  });

  test("an administrator names static members by instance; a wrong member id is fenced", () => {
    const machine = GroupMachine.stable(1, { groupInstanceId: "i" });
    expect(machine.leave({ memberId: "other", groupInstanceId: "i" })?.members[0]?.errorCode).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
    expect(machine.leave({ groupInstanceId: "i" })?.members[0]).toEqual({
      memberId: "",
      groupInstanceId: "i",
      errorCode: ErrorCode.NONE,
    });
    expect(machine.group.state).toBe("Empty");
  });

  test("a dead group is COORDINATOR_NOT_AVAILABLE", () => {
    expect(new GroupMachine({}, deadGroup).leave({ memberId: "m1" })).toEqual({
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
      members: [],
    });
  });
});

describe("heartbeats and sessions", () => {
  test("heartbeats: alive, rebalancing, other generation, unknown, empty", () => {
    const machine = GroupMachine.stable(2);
    expect(machine.heartbeat("m1")).toBe(ErrorCode.NONE);
    expect(machine.heartbeat("m1", { generationId: 9 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(machine.heartbeat("nobody")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    machine.join();
    expect(machine.heartbeat("m1")).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(new GroupMachine().heartbeat("m1")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(new GroupMachine({}, deadGroup).heartbeat("m1")).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });

  test("heartbeats between JoinGroup and SyncGroup keep the member", () => {
    const machine = new GroupMachine();
    machine.join();
    machine.advance(9000);
    expect(machine.heartbeat("m1")).toBe(ErrorCode.NONE);
    machine.advance(9000);
    expect(machine.memberIds).toEqual(["m1"]);
  });

  test("a member that is silent for its session timeout goes, and the others rebalance", () => {
    const machine = GroupMachine.stable(2);
    machine.advance(9999);
    machine.heartbeat("m1");
    machine.advance(1);
    expect(machine.memberIds).toEqual(["m1"]);
    expect(machine.group.state).toBe("PreparingRebalance");
  });

  test("commits count as heartbeats", () => {
    const machine = GroupMachine.stable(1);
    machine.advance(9999);
    machine.happen({ type: "commit", memberId: "m1" });
    machine.advance(9999);
    expect(machine.memberIds).toEqual(["m1"]);
  });

  test("a member that waits for an answer is alive, however long", () => {
    const machine = GroupMachine.stable(2, { rebalanceTimeoutMs: 100_000 });
    const ticket = machine.join({ memberId: "m1", rebalanceTimeoutMs: 100_000 });
    for (let time = 0; time < 90_000; time += 5000) {
      machine.heartbeat("m2");
      machine.advance(5000);
    }
    expect(machine.joins.has(ticket)).toBe(false);
    expect(machine.memberIds).toEqual(["m1", "m2"]);
    machine.join({ memberId: "m2" });
    expect(machine.joins.get(ticket)?.errorCode).toBe(0);
    expect(machine.deadlines.get("m1")).toBe(machine.rules.nowMs + 10_000);
  });

  test("the last member's going leaves an empty group of the next generation, in the log", () => {
    const machine = GroupMachine.stable(1);
    machine.advance(10_000);
    expect(machine.group).toMatchObject({
      state: "Empty",
      generation: 2,
      protocolType: "consumer",
      changedAtMs: machine.rules.nowMs,
    });
    expect(machine.writes).toEqual([
      {
        protocolType: "consumer",
        generation: 2,
        protocolName: null,
        leader: null,
        changedAtMs: machine.rules.nowMs,
        members: [],
      },
    ]);
    expect(machine.deadlines.size).toBe(0);
  });
});
