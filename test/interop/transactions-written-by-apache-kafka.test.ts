import { Admin } from "@moldau/admin";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom, takeValues, type ConsumingClient } from "../support/consuming.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { RawConnection } from "../support/raw-connection.js";
import { triedLevels } from "../support/transaction-levels.js";
import { commitInTransaction } from "../support/transactional-commit.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

/** Where Java's producers write. */
interface Cluster {
  readonly bootstrapServers: string;
  close(): Promise<void>;
}

async function startOurs(transactionVersion: 0 | 1 | 2): Promise<Cluster> {
  const broker = await startBroker({ features: { "transaction.version": transactionVersion } });
  return { bootstrapServers: broker.bootstrapServers.join(","), close: () => broker.close() };
}

const clusters: readonly (readonly [string, () => Promise<Cluster>])[] = [
  ["Apache Kafka", startApacheKafka],
  ...triedLevels.map((level) => [`our broker, with transaction.version ${level}`, () => startOurs(level)] as const),
];

describe.skipIf(missing !== undefined).each(clusters)(`Java's producers on %s${leftOut}`, (_name, start) => {
  let kafka: Cluster;
  let run: ConsumingClient;
  let java: JavaPrograms;

  beforeAll(async () => {
    kafka = await start();
    run = consumingFrom([kafka.bootstrapServers]);
    java = await compileJava(await apacheKafkaClasspath(), ["SendTransactions"]);
  });

  afterAll(async () => {
    await run[Symbol.asyncDispose]();
    await kafka.close();
  });

  test.each([
    ["in one answer", 1, {}],
    ["in many answers, each of a batch or two", 2, { partitionMaxBytes: 100 }],
  ])("committed messages are read as Java's consumer reads them, %s", async (_how, seed, options) => {
    const topic = `transactions-${seed}`;
    const [created] = await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions: 1 }] });
    expect(created?.error).toBeUndefined();
    const printed = await java.run("SendTransactions", [kafka.bootstrapServers, topic, `${seed}`, "60"]);
    const lines = printed.trim().split("\n");
    const end = BigInt(lines.pop()?.replace("end ", "") ?? "0");
    expect(lines.length).toBeGreaterThan(10);

    const consumer = run.consumer({ topics: [topic], groupId: topic, ...options });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const message of consumer) seen.push(`${message.offset} ${String(message.value)}`);
    })();
    const partition = { topic, partition: 0 };
    await expect
      .poll(() => consumer.assignment().length > 0 && consumer.position(partition), { timeout: 30_000 })
      .toBe(end);
    expect(seen).toEqual(lines);
    expect(consumer.lag()).toEqual([{ ...partition, position: end, highWatermark: end, lag: 0n }]);
    consumer.seek({ ...partition, offset: "latest" });
    expect(consumer.position(partition)).toBeUndefined();
    await expect.poll(() => consumer.position(partition)).toBe(end);
    await consumer.close();
    await reading;

    const everything = run.consumer({ topics: [topic], groupId: `${topic}-all`, isolationLevel: "read_uncommitted" });
    let count = 0;
    for await (const message of everything) {
      count++;
      if (String(message.value).startsWith("behind the open one")) break;
    }
    expect(count).toBeGreaterThan(lines.length + 2);
    expect(everything.position(partition)).toBeGreaterThan(end);
    await everything.close();
  });

  test("a member waits for the offsets that a transaction is about to commit, and says so", async () => {
    const topic = "pending-offsets";
    await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions: 1 }] });
    await run.send(topic, 0, ["0", "1", "2", "3", "4", "5"]);
    const connection = await RawConnection.open(kafka.bootstrapServers, "pending");
    const commit = (committedOffset: bigint, end: "commit" | "open"): Promise<void> =>
      commitInTransaction(connection, {
        transactionalId: topic,
        groupId: topic,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset }] }],
        end,
      });
    await commit(2n, "commit");
    await commit(5n, "open");

    const consumer = run.consumer({ topics: [topic], groupId: topic });
    const told: string[] = [];
    consumer.on("retrying", ({ operation, error }) => told.push(`${operation} ${error.code}`));
    const values = takeValues(consumer, 1);
    const partition = { topic, partition: 0 };
    await expect
      .poll(() => told.filter((each) => each === "position UNSTABLE_OFFSET_COMMIT").length, { timeout: 30_000 })
      .toBeGreaterThan(2);
    expect(consumer.position(partition)).toBeUndefined();
    // The same transactional id ends what is open, and commits another offset.
    await commit(4n, "commit");
    expect(await values).toEqual(["4"]);
    connection.close();
    await consumer.close();
  });
});
