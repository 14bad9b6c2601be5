import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine, subscription } from "../../../testing/group-machine.js";
import { commitError } from "./membership.js";

const range = { name: "range", metadata: subscription("t") };
const roundrobin = { name: "roundrobin", metadata: subscription("t") };

describe("static members", () => {
  function pair(): GroupMachine {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join({ groupInstanceId: "i1" });
    machine.join({ groupInstanceId: "i2" });
    machine.advance(60);
    machine.sync("m1", { m1: "one", m2: "two" }, { groupInstanceId: "i1" });
    machine.sync("m2", {}, { groupInstanceId: "i2" });
    machine.writes.length = 0;
    return machine;
  }

  test("come back under a new id without a rebalance, and keep their assignment", () => {
    const machine = pair();
    const ticket = machine.join({ groupInstanceId: "i2" });
    expect(machine.joins.get(ticket)).toMatchObject({
      errorCode: 0,
      memberId: "m3",
      generationId: 1,
      leader: "m1",
      members: [],
      skipAssignment: false,
    });
    expect(machine.group.state).toBe("Stable");
    expect(machine.writes).toHaveLength(1);
    expect(machine.syncs.get(machine.sync("m3", {}, { groupInstanceId: "i2" }))?.assignment.toString()).toBe("two");
    expect(machine.deadlines.has("m2")).toBe(false);
  });

  test("a leader of version 9 is told to skip the assignment, an older one that its old id leads", () => {
    const modern = pair();
    expect(modern.joins.get(modern.join({ groupInstanceId: "i1", supportsSkippingAssignment: true }))).toMatchObject({
      leader: "m3",
      skipAssignment: true,
      members: [
        { memberId: "m2", groupInstanceId: "i2" },
        { memberId: "m3", groupInstanceId: "i1" },
      ],
    });
    const old = pair();
    expect(old.joins.get(old.join({ groupInstanceId: "i1" }))).toMatchObject({
      memberId: "m3",
      leader: "m1",
      skipAssignment: false,
      members: [],
    });
  });

  test("whoever acts under the old id is fenced", () => {
    const machine = pair();
    machine.join({ groupInstanceId: "i2" });
    expect(machine.heartbeat("m2", { groupInstanceId: "i2" })).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(machine.syncs.get(machine.sync("m2", {}, { groupInstanceId: "i2" }))?.errorCode).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
    expect(machine.joins.get(machine.join({ memberId: "m2", groupInstanceId: "i2" }))?.errorCode).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
    expect(commitError(machine.group, { memberId: "m2", groupInstanceId: "i2", generationId: 1 })).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
    expect(machine.heartbeat("m2")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(machine.heartbeat("m9", { groupInstanceId: "unknown" })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("a double that joins fences the request that waits under the old id", () => {
    const machine = pair();
    const waiting = machine.join({ memberId: "m1", groupInstanceId: "i1" });
    expect(machine.group.state).toBe("PreparingRebalance");
    const double = machine.join({ groupInstanceId: "i1" });
    expect(machine.joins.get(waiting)).toMatchObject({
      errorCode: ErrorCode.FENCED_INSTANCE_ID,
      memberId: "m1",
      leader: "",
    });
    machine.join({ memberId: "m2", groupInstanceId: "i2" });
    expect(machine.joins.get(double)).toMatchObject({ errorCode: 0, memberId: "m3", leader: "m3" });
  });

  test("a double that comes while the assignment is computed fences and begins a rebalance", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join({ groupInstanceId: "i1" });
    machine.join({ groupInstanceId: "i2" });
    machine.advance(60);
    const waiting = machine.sync("m2", {}, { groupInstanceId: "i2" });
    machine.join({ groupInstanceId: "i2" });
    expect(machine.syncs.get(waiting)?.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(machine.group.state).toBe("PreparingRebalance");
  });

  test("coming back with other protocols rebalances when the group's choice changes by it", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join({ groupInstanceId: "i1", protocols: [range, roundrobin] });
    machine.advance(60);
    machine.sync("m1", { m1: "one" }, { groupInstanceId: "i1" });
    const ticket = machine.join({ groupInstanceId: "i1", protocols: [roundrobin] });
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: 0, generationId: 2, protocolName: "roundrobin" });
  });
});
