import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine, subscription } from "../../../testing/group-machine.js";
import { commitError } from "./membership.js";
import { groupMetadata, restoreGroup } from "./persisted.js";
import { deadGroup, isSubscribedTo, memberOf, type StableGroup } from "./state.js";

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
    expect(machine.joins.get(first)).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: "m1", generationId: -1 });
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
    expect(machine.leave({ memberId: "m1" })).toEqual({ errorCode: 0, members: [{ memberId: "m1", groupInstanceId: null, errorCode: 0 }] });
    expect(machine.deadlines.size).toBe(0);
  });
});

describe("protocols", () => {
  test("a first member without type or protocols is INCONSISTENT_GROUP_PROTOCOL", () => {
    const machine = new GroupMachine();
    expect(machine.joins.get(machine.join({ protocolType: "" }))?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(machine.joins.get(machine.join({ protocols: [] }))?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  test("another type, or no protocol that all members know, is INCONSISTENT_GROUP_PROTOCOL", () => {
    const machine = GroupMachine.stable(1);
    expect(machine.joins.get(machine.join({ protocolType: "connect" }))).toMatchObject({ errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId: "" });
    expect(machine.joins.get(machine.join({ protocols: [roundrobin] }))?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
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
    for (const [one, other] of [[[range, roundrobin], [roundrobin, range]], [[roundrobin, range], [range, roundrobin]]] as const) {
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
    expect(machine.joins.get(machine.join({ memberId: "nobody" }))).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: "nobody", generationId: -1 });
  });

  test("a follower with nothing new hears the current generation, without a rebalance", () => {
    const machine = GroupMachine.stable(2);
    expect(machine.joins.get(machine.join({ memberId: "m2" }))).toMatchObject({ errorCode: 0, generationId: 1, leader: "m1", members: [] });
    expect(machine.group.state).toBe("Stable");
  });

  test("the leader, or a follower with another subscription, begins a rebalance", () => {
    for (const change of [{ memberId: "m1" }, { memberId: "m2", protocols: [{ name: "range", metadata: subscription("other") }] }]) {
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
    expect(machine.joins.get(machine.join({ memberId: "m1" }))).toMatchObject({ generationId: 1, members: [{ memberId: "m1" }] });
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
    expect(machine.syncs.get(first)).toEqual({ errorCode: 0, protocolType: "consumer", protocolName: "range", assignment: Buffer.from("one") });
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
        { memberId: "m1", clientId: "client", clientHost: "/127.0.0.1", sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 60_000, subscription: range.metadata, assignment: Buffer.from("one") },
        { memberId: "m2", assignment: Buffer.from("two") },
      ],
    });
  });

  test("of a stable group answers at once", () => {
    const machine = GroupMachine.stable(2);
    expect(machine.syncs.get(machine.sync("m2"))).toMatchObject({ errorCode: 0, assignment: Buffer.from("share of m2") });
  });

  test("errors: unknown member, generation, protocol, rebalance, empty group", () => {
    const machine = GroupMachine.stable(2);
    const code = (memberId: string, event = {}): number | undefined => machine.syncs.get(machine.sync(memberId, {}, event))?.errorCode;
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
    expect(machine.group).toMatchObject({ state: "Empty", generation: 2, protocolType: "consumer", changedAtMs: machine.rules.nowMs });
    expect(machine.writes).toEqual([{ protocolType: "consumer", generation: 2, protocolName: null, leader: null, changedAtMs: machine.rules.nowMs, members: [] }]);
    expect(machine.deadlines.size).toBe(0);
  });
});

describe("LeaveGroup", () => {
  test("answers each member by itself", () => {
    const machine = GroupMachine.stable(2, {});
    expect(machine.leave({ memberId: "m2" }, { memberId: "nobody" }, { memberId: "" }, { groupInstanceId: "i" })?.members.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.NONE,
      ErrorCode.UNKNOWN_MEMBER_ID,
      ErrorCode.UNKNOWN_MEMBER_ID,
      ErrorCode.UNKNOWN_MEMBER_ID,
    ]);
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
    expect(machine.leave({ memberId: "other", groupInstanceId: "i" })?.members[0]?.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(machine.leave({ groupInstanceId: "i" })?.members[0]).toEqual({ memberId: "", groupInstanceId: "i", errorCode: ErrorCode.NONE });
    expect(machine.group.state).toBe("Empty");
  });

  test("a dead group is COORDINATOR_NOT_AVAILABLE", () => {
    expect(new GroupMachine({}, deadGroup).leave({ memberId: "m1" })).toEqual({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, members: [] });
  });
});

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
    expect(machine.joins.get(ticket)).toMatchObject({ errorCode: 0, memberId: "m3", generationId: 1, leader: "m1", members: [], skipAssignment: false });
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
      members: [{ memberId: "m2", groupInstanceId: "i2" }, { memberId: "m3", groupInstanceId: "i1" }],
    });
    const old = pair();
    expect(old.joins.get(old.join({ groupInstanceId: "i1" }))).toMatchObject({ memberId: "m3", leader: "m1", skipAssignment: false, members: [] });
  });

  test("whoever acts under the old id is fenced", () => {
    const machine = pair();
    machine.join({ groupInstanceId: "i2" });
    expect(machine.heartbeat("m2", { groupInstanceId: "i2" })).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(machine.syncs.get(machine.sync("m2", {}, { groupInstanceId: "i2" }))?.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(machine.joins.get(machine.join({ memberId: "m2", groupInstanceId: "i2" }))?.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(commitError(machine.group, { memberId: "m2", groupInstanceId: "i2", generationId: 1 })).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(machine.heartbeat("m2")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(machine.heartbeat("m9", { groupInstanceId: "unknown" })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("a double that joins fences the request that waits under the old id", () => {
    const machine = pair();
    const waiting = machine.join({ memberId: "m1", groupInstanceId: "i1" });
    expect(machine.group.state).toBe("PreparingRebalance");
    const double = machine.join({ groupInstanceId: "i1" });
    expect(machine.joins.get(waiting)).toMatchObject({ errorCode: ErrorCode.FENCED_INSTANCE_ID, memberId: "m1", leader: "" });
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

describe("the size limit", () => {
  test("turns a new member away from a full group", () => {
    const machine = GroupMachine.stable(2);
    machine.rules.maxSize = 2;
    expect(machine.joins.get(machine.join())).toMatchObject({ errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED, memberId: "" });
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

describe("offset commits", () => {
  const claim = { memberId: "m1", groupInstanceId: null, generationId: 1 };
  const simple = { memberId: "", groupInstanceId: null, generationId: -1 };

  test("of members of the generation, and of nobody else, while there are members", () => {
    const { group } = GroupMachine.stable(1);
    expect(commitError(group, claim)).toBe(ErrorCode.NONE);
    expect(commitError(group, { ...claim, generationId: 0 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(commitError(group, { ...claim, generationId: -1 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(commitError(group, { ...claim, memberId: "nobody" })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(commitError(group, simple)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("of anybody without a generation in an empty group", () => {
    const { group } = new GroupMachine();
    expect(commitError(group, simple)).toBe(ErrorCode.NONE);
    expect(commitError(group, claim)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(commitError(deadGroup, simple)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });

  test("during a rebalance yes, between JoinGroup and SyncGroup no", () => {
    const machine = GroupMachine.stable(1);
    machine.join();
    expect(commitError(machine.group, claim)).toBe(ErrorCode.NONE);
    machine.join({ memberId: "m1" });
    expect(commitError(machine.group, { ...claim, generationId: 2 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(commitError(machine.group, { ...claim, generationId: 2 }, true)).toBe(ErrorCode.NONE);
  });
});

describe("what lasts", () => {
  test("a stable group comes back from the log with members, assignments and sessions that begin anew", () => {
    const before = GroupMachine.stable(2);
    const machine = new GroupMachine({ nowMs: 5_000_000 }, restoreGroup(groupMetadata(stableGroup(before))));
    machine.happen({ type: "restored" });
    expect(machine.heartbeat("m1")).toBe(ErrorCode.NONE);
    expect(memberOf(machine.group, "m2")?.assignment.toString()).toBe("share of m2");
    machine.advance(10_000);
    expect(machine.group.state).toBe("Empty");
  });

  test("subscriptions are read from the members; an unreadable one leaves every topic taken for read", () => {
    const machine = GroupMachine.stable(1);
    expect(isSubscribedTo(machine.group, "t")).toBe(true);
    expect(isSubscribedTo(machine.group, "u")).toBe(false);
    const odd = GroupMachine.stable(1, { protocols: [{ name: "range", metadata: Buffer.from([0]) }] });
    expect(isSubscribedTo(odd.group, "u")).toBe(true);
    machine.leave({ memberId: "m1" });
    expect(isSubscribedTo(machine.group, "t")).toBe(false);
  });

  test("unloading answers whoever waits with NOT_COORDINATOR", () => {
    const joining = GroupMachine.stable(2);
    const join = joining.join({ memberId: "m1" });
    joining.happen({ type: "unload" });
    expect(joining.joins.get(join)).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR, memberId: "m1" });
    expect(joining.group.state).toBe("Dead");
    const syncing = new GroupMachine({ initialRebalanceDelayMs: 10 });
    syncing.join();
    syncing.join();
    syncing.advance(60);
    const sync = syncing.sync("m2");
    syncing.happen({ type: "unload" });
    expect(syncing.syncs.get(sync)?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(syncing.joins.get(syncing.join())?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });
});
