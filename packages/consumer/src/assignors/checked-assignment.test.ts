import { describe, expect, it } from "vitest";
import type { Assignor, AssignorInput, GroupMember } from "./assignor.js";
import { assignChecked, UnusableAssignment } from "./checked-assignment.js";

function member(
  memberId: string,
  topics: readonly string[],
  owned: readonly number[] = [],
  generationId = 1,
): GroupMember {
  const ownedPartitions = owned.map((partition) => ({ topic: "orders", partition }));
  return { memberId, topics, ownedPartitions, generationId, groupInstanceId: null, rackId: null, userData: null };
}

const input: AssignorInput = {
  members: [member("a", ["orders"]), member("b", ["orders", "invoices"])],
  partitionCounts: new Map([
    ["orders", 2],
    ["invoices", 1],
  ]),
};

/** An assignor that answers with what it is told to. */
function answering(answer: unknown, rebalanceProtocol: Assignor["rebalanceProtocol"] = "eager"): Assignor {
  return { name: "mine", rebalanceProtocol, assign: () => answer as ReturnType<Assignor["assign"]> };
}

const p = (partition: number, topic = "orders"): unknown => ({ topic, partition });

describe("the answer of an assignor", () => {
  it("is taken as it is when every partition goes to one member that wants it; whoever is left out gets nothing", () => {
    expect(assignChecked(answering(new Map([["b", [p(1), p(0, "invoices")]]])), input)).toEqual(
      new Map([
        ["a", []],
        ["b", [p(1), p(0, "invoices")]],
      ]),
    );
  });

  it.each([
    [
      "gives a partition out twice",
      new Map([
        ["a", [p(0)]],
        ["b", [p(0)]],
      ]),
      'gave orders-0 out twice, to "a" and to "b"',
    ],
    ["gives one to a member twice", new Map([["a", [p(0), p(0)]]]), 'gave orders-0 out twice, to "a" and to "a"'],
    [
      "gives one that does not exist",
      new Map([["a", [p(2)]]]),
      'gave "a" the partition orders-2, which does not exist',
    ],
    ["gives one below zero", new Map([["a", [p(-1)]]]), 'gave "a" the partition orders--1, which does not exist'],
    ["gives one of no topic", new Map([["a", [p(0, "nothing")]]]), 'gave "a" the partition nothing-0, which does not'],
    ["gives to a stranger", new Map([["c", [p(0)]]]), 'gave partitions to "c", which is no member'],
    [
      "gives what nobody asked for",
      new Map([["a", [p(0, "invoices")]]]),
      'gave invoices-0 to "a", which did not subscribe',
    ],
    [
      "gives what is no partition",
      new Map([["a", [p(0), "orders-1"]]]),
      'gave "a" a list with "orders-1" at [1], not a { topic: string, partition: integer }',
    ],
    [
      "gives a partition whose number is a text",
      new Map([["a", [{ topic: "orders", partition: "0" }]]]),
      'gave "a" a list with { topic: "orders", partition: "0" } at [0], not a { topic: string, partition: integer }',
    ],
    [
      "gives a list with a hole",
      new Map([["a", Object.assign([], { length: 1 })]]),
      'gave "a" a list with undefined at [0], not a {',
    ],
    ["gives no list", new Map([["a", p(0)]]), 'gave "a" an object, not a list of { topic, partition }'],
    ["names no member", new Map([[1, [p(0)]]]), "has 1 in place of a member's id"],
    ["is an object", { a: [p(0)] }, "answered with an object, not with a Map"],
    ["is a promise", Promise.resolve(new Map()), "not with a Map"],
    ["is nothing", undefined, "answered with undefined, not with a Map"],
  ])("is refused when it %s", (_, answer, sentence) => {
    const refused = expect.objectContaining({
      name: UnusableAssignment.name,
      message: expect.stringContaining(sentence),
    });
    expect(() => assignChecked(answering(answer), input)).toThrow(refused);
  });

  it("is refused with the reason when there is none, because the assignor throws", () => {
    const cause = new RangeError("out of ideas");
    const assign = (): never => {
      throw cause;
    };
    expect(() => assignChecked({ name: "mine", rebalanceProtocol: "eager", assign }, input)).toThrow(
      expect.objectContaining({ message: "threw RangeError: out of ideas", cause }),
    );
  });
});

describe("what moves between members of a cooperative assignor of one's own", () => {
  const wanted = new Map([
    ["a", [p(1)]],
    ["b", [p(0)]],
  ]);
  const members = [member("a", ["orders"], [0, 1]), member("b", ["orders"])];

  it("is left out of the round in which it is given up, and given in the next one", () => {
    const first = assignChecked(answering(wanted, "cooperative"), { ...input, members });
    expect(first).toEqual(
      new Map([
        ["a", [p(1)]],
        ["b", []],
      ]),
    );
    const next = [member("a", ["orders"], [1], 2), member("b", ["orders"], [], 2)];
    expect(assignChecked(answering(wanted, "cooperative"), { ...input, members: next })).toEqual(wanted);
  });

  it("is not held up by what a member of an older generation says it has", () => {
    const stale = [member("a", ["orders"], [0, 1], 1), member("b", ["orders"], [], 2)];
    expect(assignChecked(answering(wanted, "cooperative"), { ...input, members: stale })).toEqual(wanted);
  });

  it("is given at once by an eager one, whose members have given everything up", () => {
    expect(assignChecked(answering(wanted), { ...input, members })).toEqual(wanted);
  });
});
