import { startBroker } from "@moldau/reference-broker";
import { describe, expect, test } from "vitest";
import { GroupDialogue } from "../support/group-dialogue.js";
import { otherSettings } from "./dialogues/other-settings.js";
import { recordedAnswers } from "./recorded-answers.js";

const recorded = recordedAnswers();

describe.each(Object.entries(otherSettings))("under %s", (settings, { configs, features = {}, dialogues }) => {
  test.concurrent.each(Object.entries(dialogues))(
    "%s: every answer is the one that Apache Kafka gave",
    async (group, run) => {
      await using broker = await startBroker({ configs, features });
      const talk = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", group);
      try {
        await run(talk);
      } finally {
        talk.close();
      }
      expect(talk.lines).toEqual(recorded[`${settings}: ${group}`]);
    },
  );
});
