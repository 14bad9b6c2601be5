import { Kafka } from "moldau";
import { expect, it, onTestFinished } from "vitest";
import { intact, runChain } from "../support/chain/chain.js";
import { chainRecords, chainTimeoutMs, chainTopics } from "../support/chain/chain-layout.js";
import { RestartingBroker } from "../support/chain/restarting-broker.js";

it(
  "every key comes once through three groups while the broker is killed and started again and again",
  { timeout: chainTimeoutMs + 60_000 },
  async () => {
    const topics = chainTopics.flatMap(({ topic, partitions }) => ["--topic", `${topic}:${partitions}`]);
    const broker = await RestartingBroker.start([
      ...topics,
      ...["--config", "offsets.topic.num.partitions=4", "--config", "transaction.state.log.num.partitions=4"],
      ...["--config", "group.min.session.timeout.ms=1000"],
    ]);
    onTestFinished(() => broker.close());
    const { levels } = await runChain({
      newKafka: () => new Kafka({ brokers: [broker.bootstrapServers] }),
      by: "transform",
      sessionTimeoutMs: 2_000,
      trouble: { begin: () => broker.killAgainAndAgain(2_500, 4_500), end: () => broker.spare() },
    });
    expect(levels).toEqual(intact(chainRecords));
    expect(broker.kills).toBeGreaterThan(1);
  },
);
