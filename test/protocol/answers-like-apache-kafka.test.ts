import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProtocolDialogue } from "../support/protocol-dialogue.js";
import { protocolDialogues } from "./dialogues.js";
import { recordedAnswers } from "./recorded-answers.js";

let broker: ReferenceBroker;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.close();
});

const recorded = recordedAnswers();

test.each(Object.entries(protocolDialogues))(
  "%s: every answer is the one that Apache Kafka gave",
  async (name, run) => {
    const talk = new ProtocolDialogue(broker.bootstrapServers[0] ?? "");
    try {
      await run(talk);
      await talk.tidy();
    } finally {
      talk.close();
    }
    expect(talk.lines).toEqual(recorded[name]);
  },
);
