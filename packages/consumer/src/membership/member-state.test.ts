import { KafkaError } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  initialMemberState,
  isInRound,
  transition,
  type MemberCommand,
  type MemberEvent,
  type MemberRound,
  type MemberState,
} from "./member-state.js";

const round: MemberRound = { memberId: "m-1", generationId: 7, protocolName: "range", isLeader: true };
const assignment = Buffer.from([0, 1]);
const error = new KafkaError("GROUP_AUTHORIZATION_FAILED", "no");
const joined: MemberEvent = { type: "joined", round, members: [], skipAssignment: false };

const states: Record<MemberState["name"], MemberState> = {
  unjoined: { name: "unjoined", memberId: "" },
  joining: { name: "joining", memberId: "m-1" },
  syncing: { name: "syncing", ...round },
  stable: { name: "stable", ...round },
  revoking: { name: "revoking", ...round },
  leaving: { name: "leaving", memberId: "m-1" },
  failed: { name: "failed", error },
};

function run(from: MemberState, ...events: readonly MemberEvent[]): { state: MemberState; commands: string[] } {
  const commands: string[] = [];
  let state = from;
  for (const event of events) {
    const [next, issued] = transition(state, event);
    state = next;
    commands.push(...issued.map(({ type }) => type));
  }
  return { state, commands };
}

describe("a member of a classic group", () => {
  it("joins with the member id that the coordinator asks for, syncs, and heartbeats only once it owns partitions", () => {
    const { state, commands } = run(
      initialMemberState,
      { type: "start" },
      { type: "memberIdRequired", memberId: "m-1" },
      joined,
      { type: "synced", assignment },
    );
    expect(commands).toEqual(["join", "join", "sync", "assign", "startHeartbeats"]);
    expect(state).toEqual({ name: "stable", ...round });
    expect(isInRound(state)).toBe(true);
  });

  it("keeps heartbeating and may commit while the application finishes, and joins after that", () => {
    const revoking = run(states.stable, { type: "rebalance" });
    expect(revoking).toEqual({ state: states.revoking, commands: ["revoke"] });
    expect(isInRound(revoking.state)).toBe(true);
    expect(run(revoking.state, { type: "rebalance" }).commands).toEqual([]);
    expect(run(revoking.state, { type: "revoked" })).toEqual({
      state: states.joining,
      commands: ["stopHeartbeats", "join"],
    });
  });

  it("loses its partitions without a commit when it is expelled, and comes back, as a new member if it is unknown", () => {
    expect(run(states.stable, { type: "expelled", forgotten: true })).toEqual({
      state: { name: "joining", memberId: "" },
      commands: ["stopHeartbeats", "lose", "join"],
    });
    expect(run(states.revoking, { type: "expelled", forgotten: false }).state).toEqual({
      name: "joining",
      memberId: "m-1",
    });
    expect(run(states.joining, { type: "expelled", forgotten: true })).toEqual({
      state: { name: "joining", memberId: "" },
      commands: ["join"],
    });
  });

  it("joins again when the group moved on before it got its partitions", () => {
    expect(run(states.syncing, { type: "rebalance" })).toEqual({ state: states.joining, commands: ["join"] });
  });

  it("leaves from any live state, and can start again", () => {
    for (const name of ["joining", "syncing", "stable", "revoking"] as const) {
      expect(run(states[name], { type: "leave", reason: "closed" }).state).toEqual(states.leaving);
    }
    expect(run(states.leaving, { type: "left" }, { type: "start" })).toEqual({
      state: { name: "joining", memberId: "" },
      commands: ["join"],
    });
  });

  it("hands a fatal error on once, and starts anew only when told to", () => {
    expect(run(states.stable, { type: "failed", error }, { type: "failed", error })).toEqual({
      state: states.failed,
      commands: ["stopHeartbeats", "lose", "fail"],
    });
    expect(run(states.failed, { type: "start" }).commands).toEqual(["join"]);
  });

  it("ignores answers that come too late", () => {
    expect(
      run(states.leaving, joined, { type: "synced", assignment }, { type: "revoked" }, { type: "rebalance" }),
    ).toEqual({ state: states.leaving, commands: [] });
    expect(run(states.stable, joined, { type: "memberIdRequired", memberId: "x" }).state).toEqual(states.stable);
  });

  it("never heartbeats without owning partitions, and never owns partitions in two rounds at once, whatever happens", () => {
    const anyEvent = fc.constantFrom<MemberEvent>(
      { type: "start" },
      { type: "memberIdRequired", memberId: "m-2" },
      joined,
      { type: "synced", assignment },
      { type: "rebalance" },
      { type: "revoked" },
      { type: "expelled", forgotten: true },
      { type: "expelled", forgotten: false },
      { type: "failed", error },
      { type: "leave", reason: "closed" },
      { type: "left" },
    );
    fc.assert(fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => expectSound(events)));
  });
});

function expectSound(events: readonly MemberEvent[]): void {
  let state = initialMemberState;
  const effect = { owns: false, heartbeats: false };
  for (const event of events) {
    const [next, commands] = transition(state, event);
    // `revoked` is the answer to `revoke`: by then the partitions have been given up.
    if (event.type === "revoked" && state.name === "revoking") effect.owns = false;
    for (const command of commands) apply(command, effect);
    state = next;
    const holds = state.name === "stable" || state.name === "revoking";
    expect(effect).toEqual({ owns: holds, heartbeats: holds });
  }
}

function apply(command: MemberCommand, effect: { owns: boolean; heartbeats: boolean }): void {
  if (command.type === "assign") {
    expect(effect.owns).toBe(false);
    effect.owns = true;
  }
  if (command.type === "lose") effect.owns = false;
  if (command.type === "startHeartbeats") effect.heartbeats = true;
  if (command.type === "stopHeartbeats") effect.heartbeats = false;
}
