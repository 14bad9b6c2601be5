import assert from "node:assert/strict";
import { KafkaError, Uuid } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isInGroup,
  outside,
  transition,
  type InGroup,
  type MemberCommand,
  type MemberEvent,
  type MemberState,
} from "./member-state.js";
import { nameable, nameless, type OwnedPartition, type Target, type TopicNames } from "./target.js";

const ids = ["AAAAAAAAAAAAAAAAAAAAAQ", "AAAAAAAAAAAAAAAAAAAAAg", "AAAAAAAAAAAAAAAAAAAAAw"].map((id) => Uuid.parse(id));
// The third topic is the first one, deleted and made again.
const names = ["orders", "refunds", "orders"];
const error = new KafkaError("GROUP_AUTHORIZATION_FAILED", "no");

const partition = fc.integer({ min: 0, max: 3 });
const target: fc.Arbitrary<Target> = fc
  .tuple(fc.uniqueArray(partition), fc.uniqueArray(partition), fc.uniqueArray(partition))
  .map((topics) =>
    topics.flatMap((partitions, index) => {
      const topicId = ids[index];
      return topicId === undefined || partitions.length === 0 ? [] : [{ topicId, partitions }];
    }),
  );
const someNames: fc.Arbitrary<TopicNames> = fc
  .subarray([0, 1, 2])
  .map((indices) => new Map(indices.map((index) => [String(ids[index]), names[index] ?? ""])));
const event: fc.Arbitrary<MemberEvent> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<MemberEvent>({ type: "start" }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("answered" as const),
      epoch: fc.integer({ min: 1, max: 30 }),
      target: fc.option(target, { nil: undefined }),
      names: someNames,
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("named" as const), names: someNames }) },
  { weight: 4, arbitrary: fc.constant<MemberEvent>({ type: "revoked" }) },
  { weight: 4, arbitrary: fc.constant<MemberEvent>({ type: "acknowledged" }) },
  { weight: 1, arbitrary: fc.constant<MemberEvent>({ type: "expelled" }) },
  { weight: 1, arbitrary: fc.constant<MemberEvent>({ type: "failed", error }) },
  { weight: 1, arbitrary: fc.constant<MemberEvent>({ type: "leave" }) },
  { weight: 1, arbitrary: fc.constant<MemberEvent>({ type: "left" }) },
);

/** What the rest of the consumer makes of the commands. */
class Follower {
  readonly owned = new Set<string>();
  /** What the member said that it gives up, and has in hand still. */
  revoking: readonly OwnedPartition[] = [];
  isSilent = true;

  before(state: MemberState, event: MemberEvent): void {
    if (event.type !== "revoked" || state.name !== "reconciling") return;
    for (const each of this.revoking) this.owned.delete(keyOf(each));
    this.revoking = [];
  }

  follow(command: MemberCommand, state: MemberState): void {
    switch (command.type) {
      case "join":
        this.isSilent = false;
        return;
      case "fallSilent":
        this.isSilent = true;
        return;
      case "revoke":
        assert.deepEqual(this.revoking, []);
        this.revoking = command.partitions;
        // Nothing is taken away that is to stay.
        if (isInGroup(state)) assert.ok(!keys(command.partitions).some((key) => wantedBy(state).has(key)));
        for (const key of keys(command.partitions)) assert.ok(this.owned.has(key));
        return;
      case "add":
        assert.deepEqual(this.revoking, []);
        for (const key of keys(command.partitions)) {
          assert.ok(!this.owned.has(key));
          this.owned.add(key);
        }
        return;
      case "lose":
        assert.deepEqual(new Set(keys(command.partitions)), this.owned);
        this.owned.clear();
        this.revoking = [];
        return;
      case "acknowledge":
        assert.equal(state.name, "acknowledging");
        return;
      case "find":
        assert.ok(command.topics.length > 0);
        return;
      case "leave":
      case "fail":
        assert.equal(this.owned.size, 0);
    }
  }
}

