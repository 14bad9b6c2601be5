import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine, subscription } from "../../../testing/group-machine.js";
import { groupMetadata, restoreGroup } from "./persisted.js";
import type { StableGroup } from "./state.js";

const range = { name: "range", metadata: subscription("t") };
const roundrobin = { name: "roundrobin", metadata: subscription("t") };

function stableGroup(machine: GroupMachine): StableGroup {
  if (machine.group.state !== "Stable") throw new Error(`the group is ${machine.group.state}`);
  return machine.group;
}

describe("the first rebalance", () => {
  test("a first member is answered when the initial delay is over, and leads generation 1", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 3000 });
    const ticket = machine.join();
    expect(machine.group.state).toBe("PreparingRebalance");
    machine.advance(2999);
    expect(machine.joins.has(ticket)).toBe(false);
    machine.advance(1);
    expect(machine.joins.get(ticket)).toEqual({
      errorCode: ErrorCode.NONE,
      memberId: "m1",
      generationId: 1,
      protocolType: "consumer",
      protocolName: "range",
      leader: "m1",
      skipAssignment: false,
      members: [{ memberId: "m1", groupInstanceId: null, metadata: range.metadata }],
    });
    expect(machine.group.state).toBe("CompletingRebalance");
  });

  test("each further member prolongs the delay by itself, but never beyond the rebalance timeout", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 3000 });
    const first = machine.join({ rebalanceTimeoutMs: 7000 });
    machine.advance(2000);
    machine.join({ rebalanceTimeoutMs: 7000 });
    machine.advance(1000);
    expect(machine.joins.has(first)).toBe(false);
    machine.advance(2000);
    machine.join({ rebalanceTimeoutMs: 7000 });
    machine.advance(1000);
    expect(machine.joins.has(first)).toBe(false);
    // 3000 + 3000 have passed, 7000 - 6000 are left.
    machine.advance(999);
    expect(machine.joins.has(first)).toBe(false);
    machine.advance(1);
    expect(machine.joins.get(first)?.members.map(({ memberId }) => memberId)).toEqual(["m1", "m2", "m3"]);
  });

  test("without a delay a single member goes on at once", () => {
    const machine = new GroupMachine();
    const ticket = machine.join();
    machine.advance(0);
    expect(machine.joins.get(ticket)?.generationId).toBe(1);
  });

  test("only the leader is told who is in the group", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join();
    const follower = machine.join();
    machine.advance(30);
    expect(machine.joins.get(follower)).toMatchObject({ leader: "m1", memberId: "m2", members: [] });
  });

  test("a new member's JoinGroup that waits longer than five minutes is answered with UNKNOWN_MEMBER_ID", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 400_000 });
    const ticket = machine.join({ rebalanceTimeoutMs: 800_000 });
    machine.advance(300_000);
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: "" });
    expect(machine.group.state).toBe("Empty");
    expect(machine.deadlines.size).toBe(0);
  });
});

describe("a member without an id", () => {
  test("gets one with MEMBER_ID_REQUIRED and comes again with it", () => {
    const machine = new GroupMachine();
    const first = machine.join({ requiresKnownMemberId: true });
    expect(machine.joins.get(first)).toMatchObject({
      errorCode: ErrorCode.MEMBER_ID_REQUIRED,
      memberId: "m1",
      generationId: -1,
    });
    expect(machine.group.state).toBe("Empty");
    const second = machine.join({ memberId: "m1", requiresKnownMemberId: true });
    machine.advance(0);
    expect(machine.joins.get(second)).toMatchObject({ errorCode: ErrorCode.NONE, memberId: "m1" });
  });

  test("loses the id when it does not come within its session timeout", () => {
    const machine = new GroupMachine();
    machine.join({ requiresKnownMemberId: true });
    machine.advance(10_000);
    const ticket = machine.join({ memberId: "m1" });
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: "m1" });
  });

  test("holds up a rebalance until it has come or lost its id", () => {
    const machine = GroupMachine.stable(1);
    machine.join({ requiresKnownMemberId: true });
    const leader = machine.join({ memberId: "m1" });
    expect(machine.joins.has(leader)).toBe(false);
    machine.advance(10_000);
    expect(machine.joins.get(leader)?.members).toHaveLength(1);
  });

  test("cannot come with a group instance", () => {
    const machine = new GroupMachine();
    machine.join({ requiresKnownMemberId: true });
    const ticket = machine.join({ memberId: "m1", groupInstanceId: "i" });
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, memberId: "" });
  });

  test("may leave before it came", () => {
    const machine = new GroupMachine();
    machine.join({ requiresKnownMemberId: true });
    expect(machine.leave({ memberId: "m1" })).toEqual({
      errorCode: 0,
      members: [{ memberId: "m1", groupInstanceId: null, errorCode: 0 }],
    });
    expect(machine.deadlines.size).toBe(0);
  });
});

