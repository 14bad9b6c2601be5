import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrokerOptions, startBroker } from "@moldau/reference-broker";
import { expect, onTestFinished, test } from "vitest";
import { featureTold } from "../support/features-told.js";

async function told(
  options: BrokerOptions,
  feature = "transaction.version",
): Promise<Readonly<Record<string, string>>> {
  await using broker = await startBroker(options);
  return await featureTold(broker.bootstrapServers[0] ?? "", feature);
}

const atLevel = (level: number) => ({
  "ApiVersions 3": `not supported, finalized ${level}-${level}`,
  "ApiVersions 4": `supported 0-2, finalized ${level}-${level}`,
});
const atLevel0 = {
  "ApiVersions 3": "not supported, not finalized",
  "ApiVersions 4": "supported 0-2, not finalized",
};

test("a new cluster is at transaction.version 2, or where its options say", async () => {
  expect(await told({})).toEqual(atLevel(2));
  expect(await told({ features: { "transaction.version": 1 } })).toEqual(atLevel(1));
  expect(await told({ features: { "transaction.version": 0 } })).toEqual(atLevel0);
});

test("a new cluster is at group.version 1, or where its options say", async () => {
  expect(await told({}, "group.version")).toEqual({
    "ApiVersions 3": "not supported, finalized 1-1",
    "ApiVersions 4": "supported 0-1, finalized 1-1",
  });
  expect(await told({ features: { "group.version": 0 } }, "group.version")).toEqual({
    "ApiVersions 3": "not supported, not finalized",
    "ApiVersions 4": "supported 0-1, not finalized",
  });
});

test("a data directory keeps its level until another one is asked for", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "features-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  expect(await told({ dataDir, features: { "transaction.version": 0 } })).toEqual(atLevel0);
  expect(await told({ dataDir })).toEqual(atLevel0);
  expect(await told({ dataDir, features: { "transaction.version": 1 } })).toEqual(atLevel(1));
  expect(await told({ dataDir })).toEqual(atLevel(1));
  expect(await told({ dataDir, features: { "transaction.version": 0 } })).toEqual(atLevel0);
  expect(await told({ dataDir })).toEqual(atLevel0);
});

test("a level that there is not, or a feature that cannot be chosen, is refused at the start", async () => {
  const wrong = (features: object) => startBroker({ features });
  await expect(wrong({ "transaction.version": 3 })).rejects.toThrow(
    new RangeError("transaction.version must be a whole number from 0 to 2, not 3"),
  );
  await expect(wrong({ "transaction.version": "2" })).rejects.toThrow(
    new RangeError('transaction.version must be a whole number from 0 to 2, not "2"'),
  );
  await expect(wrong({ "transactions.version": 1 })).rejects.toThrow('did you mean "transaction.version"?');
});
