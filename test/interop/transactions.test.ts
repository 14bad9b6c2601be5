import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka } from "../support/apache-kafka.js";
import type { Line } from "../support/group-dialogue.js";
import { usesEveryLevel } from "../support/transaction-levels.js";
import { startTransactionalKafka, type TransactionalKafka } from "../support/transactional-kafka.js";
import { dialogueConfigs, dialogues, hold, transactionVersions } from "../transactions/dialogues.js";
import { recordAnswers, recordedAnswers } from "../transactions/recorded-answers.js";

/** `RECORD_TRANSACTION_ANSWERS=1` writes the record of Apache Kafka's answers anew instead of comparing with it. */
const records = process.env["RECORD_TRANSACTION_ANSWERS"] === "1";
/** Apache Kafka is asked again under its default level; `TRANSACTION_LEVELS=all` asks it under the others too. */
const asked = records || usesEveryLevel ? transactionVersions : ([2] as const);

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

describe.skipIf(missing !== undefined).each(asked)(`transaction.version %i${leftOut}`, (version) => {
  let kafka: TransactionalKafka;
  const heard: Record<string, readonly Line[]> = {};

  beforeAll(async () => {
    kafka = await startTransactionalKafka(version, dialogueConfigs);
  });
  afterAll(async () => {
    await kafka.close();
  });

  test.each(Object.entries(dialogues))("%s: Apache Kafka answers as recorded", async (name, run) => {
    heard[name] = await hold(name, kafka, run);
    if (!records) expect(heard[name]).toEqual(recordedAnswers(version)[name]);
  });

  if (records) test("the record is written", () => recordAnswers(version, heard));
});