describe("protocols", () => {
  test("a first member without type or protocols is INCONSISTENT_GROUP_PROTOCOL", () => {
    const machine = new GroupMachine();
    expect(machine.joins.get(machine.join({ protocolType: "" }))?.errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    expect(machine.joins.get(machine.join({ protocols: [] }))?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  test("another type, or no protocol that all members know, is INCONSISTENT_GROUP_PROTOCOL", () => {
    const machine = GroupMachine.stable(1);
    expect(machine.joins.get(machine.join({ protocolType: "connect" }))).toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      memberId: "",
    });
    expect(machine.joins.get(machine.join({ protocols: [roundrobin] }))?.errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    expect(machine.joins.get(machine.join({ memberId: "m1", protocols: [roundrobin] }))).toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      memberId: "m1",
    });
    expect(machine.group.state).toBe("Stable");
  });

  test("the protocol that most members prefer is chosen among those that all know", () => {
    const sticky = { name: "sticky", metadata: Buffer.from("s") };
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    const ticket = machine.join({ protocols: [sticky, range, roundrobin] });
    machine.join({ protocols: [roundrobin, range] });
    machine.join({ protocols: [roundrobin, range] });
    machine.advance(60);
    expect(machine.joins.get(ticket)?.protocolName).toBe("roundrobin");
  });

  test("a draw is decided by the order of a Java HashMap, not by who came first", () => {
    for (const [one, other] of [
      [
        [range, roundrobin],
        [roundrobin, range],
      ],
      [
        [roundrobin, range],
        [range, roundrobin],
      ],
    ] as const) {
      const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
      const ticket = machine.join({ protocols: one });
      machine.join({ protocols: other });
      machine.advance(60);
      expect(machine.joins.get(ticket)?.protocolName).toBe("range");
    }
  });

  test("a group that became empty takes any type again", () => {
    const machine = GroupMachine.stable(1);
    machine.leave({ memberId: "m1" });
    const ticket = machine.join({ protocolType: "connect", protocols: [roundrobin] });
    machine.advance(60);
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: 0, protocolType: "connect", generationId: 3 });
  });
});

describe("an existing member joins again", () => {
  test("an unknown id is UNKNOWN_MEMBER_ID", () => {
    const machine = GroupMachine.stable(1);
    expect(machine.joins.get(machine.join({ memberId: "nobody" }))).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      memberId: "nobody",
      generationId: -1,
    });
  });

  test("a follower with nothing new hears the current generation, without a rebalance", () => {
    const machine = GroupMachine.stable(2);
    expect(machine.joins.get(machine.join({ memberId: "m2" }))).toMatchObject({
      errorCode: 0,
      generationId: 1,
      leader: "m1",
      members: [],
    });
    expect(machine.group.state).toBe("Stable");
  });

  test("the leader, or a follower with another subscription, begins a rebalance", () => {
    for (const change of [
      { memberId: "m1" },
      { memberId: "m2", protocols: [{ name: "range", metadata: subscription("other") }] },
    ]) {
      const machine = GroupMachine.stable(2);
      const ticket = machine.join(change);
      expect(machine.group.state).toBe("PreparingRebalance");
      expect(machine.joins.has(ticket)).toBe(false);
      machine.join({ memberId: change.memberId === "m1" ? "m2" : "m1" });
      expect(machine.joins.get(ticket)).toMatchObject({ errorCode: 0, generationId: 2 });
    }
  });

  test("between JoinGroup and SyncGroup it hears the generation again, the leader with the members", () => {
    const machine = new GroupMachine();
    machine.join();
    machine.advance(0);
    expect(machine.joins.get(machine.join({ memberId: "m1" }))).toMatchObject({
      generationId: 1,
      members: [{ memberId: "m1" }],
    });
    expect(machine.group.state).toBe("CompletingRebalance");
  });

  test("between JoinGroup and SyncGroup a new subscription sends those who wait back to join", () => {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    machine.join();
    machine.join();
    machine.advance(60);
    const waiting = machine.sync("m2");
    machine.join({ memberId: "m1", protocols: [{ name: "range", metadata: subscription("other") }] });
    expect(machine.syncs.get(waiting)?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(machine.group.state).toBe("PreparingRebalance");
  });

  test("the earlier of two requests of one member is answered too", () => {
    const machine = GroupMachine.stable(2);
    const earlier = machine.join({ memberId: "m1" });
    const later = machine.join({ memberId: "m1" });
    expect(machine.joins.get(earlier)?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    machine.join({ memberId: "m2" });
    expect(machine.joins.get(later)?.errorCode).toBe(0);
  });
});

describe("the size limit", () => {
  test("turns a new member away from a full group", () => {
    const machine = GroupMachine.stable(2);
    machine.rules.maxSize = 2;
    expect(machine.joins.get(machine.join())).toMatchObject({
      errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED,
      memberId: "",
    });
    expect(machine.joins.get(machine.join({ memberId: "m2" }))?.errorCode).toBe(ErrorCode.NONE);
  });

  test("a group above the limit shrinks after it was loaded: the last to join again is turned away", () => {
    const before = GroupMachine.stable(3);
    const machine = new GroupMachine({ maxSize: 2 }, restoreGroup(groupMetadata(stableGroup(before))));
    machine.happen({ type: "restored" });
    expect(machine.group.state).toBe("PreparingRebalance");
    machine.join({ memberId: "m1" });
    machine.join({ memberId: "m2" });
    expect(machine.joins.get(machine.join({ memberId: "m3" }))?.errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect(machine.memberIds).toEqual(["m1", "m2"]);
  });
});
