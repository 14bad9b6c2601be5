import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import type { TopicPartition } from "../partitions/topic-partition.js";
import {
  initialMemberState,
  isInRound,
  standingOf,
  transition,
  type MemberEvent,
  type MemberRound,
  type MemberState,
  type RebalanceProtocol,
} from "./member-state.js";

const round: MemberRound = { memberId: "m-1", generationId: 7, protocolName: "range", isLeader: true };
const member = { memberId: "m-1", generationId: 7 };
const error = new KafkaError("GROUP_AUTHORIZATION_FAILED", "no");
const joined: MemberEvent = { type: "joined", round, members: [], skipAssignment: false };
const [zero, one, two] = [0, 1, 2].map((partition): TopicPartition => ({ topic: "orders", partition })) as [
  TopicPartition,
  TopicPartition,
  TopicPartition,
];
const other = { topic: "bills", partition: 0 };
const owned = [zero, one];
const none: TopicPartition[] = [];

const newcomer: MemberState = { name: "joining", memberId: "m-1", generationId: -1, owned: none };
const states = {
  joining: { name: "joining", ...member, owned },
  syncing: { name: "syncing", ...round, owned },
  stable: { name: "stable", ...round, owned },
  revoking: { name: "revoking", ...round, owned: [zero], going: [one] },
  leaving: { name: "leaving", memberId: "m-1" },
  failed: { name: "failed", error },
} as const satisfies Record<string, MemberState>;

function synced(assigned: readonly TopicPartition[], unwanted = none): MemberEvent {
  return { type: "synced", assigned, unwanted };
}

function rebalance(...unwanted: readonly TopicPartition[]): MemberEvent {
  return { type: "rebalance", unwanted };
}

function revoked(...unwanted: readonly TopicPartition[]): MemberEvent {
  return { type: "revoked", unwanted };
}

/** What comes of events: the last state, and all commands, with the partitions that they are about. */
function run(
  protocol: RebalanceProtocol,
  from: MemberState,
  ...events: readonly MemberEvent[]
): { state: MemberState; commands: string[] } {
  const commands: string[] = [];
  let state = from;
  for (const event of events) {
    const [next, issued] = transition(state, event, protocol);
    state = next;
    for (const command of issued) {
      const partitions = "added" in command ? command.added : "partitions" in command ? command.partitions : undefined;
      const names = partitions?.map(({ topic, partition }) => ` ${topic}-${partition}`).join("") ?? "";
      commands.push(`${command.type}${names}`);
    }
  }
  return { state, commands };
}

describe.each(["eager", "cooperative"] as const)("a member of a classic group, %s", (protocol) => {
  it("joins with the member id that the coordinator asks for, syncs, and heartbeats only once its round is settled", () => {
    const { state, commands } = run(
      protocol,
      initialMemberState,
      { type: "start" },
      { type: "memberIdRequired", memberId: "m-1" },
      joined,
      synced(owned),
    );
    expect(commands).toEqual(["join", "join", "sync", "assign orders-0 orders-1", "startHeartbeats"]);
    expect(state).toEqual(states.stable);
    expect(isInRound(state)).toBe(true);
  });

  it("loses its partitions without a commit when it is expelled, and comes back, as a new member if it is unknown", () => {
    expect(run(protocol, states.stable, { type: "expelled", forgotten: true })).toEqual({
      state: { ...newcomer, memberId: "" },
      commands: ["stopHeartbeats", "lose orders-0 orders-1", "join"],
    });
    expect(run(protocol, states.revoking, { type: "expelled", forgotten: false })).toEqual({
      state: newcomer,
      commands: ["stopHeartbeats", "lose orders-0 orders-1", "join"],
    });
    expect(run(protocol, newcomer, { type: "expelled", forgotten: true })).toEqual({
      state: { ...newcomer, memberId: "" },
      commands: ["join"],
    });
  });

  it("leaves from any live state, and can start again", () => {
    for (const name of ["joining", "syncing", "stable", "revoking"] as const) {
      const { state, commands } = run(protocol, states[name], { type: "leave", reason: "closed", awaitsId: false });
      expect(state).toEqual(states.leaving);
      expect(commands.slice(-2)).toEqual(["lose orders-0 orders-1", "leave"]);
    }
    expect(run(protocol, states.leaving, { type: "left" }, { type: "start" })).toEqual({
      state: { ...newcomer, memberId: "" },
      commands: ["join"],
    });
  });

  it("leaves under the name that the coordinator is about to give it, or without one where nothing comes of that", () => {
    const leave = { type: "leave", reason: "closed", awaitsId: true } as const;
    const unnamed: MemberState = { ...newcomer, memberId: "" };
    const withdrawing = { state: { name: "withdrawing", reason: "closed" }, commands: [] };
    expect(run(protocol, unnamed, leave, { type: "start" }, leave)).toEqual(withdrawing);
    for (const named of [{ type: "memberIdRequired", memberId: "m-1" }, joined] as const)
      expect(run(protocol, unnamed, leave, named)).toEqual({ state: states.leaving, commands: ["leave"] });
    for (const nothing of [
      { type: "failed", error },
      { type: "expelled", forgotten: true },
    ] as const)
      expect(run(protocol, unnamed, leave, nothing)).toEqual({
        state: { name: "leaving", memberId: "" },
        commands: ["leave"],
      });
    expect(run(protocol, newcomer, leave)).toEqual({ state: states.leaving, commands: ["leave"] });
  });

  it("hands a fatal error on once, and starts anew only when told to", () => {
    expect(run(protocol, states.stable, { type: "failed", error }, { type: "failed", error })).toEqual({
      state: states.failed,
      commands: ["stopHeartbeats", "lose orders-0 orders-1", "fail"],
    });
    expect(run(protocol, states.failed, { type: "start" }).commands).toEqual(["join"]);
  });

  it("ignores answers that come too late", () => {
    expect(run(protocol, states.leaving, joined, synced(owned), revoked(), rebalance())).toEqual({
      state: states.leaving,
      commands: [],
    });
    expect(run(protocol, states.stable, joined, { type: "memberIdRequired", memberId: "x" }).state).toEqual(
      states.stable,
    );
  });
});

