import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@moldau/platform";
import { Kafka } from "moldau";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { chainRecords, chainTimeoutMs, chainTopics } from "../support/chain/chain-layout.js";
import { intact, runChain } from "../support/chain/chain.js";
import { MortalConnector } from "../support/chain/mortal-connector.js";
import { checkHistory } from "../support/history/check-history.js";
import { formatJson } from "../support/history/history-lines.js";
import { workloadTopics } from "../support/workload/keys.js";
import { moldauClients } from "../support/workload/moldau-clients.js";
import { runWorkload } from "../support/workload/run-workload.js";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let server: ApacheKafka;

  beforeAll(async () => {
    server = await startApacheKafka();
  });
  afterAll(() => server.close());

  const newKafka = (connector?: MortalConnector): Kafka =>
    new Kafka({ brokers: [server.bootstrapServers], ...(connector === undefined ? {} : { connector }) });

  const createTopics = async (
    topics: readonly { readonly topic: string; readonly partitions: number }[],
  ): Promise<void> => {
    const kafka = newKafka();
    const results = await kafka.admin().createTopics({ topics });
    await kafka.close();
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
  };

  test.each([
    { name: "transform", by: "transform", connector: undefined },
    {
      name: "hand, while every connection is cut within a second and a half",
      by: "transaction",
      connector: new MortalConnector(),
    },
  ] as const)(
    "every key comes once through three groups, by $name",
    async ({ by, connector }) => {
      const kafka = newKafka();
      await kafka.admin().deleteTopics({ topics: chainTopics.map(({ topic }) => topic) });
      await kafka.close();
      await createTopics(chainTopics);
      const { levels, bails } = await runChain({ newKafka: () => newKafka(connector), by });
      expect(levels).toEqual(intact(chainRecords));
      expect(bails).toBeGreaterThan(0);
    },
    chainTimeoutMs + 60_000,
  );

  test("a mixed workload whose connections are cut leaves a history without anomalies", async () => {
    await createTopics(workloadTopics);
    const connector = new MortalConnector();
    const history = await runWorkload({
      clients: moldauClients({ newKafka: () => newKafka(connector), transactionTimeoutMs: 6_000 }),
      clock: systemClock,
      seed: 1,
      forMs: 12_000,
      quietMs: 6_000,
    });
    const file = join(tmpdir(), "history-on-apache-kafka.jsonl");
    writeFileSync(file, formatJson(history));
    expect(checkHistory(history).anomalies, `the history is in ${file}`).toEqual([]);
    expect(history.filter(({ f, type }) => f === "txn" && type === "ok").length).toBeGreaterThan(10);
  });
});
