import { startBroker, type HeldMarkers, type ReferenceBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialogueConfigs, dialogues, hold, transactionVersions } from "./dialogues.js";
import { recordedAnswers } from "./recorded-answers.js";
import type { MarkerControl } from "../support/marker-gate.js";

describe.each(transactionVersions)("with transaction.version %i", (transactionVersion) => {
  let broker: ReferenceBroker;

  beforeAll(async () => {
    broker = await startBroker({ configs: dialogueConfigs, features: { "transaction.version": transactionVersion } });
  });
  afterAll(async () => {
    await broker.close();
  });

  const recorded = recordedAnswers(transactionVersion);

  test.each(Object.entries(dialogues))("%s: every answer is the one that Apache Kafka gave", async (name, run) => {
    const bootstrapServers = broker.bootstrapServers[0] ?? "";
    const lines = await hold(name, { bootstrapServers, transactionVersion, markers: markersOf(broker) }, run);
    expect(lines).toEqual(recorded[name]);
  });
});

function markersOf(broker: ReferenceBroker): MarkerControl {
  let held: HeldMarkers | undefined;
  return {
    hold() {
      held = broker.holdMarkers();
    },
    release() {
      held?.release();
    },
  };
}