describe("a member under the eager protocol", () => {
  it("gives everything up before it joins again, and heartbeats and may commit until it has", () => {
    const revoking = run("eager", states.stable, rebalance());
    expect(revoking).toEqual({
      state: { ...states.revoking, owned: none, going: owned },
      commands: ["revoke orders-0 orders-1"],
    });
    expect(isInRound(revoking.state)).toBe(true);
    expect(standingOf(revoking.state)).toEqual(member);
    expect(run("eager", revoking.state, rebalance()).commands).toEqual([]);
    const joining = run("eager", revoking.state, revoked());
    expect(joining).toEqual({ state: { ...states.joining, owned: none }, commands: ["stopHeartbeats", "join"] });
    expect(standingOf(joining.state)).toBeUndefined();
  });
});

describe("a member under the cooperative protocol", () => {
  it("joins again with all that it has, and commits under its last round until the next one is made", () => {
    const joining = run("cooperative", states.stable, rebalance());
    expect(joining).toEqual({ state: states.joining, commands: ["stopHeartbeats", "join"] });
    expect(standingOf(joining.state)).toEqual(member);
    const syncing = run("cooperative", joining.state, { ...joined, round: { ...round, generationId: 8 } });
    expect(syncing.state).toMatchObject({ name: "syncing", generationId: 8, owned });
    expect(standingOf(syncing.state)).toBeUndefined();
  });

  it("keeps what it is given again, gets what is new at once, and joins again once what is not given again is given up", () => {
    const settled = run("cooperative", states.syncing, synced([two, zero]));
    expect(settled).toEqual({
      state: { ...states.revoking, owned: [zero, two], going: [one] },
      commands: ["assign orders-2", "startHeartbeats", "revoke orders-1"],
    });
    expect(run("cooperative", settled.state, rebalance()).commands).toEqual([]);
    expect(run("cooperative", settled.state, revoked())).toEqual({
      state: { ...states.joining, owned: [zero, two] },
      commands: ["stopHeartbeats", "join"],
    });
  });

  it("joins once when nothing moves away from it", () => {
    expect(run("cooperative", states.syncing, synced([one, zero, two]))).toEqual({
      state: { ...states.stable, owned: [zero, one, two] },
      commands: ["assign orders-2", "startHeartbeats"],
    });
  });

  it("gives up what is not subscribed to any more before it joins, also what is dropped from the subscription meanwhile", () => {
    const stable = { ...states.stable, owned: [zero, one, other] };
    const first = run("cooperative", stable, rebalance(other));
    expect(first.commands).toEqual(["revoke bills-0"]);
    expect(run("cooperative", first.state, revoked(zero, one))).toMatchObject({
      state: { name: "revoking", owned: none, going: owned },
      commands: ["revoke orders-0 orders-1"],
    });
    expect(run("cooperative", first.state, revoked()).state).toEqual(states.joining);
  });

  it("does not take what it has no use for any more", () => {
    expect(run("cooperative", states.syncing, synced([zero, one, other], [other]))).toEqual({
      state: states.stable,
      commands: ["assign", "startHeartbeats"],
    });
  });

  it("goes on with what it has when the group moves on before its round is settled, and may commit under that round", () => {
    const joining = run("cooperative", { ...states.syncing, generationId: 8 }, rebalance());
    expect(joining).toEqual({ state: { ...states.joining, generationId: 8 }, commands: ["join"] });
    expect(standingOf(joining.state)).toEqual({ memberId: "m-1", generationId: 8 });
  });

  it("loses everything when it hears in the middle of a rebalance that it is not known", () => {
    expect(run("cooperative", states.joining, { type: "expelled", forgotten: true })).toEqual({
      state: { ...newcomer, memberId: "" },
      commands: ["lose orders-0 orders-1", "join"],
    });
    expect(run("cooperative", states.syncing, { type: "expelled", forgotten: false })).toEqual({
      state: newcomer,
      commands: ["lose orders-0 orders-1", "join"],
    });
  });
});
