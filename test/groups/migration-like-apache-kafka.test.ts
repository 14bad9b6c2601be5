import { startBroker } from "@moldau/reference-broker";
import { describe, expect, test } from "vitest";
import { GroupDialogue } from "../support/group-dialogue.js";
import { dialogueConfigs } from "./dialogues.js";
import { migrationDialogues, migrationPolicies } from "./dialogues/migration.js";
import { recordedAnswers } from "./recorded-answers.js";

const recorded = recordedAnswers();

describe.each(migrationPolicies)("under the policy %s", (policy) => {
  test.each(Object.entries(migrationDialogues))(
    "%s: every answer is the one that Apache Kafka gave",
    async (group, run) => {
      const configs = { ...dialogueConfigs, "group.consumer.migration.policy": policy };
      await using broker = await startBroker({ configs });
      const talk = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", group);
      try {
        await run(talk);
      } finally {
        talk.close();
      }
      expect(talk.lines).toEqual(recorded[`${policy}: ${group}`]);
    },
  );
});
