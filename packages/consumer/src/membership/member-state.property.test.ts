import { KafkaError } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";
import {
  initialMemberState,
  isInRound,
  partitionsOf,
  standingOf,
  transition,
  type MemberCommand,
  type MemberEvent,
  type MemberState,
  type RebalanceProtocol,
} from "./member-state.js";

/*
 * A member under any events, in any order, as a consumer would live through them: what it holds by the commands that it was given, whether it
 * heartbeats, and under which round it commits.
 */

const topics = ["a", "b"];
const everything = topics.flatMap((topic) => [0, 1, 2].map((partition) => ({ topic, partition })));
const partitions = fc.subarray(everything);
const error = new KafkaError("GROUP_AUTHORIZATION_FAILED", "no");

/** What may happen; the generation of a round is put in when it is its turn. */
type Happening = MemberEvent | { readonly type: "roundMade" };

const happening = fc.oneof(
  fc.constantFrom<Happening>(
    { type: "start" },
    { type: "memberIdRequired", memberId: "given" },
    { type: "expelled", forgotten: true },
    { type: "expelled", forgotten: false },
    { type: "failed", error },
    { type: "leave", reason: "closed", awaitsId: false },
    { type: "leave", reason: "closed", awaitsId: true },
    { type: "left" },
  ),
  fc.constant<Happening>({ type: "roundMade" }),
  fc.tuple(partitions, partitions).map(([assigned, unwanted]): Happening => ({ type: "synced", assigned, unwanted })),
  partitions.map((unwanted): Happening => ({ type: "rebalance", unwanted })),
  partitions.map((unwanted): Happening => ({ type: "revoked", unwanted })),
);

describe.each(["eager", "cooperative"] as const)("a member, %s, whatever happens", (protocol) => {
  it("has what the commands say, heartbeats exactly in a settled round, and never commits under an older one than before", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80, size: "max" }), (events) => {
        const life = new Life(protocol);
        for (const event of events) life.live(event);
        expect(life.faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("gets into a round from wherever it is, by as many answers as there are steps", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40, size: "max" }), (events) => {
        const life = new Life(protocol);
        for (const event of events) life.live(event);
        life.live({ type: "memberIdRequired", memberId: "given" });
        life.live({ type: "left" });
        life.live({ type: "start" });
        for (let step = 0; life.state.name !== "stable"; step++) {
          expect(step).toBeLessThan(6);
          life.answer();
        }
        expect(life.faults).toEqual([]);
      }),
    );
  });
});

class Life {
  state: MemberState = initialMemberState;
  /** What must never be, and was. */
  readonly faults: string[] = [];
  readonly #protocol: RebalanceProtocol;
  readonly #held = new Set<string>();
  #beats = false;
  #generation = 0;
  #committedUnder = -1;

  constructor(protocol: RebalanceProtocol) {
    this.#protocol = protocol;
  }

  live(happening: Happening): void {
    const event = this.#eventOf(happening);
    const before = this.state;
    const kept = keptBy(before, event);
    const [state, commands] = transition(before, event, this.#protocol);
    // `revoked` is the answer to `revoke`: by then the partitions have been given up.
    if (event.type === "revoked" && before.name === "revoking")
      for (const key of keysOf(before.going)) this.#held.delete(key);
    for (const command of commands) {
      this.#obey(command);
      for (const key of keysOf(named(command)))
        this.#must(!kept.includes(key), `${command.type} speaks of ${key}, which is kept`);
    }
    this.state = state;
    this.#check();
  }

  /** What an honest coordinator, and an application that finishes, would say to the state. */
  answer(): void {
    const { state } = this;
    if (state.name === "joining") this.live({ type: "roundMade" });
    else if (state.name === "syncing") this.live({ type: "synced", assigned: everything, unwanted: [] });
    else if (state.name === "revoking") this.live({ type: "revoked", unwanted: [] });
  }

  #eventOf(happening: Happening): MemberEvent {
    if (happening.type === "roundMade") {
      const round = { memberId: "m", generationId: ++this.#generation, protocolName: "x", isLeader: false };
      return { type: "joined", round, members: [], skipAssignment: false };
    }
    if (happening.type !== "rebalance" && happening.type !== "revoked") return happening;
    const held = new Set(keysOf(partitionsOf(this.state)));
    return { ...happening, unwanted: happening.unwanted.filter((each) => held.has(keyOf(each))) };
  }

  #obey(command: MemberCommand): void {
    if (command.type === "assign")
      for (const key of keysOf(command.added)) {
        this.#must(!this.#held.has(key), `${key} is assigned twice`);
        this.#held.add(key);
      }
    if (command.type === "revoke")
      for (const key of keysOf(command.partitions))
        this.#must(this.#held.has(key), `${key} is revoked and was not there`);
    if (command.type === "lose") {
      this.#mustHold(command.partitions, "lost");
      this.#held.clear();
    }
    if (command.type === "startHeartbeats") this.#beats = true;
    if (command.type === "stopHeartbeats") this.#beats = false;
    if (command.type === "join") this.#mustHold(command.claim.owned, "claimed");
  }

  #check(): void {
    this.#mustHold(partitionsOf(this.state), "in the state");
    this.#must(this.#beats === isInRound(this.state), `heartbeats in ${this.state.name}: ${this.#beats}`);
    const standing = standingOf(this.state);
    if (this.#held.size > 0 && this.state.name !== "syncing")
      this.#must(standing !== undefined, `nothing may be committed in ${this.state.name}`);
    if (standing === undefined) return;
    this.#must(standing.generationId >= this.#committedUnder, `round ${standing.generationId} came after a later one`);
    this.#committedUnder = standing.generationId;
  }

  #mustHold(partitions: readonly TopicPartition[], what: string): void {
    const keys = keysOf(partitions).sort().join(" ");
    const held = [...this.#held].sort().join(" ");
    this.#must(keys === held, `${what}: ${keys}, there: ${held}`);
  }

  #must(isSo: boolean, otherwise: string): void {
    if (!isSo) this.faults.push(otherwise);
  }
}

/** What a member has and is given again: no command may speak of it. */
function keptBy(state: MemberState, event: MemberEvent): readonly string[] {
  if (event.type !== "synced" || state.name !== "syncing") return [];
  const assigned = new Set(keysOf(event.assigned));
  return keysOf(state.owned).filter((key) => assigned.has(key));
}

function named(command: MemberCommand): readonly TopicPartition[] {
  if (command.type === "assign") return command.added;
  return command.type === "revoke" || command.type === "lose" ? command.partitions : [];
}

function keysOf(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(keyOf);
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition);
}
