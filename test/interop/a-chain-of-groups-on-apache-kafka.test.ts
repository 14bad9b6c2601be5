import { Kafka } from "moldau";
import { expect, onTestFinished, test } from "vitest";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { chainRecords, chainTimeoutMs } from "../support/chain/chain-layout.js";
import { passedIntact, passingTopics, runPassingChain } from "../support/chain/passing-chain.js";
import { passingConfigs, passingVariants } from "../support/chain/passing-variants.js";

const missing = missingForApacheKafka();
const title = missing === undefined ? "" : ` (left out: ${missing})`;

test.skipIf(missing !== undefined)(
  `through three groups of Apache Kafka every key comes, and nothing is processed twice, whatever way they share their partitions${title}`,
  { timeout: chainTimeoutMs + 60_000 },
  async () => {
    const configs = Object.entries(passingConfigs).map(([name, value]): [string, string] => [name, String(value)]);
    const properties = { "group.initial.rebalance.delay.ms": "0", ...Object.fromEntries(configs) };
    const broker = await startApacheKafka({ properties });
    onTestFinished(() => broker.close());
    const newKafka = (): Kafka => new Kafka({ brokers: [broker.bootstrapServers] });
    const kafka = newKafka();
    const topics = passingVariants.flatMap(({ prefix }) => passingTopics(prefix));
    await kafka.admin().createTopics({ topics });
    await kafka.close();
    const reports = await Promise.all(passingVariants.map((variant) => runPassingChain({ ...variant, newKafka })));
    for (const [index, { bails, failures, ...report }] of reports.entries()) {
      const { prefix = "" } = passingVariants[index] ?? {};
      expect(failures, prefix).toEqual([]);
      expect(report).toEqual(passedIntact(prefix, chainRecords));
      expect(bails, prefix).toBeGreaterThan(0);
    }
  },
);
