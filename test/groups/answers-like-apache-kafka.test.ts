import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dialogueConfigs, dialogues } from "./dialogues.js";
import { recordedAnswers } from "./recorded-answers.js";
import { GroupDialogue } from "../support/group-dialogue.js";

let broker: ReferenceBroker;

beforeAll(async () => {
  broker = await startBroker({ configs: dialogueConfigs });
});
afterAll(async () => {
  await broker.close();
});

const recorded = recordedAnswers();

test.each(Object.entries(dialogues))("%s: every answer is the one that Apache Kafka gave", async (group, run) => {
  const talk = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", group);
  try {
    await run(talk);
  } finally {
    talk.close();
  }
  expect(talk.lines).toEqual(recorded[group]);
});
