import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialogueConfigs, dialogues } from "../groups/dialogues.js";
import { recordAnswers, recordedAnswers } from "../groups/recorded-answers.js";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { GroupDialogue, type Line } from "../support/group-dialogue.js";
import { readGroupLogs } from "../support/group-logs.js";

/** `RECORD_GROUP_ANSWERS=1` writes the record of Apache Kafka's answers anew instead of comparing with it. */
const records = process.env["RECORD_GROUP_ANSWERS"] === "1";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`groups${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;
  const heard: Record<string, readonly Line[]> = {};

  beforeAll(async () => {
    kafka = await startApacheKafka({ properties: dialogueConfigs });
  });
  afterAll(async () => {
    await kafka.close();
  });

  test.each(Object.entries(dialogues))("%s: Apache Kafka answers as recorded", async (group, run) => {
    heard[group] = await hold(kafka.bootstrapServers, group, run);
    if (!records) expect(heard[group]).toEqual(recordedAnswers()[group]);
  });

  if (records) test("the record is written", () => recordAnswers(heard));

  test("our broker's __consumer_offsets holds the records that Apache Kafka's does, in the same versions and batches", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "group-log-"));
    const broker = await startBroker({ dataDir, configs: dialogueConfigs });
    try {
      for (const [group, run] of Object.entries(dialogues)) await hold(broker.bootstrapServers[0] ?? "", group, run);
      const [ours, theirs] = [readGroupLogs(dataDir), readGroupLogs(kafka.dataDir)];
      expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
      // Members of the talks that came first have gone by now: what was written about that afterwards has no counterpart here.
      for (const [group, records] of ours) expect(theirs.get(group)?.slice(0, records.length)).toEqual(records);
    } finally {
      await broker.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

async function hold(
  address: string,
  group: string,
  run: (talk: GroupDialogue) => Promise<void>,
): Promise<readonly Line[]> {
  const talk = await GroupDialogue.open(address, group);
  try {
    await run(talk);
  } finally {
    talk.close();
  }
  return talk.lines;
}
