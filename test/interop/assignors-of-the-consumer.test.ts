import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Assignor } from "../../packages/consumer/src/assignors/assignor.js";
import { cooperativeStickyAssignor } from "../../packages/consumer/src/assignors/cooperative-sticky.js";
import { rangeAssignor } from "../../packages/consumer/src/assignors/range.js";
import { roundRobinAssignor } from "../../packages/consumer/src/assignors/round-robin.js";
import { stickyAssignor } from "../../packages/consumer/src/assignors/sticky.js";
import {
  answerOf,
  inputOf,
  isSound,
  type SharedOutGroup,
} from "../../packages/consumer/test-support/shared-out-group.js";
import { apacheKafkaClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { compileJava } from "../support/java-programs.js";
import { witnessSeed } from "../support/witness-seed.js";

const missing = missingForApacheKafka();
const title = `WITNESS_SEED=${witnessSeed}${missing === undefined ? "" : `, left out: ${missing}`}`;
const groupsToShareOut = 1500;
const rounds = 5;

/** A round in which Kafka's class failed has no assignment. */
type Round = Omit<SharedOutGroup, "assignment"> & {
  readonly assignment: SharedOutGroup["assignment"] | null;
  readonly hasStrays: boolean;
};

/** The class for ranges goes through topics as they lie in a table, which changes nothing but the order of what a member gets. */
function comparable({ name }: Assignor, assignment: SharedOutGroup["assignment"]): SharedOutGroup["assignment"] {
  if (name !== "range") return assignment;
  const entries = Object.entries(assignment).map(([memberId, partitions]): [string, typeof partitions] => [
    memberId,
    [...partitions].sort(([topic, partition], [other, number]) =>
      topic === other ? partition - number : topic < other ? -1 : 1,
    ),
  ]);
  return Object.fromEntries(entries);
}

describe.skipIf(missing !== undefined)(`The consumer's assignors and those of Apache Kafka (${title})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "moldau-client-assignors-"));
  let groups: readonly Round[];

  beforeAll(async () => {
    const programs = await compileJava(await apacheKafkaClasspath(), ["ShareOutClientGroups"]);
    const file = join(folder, "groups.jsonl");
    await programs.run("ShareOutClientGroups", [String(witnessSeed), String(groupsToShareOut), file]);
    groups = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Round);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])(
    `share random groups out alike, ${rounds} rounds each, while members come, go and miss rounds: $name`,
    (assignor) => {
      const own = groups.filter((group) => group.assignor === assignor.name);
      expect(own.length).toBeGreaterThan((groupsToShareOut * rounds) / 12);
      let passedOver = 0;
      for (const { assignment: given, hasStrays, ...group } of own) {
        const assignment = given === null ? null : comparable(assignor, given);
        const input = inputOf({ ...group, assignment: {} });
        const answer = comparable(assignor, answerOf(assignor, input));
        // Kafka's class has no answer, or gives to somebody who did not subscribe, at least on the way.
        if (assignment === null || (hasStrays && !isDeepStrictEqual(answer, assignment))) {
          expect(isSound({ ...group, assignment: answer })).toBe(true);
          passedOver++;
        } else expect(answer, JSON.stringify(group)).toEqual(assignment);
      }
      expect(passedOver / own.length).toBeLessThan(0.02);
    },
  );
});
