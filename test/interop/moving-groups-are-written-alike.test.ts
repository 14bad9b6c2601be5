import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "@moldau/reference-broker";
import { describe, expect, test } from "vitest";
import { dialogueConfigs } from "../groups/dialogues.js";
import { migrationDialogues } from "../groups/dialogues/migration.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { GroupDialogue } from "../support/group-dialogue.js";
import { readGroupLogs } from "../support/group-logs.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

/** Has every talk about a group that moves from one protocol to another. */
async function holdAll(address: string): Promise<void> {
  for (const [group, run] of Object.entries(migrationDialogues)) {
    const talk = await GroupDialogue.open(address, group);
    try {
      await run(talk);
    } finally {
      talk.close();
    }
  }
}

describe.skipIf(missing !== undefined)(`groups that change their protocol${leftOut}`, () => {
  test.each(["bidirectional", "upgrade"])(
    "under the policy %s our log of them has the records of Apache Kafka's, in the same batches",
    async (policy) => {
      const configs = { ...dialogueConfigs, "group.consumer.migration.policy": policy };
      // By default Kafka puts into one batch what its coordinator writes within moments.
      const properties = { ...configs, "group.coordinator.append.linger.ms": "0" };
      const dataDir = mkdtempSync(join(tmpdir(), "moving-groups-"));
      await using kafka = await startApacheKafka({ properties });
      const broker = await startBroker({ dataDir, configs });
      try {
        await Promise.all([holdAll(kafka.bootstrapServers), holdAll(broker.bootstrapServers[0] ?? "")]);
        const [ours, theirs] = [readGroupLogs(dataDir), readGroupLogs(kafka.dataDir)];
        expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
        // Members may have gone by now: what one side has written about that already, the other has not.
        for (const [group, records] of ours) {
          const others = theirs.get(group) ?? [];
          const common = Math.min(records.length, others.length);
          expect(common).toBeGreaterThan(1);
          expect(others.slice(0, common)).toEqual(records.slice(0, common));
        }
      } finally {
        await broker.close();
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );
});
