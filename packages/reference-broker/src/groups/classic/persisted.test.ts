import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine } from "../../../testing/group-machine.js";
import { groupMetadata, restoreGroup } from "./persisted.js";
import { isSubscribedTo, memberOf, type StableGroup } from "./state.js";

function stableGroup(machine: GroupMachine): StableGroup {
  if (machine.group.state !== "Stable") throw new Error(`the group is ${machine.group.state}`);
  return machine.group;
}

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
