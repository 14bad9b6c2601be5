import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { repository } from "../support/repository.js";
import { shareOutAgain, type SharedOutGroup } from "../../packages/reference-broker/testing/shared-out-group.js";
import { witnessSeed } from "../support/witness-seed.js";

const missing = missingForApacheKafka();
const title = `WITNESS_SEED=${witnessSeed}${missing === undefined ? "" : `, left out: ${missing}`}`;
const groups = 1500;
const recorded = join(repository, "test/golden/server-assignors.jsonl.gz");

describe.skipIf(missing !== undefined)(`The broker's assignors and those of Apache Kafka (${title})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "moldau-server-assignors-"));
  let programs: JavaPrograms;

  beforeAll(async () => {
    programs = await compileJava(await apacheKafkaClasspath(), ["ShareOutServerGroups"]);
    if (process.env["RECORD_SERVER_ASSIGNORS"] === "1")
      writeFileSync(recorded, gzipSync(await sharedOut(1, 100), { level: 9 }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function sharedOut(seed: number, count: number): Promise<Buffer> {
    const file = join(folder, "groups.jsonl");
    await programs.run("ShareOutServerGroups", [String(seed), String(count), file]);
    return readFileSync(file);
  }

  test(`share ${groups} random groups out alike, four rounds each`, async () => {
    const lines = (await sharedOut(witnessSeed, groups)).toString().trimEnd().split("\n");
    expect(lines.length).toBe(4 * groups);
    for (const line of lines) {
      const group = JSON.parse(line) as SharedOutGroup;
      if (typeof group.result === "string") expect(() => shareOutAgain(group)).toThrow(group.result);
      else expect(shareOutAgain(group), line).toEqual(group.result);
    }
  });
});
