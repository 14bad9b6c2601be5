import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupMachine } from "../../../testing/group-machine.js";
import { commitError } from "./membership.js";
import { deadGroup } from "./state.js";

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
    expect(commitError(machine.group, { ...claim, generationId: 2, isTransactional: true })).toBe(ErrorCode.NONE);
  });
});
