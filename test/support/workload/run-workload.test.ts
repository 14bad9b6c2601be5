import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { checkHistory } from "../history/check-history.js";
import type { AnomalyName } from "../history/finding.js";
import type { Operation } from "../history/operation.js";
import { Dice } from "./dice.js";
import { modelClients } from "./model-clients.js";
import { ModelCluster, type Defect } from "./model-cluster.js";
import { runWorkload } from "./run-workload.js";

/** What a workload does with a model that has a defect, or none. */
async function play(seed: number, defect?: Defect): Promise<readonly Operation[]> {
  const clock = new VirtualClock();
  const dice = new Dice(seed + 1_000_000);
  const cluster = new ModelCluster(dice.random, defect);
  const clients = modelClients({ cluster, clock, dice });
  return clock.run(runWorkload({ clients, clock, seed, forMs: 20_000, quietMs: 20_000 }));
}

it("finds nothing wrong with a good model, and does enough to say so", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const history = await play(seed);
    const { anomalies, allowed } = checkHistory(history);
    expect(anomalies).toEqual([]);
    expect(allowed.length).toBeGreaterThan(0);
    const ends = history.map(({ f, type }) => `${f} ${type}`);
    for (const end of ["txn ok", "txn fail", "txn info", "send ok", "send info", "poll ok"])
      expect(ends.filter((each) => each === end).length, end).toBeGreaterThan(0);
  }
});

it("does the same again from the same seed", async () => {
  expect(await play(7)).toEqual(await play(7));
  expect(await play(7)).not.toEqual(await play(8));
});

describe("notices that", () => {
  const shownBy: Readonly<Record<Defect, AnomalyName>> = {
    "aborted messages are read": "G1a",
    "open transactions are read": "precommitted-read",
    "a message is acknowledged and lost": "lost-write",
    "a message is written twice": "duplicate",
    "an offset is given to two messages": "inconsistent-offsets",
    "a message is passed over": "poll-skip",
    "a late commit ends the next transaction": "precommitted-read",
    "a producer is not fenced by the next of its name": "precommitted-read",
    "offsets of an aborted transaction are committed": "consumed-never",
    "offsets of a committed transaction are not": "consumed-twice",
    "offsets are committed by a member that lost its partitions": "consumed-twice",
  };
  it.each(Object.entries(shownBy) as [Defect, AnomalyName][])("%s", async (defect, anomaly) => {
    const found: AnomalyName[] = [];
    for (let seed = 1; seed <= 5 && !found.includes(anomaly); seed++)
      found.push(...checkHistory(await play(seed, defect)).anomalies.map((finding) => finding.anomaly));
    expect(found).toContain(anomaly);
  });
});
