import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answerOf, inputOf, isSound, type SharedOutGroup } from "../../test-support/shared-out-group.js";
import { rangeAssignor } from "./range.js";
import { cooperativeStickyAssignor } from "./cooperative-sticky.js";
import { roundRobinAssignor } from "./round-robin.js";
import { stickyAssignor } from "./sticky.js";

interface Vector extends SharedOutGroup {
  readonly scenario: number;
  readonly round: number;
  readonly orderInvariant: boolean;
}

const file = fileURLToPath(new URL("../../../../test/golden/misc.jsonl.gz", import.meta.url));
const vectors: Vector[] = gunzipSync(readFileSync(file))
  .toString("utf8")
  .split("\n")
  .filter((line) => line.startsWith('{"kind":"assignor"'))
  .map((line) => JSON.parse(line) as Vector);

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
        expect(answerOf(assignor, inputOf(vector)), `scenario ${vector.scenario}, round ${vector.round}`).toEqual(
          vector.assignment,
        );
      }
    });

    it("gives the same answer whatever order the members are listed in", () => {
      for (const vector of own.filter((each) => each.orderInvariant && isSound(each))) {
        const input = inputOf(vector);
        expect(answerOf(assignor, { ...input, members: [...input.members].reverse() })).toEqual(vector.assignment);
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
      expect(answerOf(assignor, { members: [member], partitionCounts: new Map() })).toEqual({ a: [] });
      expect(answerOf(assignor, { members: [], partitionCounts: new Map([["t", 3]]) })).toEqual({});
    });
  },
);

describe.each([stickyAssignor, cooperativeStickyAssignor])("the assignor $name", (assignor) => {
  const unsound = vectors.filter((vector) => vector.assignor === assignor.name && !isSound(vector));

  it("gives to subscribers alone also where Apache Kafka's class does not", () => {
    expect(unsound.length).toBeGreaterThan(0);
    for (const vector of unsound) {
      const assignment = answerOf(assignor, inputOf(vector));
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
