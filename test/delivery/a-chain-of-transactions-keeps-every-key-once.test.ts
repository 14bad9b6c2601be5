import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker, type BrokerOptions } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { intact, runChain } from "../support/chain/chain.js";
import { chainRecords, chainTimeoutMs, chainTopics } from "../support/chain/chain-layout.js";
import { MortalConnector } from "../support/chain/mortal-connector.js";

/** Three brokers in this process; internal topics as small as they may be, since all of them are one process. */
async function start(options: BrokerOptions = {}): Promise<readonly string[]> {
  const configs = { "offsets.topic.num.partitions": 4, "transaction.state.log.num.partitions": 4 };
  const broker = await startBroker({ topics: chainTopics, configs, ...options });
  onTestFinished(() => broker.close());
  return broker.bootstrapServers;
}

describe(
  "through three groups whose members come, go and bail out, every key comes once and as it was",
  { timeout: chainTimeoutMs + 60_000 },
  () => {
    it("with consumer.transform, on a broker in memory", async () => {
      const brokers = await start();
      const { levels, bails } = await runChain({ newKafka: () => new Kafka({ brokers }), by: "transform" });
      expect(levels).toEqual(intact(chainRecords));
      expect(bails).toBeGreaterThan(0);
    });

    it("with transactions by hand, on a cluster of three brokers on disk", async () => {
      const dataDir = mkdtempSync(join(tmpdir(), "chain-"));
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
      const brokers = await start({ dataDir, brokers: 3 });
      const { levels, bails } = await runChain({ newKafka: () => new Kafka({ brokers }), by: "transaction" });
      expect(levels).toEqual(intact(chainRecords));
      expect(bails).toBeGreaterThan(0);
    });

    it("while every connection is cut within a second and a half", async () => {
      const brokers = await start();
      const connector = new MortalConnector();
      const { levels } = await runChain({ newKafka: () => new Kafka({ brokers, connector }), by: "transform" });
      expect(levels).toEqual(intact(chainRecords));
      expect(connector.killed).toBeGreaterThan(20);
    });
  },
);
