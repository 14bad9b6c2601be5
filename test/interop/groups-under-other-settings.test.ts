import { describe, expect, test } from "vitest";
import { otherSettings } from "../groups/dialogues/other-settings.js";
import { recordAnswers, recordedAnswers } from "../groups/recorded-answers.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { GroupDialogue, type Line } from "../support/group-dialogue.js";

/** `RECORD_GROUP_ANSWERS=1` writes the record of Apache Kafka's answers anew instead of comparing with it. */
const records = process.env["RECORD_GROUP_ANSWERS"] === "1";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`groups${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  test.each(Object.entries(otherSettings))(
    "under %s Apache Kafka answers as recorded",
    async (settings, { configs, features = {}, dialogues }) => {
      await using kafka = await startApacheKafka({ properties: configs, features });
      const talks = Object.entries(dialogues).map(async ([group, run]): Promise<[string, readonly Line[]]> => {
        const talk = await GroupDialogue.open(kafka.bootstrapServers, group);
        try {
          await run(talk);
        } finally {
          talk.close();
        }
        return [`${settings}: ${group}`, talk.lines];
      });
      const heard = Object.fromEntries(await Promise.all(talks));
      const recorded = recordedAnswers();
      if (records) return recordAnswers({ ...recorded, ...heard });
      for (const [name, lines] of Object.entries(heard)) expect(lines).toEqual(recorded[name]);
    },
  );
});
