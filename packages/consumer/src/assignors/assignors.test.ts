import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Assignor, AssignorInput, GroupMember } from "./assignor.js";
import { rangeAssignor } from "./range.js";
import { cooperativeStickyAssignor } from "./cooperative-sticky.js";
import { roundRobinAssignor } from "./round-robin.js";
import { stickyAssignor } from "./sticky.js";

interface Vector {
  readonly kind: string;
  readonly assignor: string;
  readonly scenario: number;
  readonly round: number;
  readonly orderInvariant: boolean;
  readonly topics: Record<string, number>;
  readonly replicaRacks?: Record<string, string[][]>;
  readonly members: (Omit<GroupMember, "ownedPartitions" | "userData"> & {
    ownedPartitions: [string, number][];
    userData: string | null;
  })[];
  readonly assignment: Record<string, [string, number][]>;
}

const file = fileURLToPath(new URL("../../../../test/golden/misc.jsonl.gz", import.meta.url));
const vectors: Vector[] = gunzipSync(readFileSync(file))
  .toString("utf8")
  .split("\n")
  .filter((line) => line.startsWith('{"kind":"assignor"'))
  .map((line) => JSON.parse(line) as Vector);

function inputOf(vector: Vector): AssignorInput {
  return {
    members: vector.members.map((member) => ({
      ...member,
      ownedPartitions: member.ownedPartitions.map(([topic, partition]) => ({ topic, partition })),
      userData: member.userData === null ? null : Buffer.from(member.userData, "hex"),
    })),
    partitionCounts: new Map(Object.entries(vector.topics)),
    ...(vector.replicaRacks === undefined ? {} : { replicaRacks: new Map(Object.entries(vector.replicaRacks)) }),
  };
}

function assign(assignor: Assignor, input: AssignorInput): Record<string, [string, number][]> {
  const entries = [...assignor.assign(input)].map(([memberId, partitions]): [string, [string, number][]] => [
    memberId,
    partitions.map(({ topic, partition }) => [topic, partition]),
  ]);
  return Object.fromEntries(entries);
}

/** Kafka's sticky classes hand partitions to a member that wants none, when they meet it first. */
function isSound({ members, assignment }: Vector): boolean {
  const wanted = new Map(members.map(({ memberId, topics }) => [memberId, new Set(topics)]));
  return Object.entries(assignment).every(([memberId, partitions]) =>
    partitions.every(([topic]) => wanted.get(memberId)?.has(topic)),
  );
}

describe.each([rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])(
  "the assignor $name",
  (assignor) => {
    const own = vectors.filter((vector) => vector.assignor === assignor.name);

    it("has vectors made by Apache Kafka", () => {
      expect(existsSync(file)).toBe(true);
      expect(own.length).toBeGreaterThan(100);
    });

    it("assigns as Apache Kafka's class does", () => {
      for (const vector of own.filter(isSound)) {
        expect(assign(assignor, inputOf(vector)), `scenario ${vector.scenario}, round ${vector.round}`).toEqual(
          vector.assignment,
        );
      }
    });

    it("gives the same answer whatever order the members are listed in", () => {
      for (const vector of own.filter((each) => each.orderInvariant && isSound(each))) {
        const input = inputOf(vector);
        expect(assign(assignor, { ...input, members: [...input.members].reverse() })).toEqual(vector.assignment);
      }
    });

    it("gives a member of a group without partitions nothing, and knows no topic that does not exist", () => {
      const member = {
        memberId: "a",
        groupInstanceId: null,
        topics: ["missing"],
        ownedPartitions: [],
        generationId: -1,
        rackId: null,
        userData: null,
      };
      expect(assign(assignor, { members: [member], partitionCounts: new Map() })).toEqual({ a: [] });
      expect(assign(assignor, { members: [], partitionCounts: new Map([["t", 3]]) })).toEqual({});
    });
  },
);

describe.each([stickyAssignor, cooperativeStickyAssignor])("the assignor $name", (assignor) => {
  const unsound = vectors.filter((vector) => vector.assignor === assignor.name && !isSound(vector));

  it("gives to subscribers alone also where Apache Kafka's class does not", () => {
    expect(unsound.length).toBeGreaterThan(0);
    for (const vector of unsound) {
      const assignment = assign(assignor, inputOf(vector));
      expect(isSound({ ...vector, assignment })).toBe(true);
      const handedOut = Object.values(assignment).flat().map(String);
      expect(new Set(handedOut).size).toBe(handedOut.length);
      // What the other member claims wrongly moves, and a cooperative assignor gives it to nobody yet.
      if (assignor.rebalanceProtocol === "eager")
        expect(handedOut.length).toBe(Object.values(vector.topics).reduce((sum, count) => sum + count, 0));
    }
  });
});

describe("the user data of the next round", () => {
  const assigned = vectors.filter(({ assignor }) => assignor === "sticky" || assignor === "cooperative-sticky");
  const assignors = new Map([stickyAssignor, cooperativeStickyAssignor].map((each) => [each.name, each]));

  it("is Apache Kafka's to the byte", () => {
    let compared = 0;
    for (const { assignor, scenario, round, assignment } of assigned) {
      const next = assigned.find(
        (each) => each.assignor === assignor && each.scenario === scenario && each.round === round + 1,
      );
      for (const { memberId, userData, generationId } of next?.members ?? []) {
        const partitions = assignment[memberId]?.map(([topic, partition]) => ({ topic, partition }));
        if (partitions === undefined || userData === null || generationId !== round + 1) continue;
        const own = assignors.get(assignor)?.userData?.({ partitions, generationId });
        expect(own?.toString("hex"), `${assignor} ${scenario} ${round} ${memberId}`).toBe(userData);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(300);
  });

  it("says nothing, or no generation, before the first", () => {
    expect(stickyAssignor.userData?.(undefined)).toBeNull();
    expect(cooperativeStickyAssignor.userData?.(undefined)?.toString("hex")).toBe("ffffffff");
  });
});