function keyOf({ topicId, partition: number }: Pick<OwnedPartition, "topicId" | "partition">): string {
  return `${topicId.toString()}/${number}`;
}

function keys(partitions: readonly OwnedPartition[]): string[] {
  return partitions.map(keyOf);
}

/** What the target holds, whether or not its topics have names. */
function wantedBy(state: InGroup): Set<string> {
  return new Set(
    state.target.flatMap(({ topicId, partitions }) => partitions.map((each) => keyOf({ topicId, partition: each }))),
  );
}

/** Goes through events, and holds every step against what has to be true of each. */
function play(events: readonly MemberEvent[], check: (state: MemberState) => void = () => undefined): MemberState {
  const follower = new Follower();
  let state: MemberState = outside;
  for (const each of events) {
    const before = state;
    follower.before(before, each);
    const [next, commands] = transition(before, each);
    state = next;
    for (const command of commands) follower.follow(command, state);
    // What is said to be owned is what is owned; nobody who is not in the group owns anything.
    assert.deepEqual(new Set(isInGroup(state) ? keys(state.owned) : []), follower.owned);
    assert.equal(follower.isSilent, !isInGroup(state) && state.name !== "joining");
    if (isInGroup(before) && isInGroup(state)) assert.ok(state.epoch >= before.epoch);
    check(state);
  }
  return state;
}

describe("a member of a next-generation group, over any events", () => {
  it("owns what it says, gives up nothing that stays, adds nothing before that, and its epoch goes back by fencing alone", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        play([{ type: "start" }, ...events]);
      }),
      { numRuns: 500 },
    );
  });

  it("is stable only where it owns all of its target, and is on its way wherever it does not", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        play([{ type: "start" }, ...events], (state) => {
          if (!isInGroup(state)) return;
          const owned = new Set(keys(state.owned));
          if (state.name === "stable") expect(owned).toEqual(wantedBy(state));
          if (state.name === "reconciling" && state.revoking.length === 0)
            expect(nameless(state.target, state.names).length).toBeGreaterThan(0);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("comes to its target, wherever it stands, once what it waits for happens and the target stays", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), target, (events, last) => {
        const all = new Map(ids.map((id, index) => [id.toString(), names[index] ?? ""]));
        const calm: MemberEvent[] = Array.from({ length: 8 }, (_, step) => ({
          type: step % 2 === 0 ? "revoked" : "acknowledged",
        }));
        const arrive: MemberEvent[] = [{ type: "answered", epoch: 99, target: last, names: all }, ...calm];
        const state = play([...events, { type: "left" }, { type: "start" }, ...arrive]);
        expect(state).toMatchObject({ name: "stable", epoch: 99 });
        if (isInGroup(state)) expect(new Set(keys(state.owned))).toEqual(new Set(keys(nameable(last, all))));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a member of a next-generation group", () => {
  const [orders] = ids;
  const one = orders === undefined ? [] : [{ topicId: orders, partitions: [0] }];
  const known = new Map([[String(orders), "orders"]]);

  it("acknowledges even what it owned already, when its target went away and came back", () => {
    const [first] = transition({ name: "joining" }, { type: "answered", epoch: 1, target: one, names: known });
    const [stable] = transition(first, { type: "acknowledged" });
    const again = { type: "answered", epoch: 2, target: [{ ...one[0], partitions: [0, 1] }], names: known } as const;
    const [grown, commands] = transition(stable, again as MemberEvent);
    expect(commands.map(({ type }) => type)).toEqual(["add", "acknowledge"]);
    const [back] = transition(grown, { type: "answered", epoch: 3, target: one, names: known });
    expect(back.name).toBe("acknowledging");
    expect(transition(back, { type: "acknowledged" })[1].map(({ type }) => type)).toEqual(["revoke"]);
  });

  it("tells of its joining when it gets nothing at first", () => {
    const [, commands] = transition({ name: "joining" }, { type: "answered", epoch: 1, target: [], names: known });
    expect(commands).toEqual([{ type: "add", partitions: [] }, { type: "acknowledge" }]);
  });
});
