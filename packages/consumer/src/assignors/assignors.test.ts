import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Assignor, AssignorInput, GroupMember } from "./assignor.js";
import { rangeAssignor } from "./range.js";
import { roundRobinAssignor } from "./round-robin.js";

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

describe.each([rangeAssignor, roundRobinAssignor])("the assignor $name", (assignor) => {
  const own = vectors.filter((vector) => vector.assignor === assignor.name);

  it("has vectors made by Apache Kafka", () => {
    expect(existsSync(file)).toBe(true);
    expect(own.length).toBeGreaterThan(100);
  });

  it("assigns as Apache Kafka's class does", () => {
    for (const vector of own) {
      expect(assign(assignor, inputOf(vector)), `scenario ${vector.scenario}, round ${vector.round}`).toEqual(
        vector.assignment,
      );
    }
  });

  it("gives the same answer whatever order the members are listed in", () => {
    for (const vector of own.filter(({ orderInvariant }) => orderInvariant)) {
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
});
