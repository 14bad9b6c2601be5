import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkHistory } from "../support/history/check-history.js";
import { formatJson } from "../support/history/history-lines.js";
import { polledBy, sentBy, type Operation } from "../support/history/operation.js";
import { playOnReferenceBroker, type Play } from "../support/workload/play-on-reference-broker.js";

// Producers, members that pass on and members that read, all at once, while requests and answers get lost, connections break, leaders and
// coordinators move and brokers stop: each run is decided by its seed, and takes no real time but for what is computed.

/** How many runs of each protocol; `HISTORIES=1000` makes a thousand. */
const count = Number(process.env["HISTORIES"] ?? 12);
/** The first seed; `HISTORIES=1 HISTORIES_FROM=17` plays the run of seed 17 again. */
const from = Number(process.env["HISTORIES_FROM"] ?? 1);

describe.each([
  { protocol: "of transaction.version 2", versionFor: () => 2 as const },
  { protocol: "before that", versionFor: (seed: number) => (seed % 4 === 0 ? 0 : 1) },
] satisfies { protocol: string; versionFor: (seed: number) => Play["transactionVersion"] }[])(
  "transactions by the protocol $protocol",
  ({ versionFor }) => {
    it(
      `count as a whole, once, or not at all, in ${count} runs with faults`,
      { timeout: 60_000 + count * 30_000 },
      async () => {
        const failures: string[] = [];
        for (let seed = from; seed < from + count; seed++)
          failures.push(...(await failuresOf({ seed, transactionVersion: versionFor(seed) })));
        expect(failures).toEqual([]);
      },
    );
  },
);

it("a run is the same again from the same seed", async () => {
  const play = { seed: from, transactionVersion: 2 } as const;
  expect(await playOnReferenceBroker(play)).toEqual(await playOnReferenceBroker(play));
});

/** What is wrong with a run, with the file that holds its history. */
async function failuresOf(play: Play): Promise<readonly string[]> {
  const name = `seed ${play.seed} with transaction.version ${play.transactionVersion}`;
  try {
    const history = await playOnReferenceBroker(play);
    const { anomalies } = checkHistory(history);
    if (anomalies.length === 0) return doesEnough(history) ? [] : [`${name} did too little`];
    const file = join(tmpdir(), `history-${play.seed}-version-${play.transactionVersion}.jsonl`);
    writeFileSync(file, formatJson(history));
    const found = anomalies
      .slice(0, 5)
      .map(({ anomaly, what, lines }) => `${anomaly}: ${what} (lines ${lines.join(", ")})`);
    return [`${name}, ${anomalies.length} anomalies, history in ${file}: ${found.join("; ")}`];
  } catch (error) {
    return [`${name} came to no end: ${error instanceof Error ? error.stack : String(error)}`];
  }
}

/** A run in which hardly anything happened proves nothing. */
function doesEnough(history: readonly Operation[]): boolean {
  const committed = history.filter(({ f, type }) => f === "txn" && type === "ok");
  return (
    committed.filter((operation) => sentBy(operation).length > 0).length >= 5 &&
    committed.filter((operation) => polledBy(operation).length > 0).length >= 3 &&
    history.some(({ f, type }) => f === "txn" && type === "fail")
  );
}
