import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { protocolDialogues } from "../protocol/dialogues.js";
import { recordAnswers, recordedAnswers } from "../protocol/recorded-answers.js";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import type { Line } from "../support/group-dialogue.js";
import { ProtocolDialogue } from "../support/protocol-dialogue.js";

/**
 * `RECORD_PROTOCOL_ANSWERS=1` writes the record of Apache Kafka's answers anew instead of comparing with it. With `-t` only that of the named
 * dialogues, if the name also matches "the record is written".
 */
const records = process.env["RECORD_PROTOCOL_ANSWERS"] === "1";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`the protocol${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;
  const heard: Record<string, readonly Line[]> = {};

  beforeAll(async () => {
    kafka = await startApacheKafka();
  });
  afterAll(async () => {
    await kafka.close();
  });

  test.each(Object.entries(protocolDialogues))("%s: Apache Kafka answers as recorded", async (name, run) => {
    const talk = new ProtocolDialogue(kafka.bootstrapServers);
    try {
      await run(talk);
      await talk.tidy();
    } finally {
      talk.close();
    }
    heard[name] = talk.lines;
    if (!records) expect(talk.lines).toEqual(recordedAnswers()[name]);
  });

  if (records) {
    test("the record is written", () => {
      const known = { ...recordedAnswers(), ...heard };
      recordAnswers(Object.fromEntries(Object.keys(protocolDialogues).map((name) => [name, known[name] ?? []])));
    });
  }
});
