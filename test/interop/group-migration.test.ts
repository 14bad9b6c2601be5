import { describe, expect, test } from "vitest";
import { dialogueConfigs } from "../groups/dialogues.js";
import { migrationDialogues, migrationPolicies } from "../groups/dialogues/migration.js";
import { recordAnswers, recordedAnswers } from "../groups/recorded-answers.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { GroupDialogue, type Line } from "../support/group-dialogue.js";

/** `RECORD_GROUP_ANSWERS=1` writes the record of Apache Kafka's answers anew instead of comparing with it. */
const records = process.env["RECORD_GROUP_ANSWERS"] === "1";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`migration${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  test.each(migrationPolicies)("under the policy %s Apache Kafka answers as recorded", async (policy) => {
    const properties = { ...dialogueConfigs, "group.consumer.migration.policy": policy };
    await using kafka = await startApacheKafka({ properties });
    const heard: Record<string, readonly Line[]> = {};
    for (const [group, run] of Object.entries(migrationDialogues)) {
      const talk = await GroupDialogue.open(kafka.bootstrapServers, group);
      try {
        await run(talk);
      } finally {
        talk.close();
      }
      heard[`${policy}: ${group}`] = talk.lines;
    }
    const recorded = recordedAnswers();
    if (records) return recordAnswers({ ...recorded, ...heard });
    for (const [name, lines] of Object.entries(heard)) expect(lines).toEqual(recorded[name]);
  });
});
