import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { chainRecords, chainTimeoutMs } from "../support/chain/chain-layout.js";
import { MortalConnector } from "../support/chain/mortal-connector.js";
import { passedIntact, passingTopics, runPassingChain } from "../support/chain/passing-chain.js";
import { passingConfigs, passingVariants } from "../support/chain/passing-variants.js";

/** One broker for all variants, which go through it side by side. */
async function start(): Promise<readonly string[]> {
  const topics = passingVariants.flatMap(({ prefix }) => passingTopics(prefix));
  const broker = await startBroker({ topics, configs: { ...passingConfigs, "offsets.topic.num.partitions": 4 } });
  onTestFinished(() => broker.close());
  return broker.bootstrapServers;
}

describe(
  "through three groups whose members come, go and bail out, every key comes, and nothing is processed twice",
  { timeout: chainTimeoutMs + 60_000 },
  () => {
    it("whatever way the groups share their partitions", async () => {
      const brokers = await start();
      const reports = await Promise.all(
        passingVariants.map((variant) => runPassingChain({ ...variant, newKafka: () => new Kafka({ brokers }) })),
      );
      for (const [index, { bails, failures, ...report }] of reports.entries()) {
        const { prefix = "" } = passingVariants[index] ?? {};
        expect(failures, prefix).toEqual([]);
        expect(report).toEqual(passedIntact(prefix, chainRecords));
        expect(bails, prefix).toBeGreaterThan(0);
      }
    });

    it("while every connection is cut within a second and a half, under either protocol", async () => {
      const brokers = await start();
      const connector = new MortalConnector();
      const newKafka = (): Kafka => new Kafka({ brokers, connector });
      const variants = passingVariants.filter(
        ({ prefix }) => prefix === "cooperative-sticky-" || prefix === "consumer-",
      );
      const reports = await Promise.all(variants.map((variant) => runPassingChain({ ...variant, newKafka })));
      for (const [index, { repeated, repeatedAfterLoss, topics }] of reports.entries()) {
        // Whose answers are lost again and again may fall behind the group, and then loses its partitions before it can commit.
        const intact = passedIntact(variants[index]?.prefix ?? "", chainRecords, { repeatedAfterLoss });
        expect({ repeated, repeatedAfterLoss, topics }).toEqual(intact);
      }
      expect(connector.killed).toBeGreaterThan(20);
    });
  },
);
