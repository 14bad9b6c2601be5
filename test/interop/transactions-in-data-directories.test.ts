import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OffsetFetch, readBatches, Uuid, writeTransactionMarker } from "@moldau/protocol-codec";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replayGroupLog } from "../../packages/reference-broker/src/groups/group-log.js";
import { GroupStore } from "../../packages/reference-broker/src/groups/store.js";
import { defaultLogConfig } from "../../packages/reference-broker/src/log/log-config.js";
import { PartitionLog } from "../../packages/reference-broker/src/log/log.js";
import { DiskStorage } from "../../packages/reference-broker/src/storage/disk.js";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { topicToCommit } from "../support/group-dialogue.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { groupLogOf } from "../support/kafka-group-log.js";
import { RawConnection } from "../support/raw-connection.js";
import { commitInTransaction } from "../support/transactional-commit.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;
const topic = "moves";

describe.skipIf(missing !== undefined)(`transactions in data directories${leftOut}`, () => {
  let classpath: string;
  let java: JavaPrograms;
  let folder: string;

  beforeAll(async () => {
    classpath = await apacheKafkaClasspath();
    java = await compileJava(classpath, ["SendTransactions"]);
    folder = mkdtempSync(join(tmpdir(), "transactions-in-directories-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("Apache Kafka's log tool reads what ours left: batches, markers, aborted transactions, producers, pending offsets", async () => {
    const dataDir = join(folder, "ours");
    const broker = await startBroker({ dataDir, topics: [{ topic, partitions: 1 }] });
    try {
      const [server = ""] = broker.bootstrapServers;
      await java.run("SendTransactions", [server, topic, "3", "40"]);
      await commitOffsets(server);
    } finally {
      await broker.close();
    }
    const dump = async (suffix: RegExp, folders: readonly string[], ...options: string[]): Promise<string> => {
      const files = folders.flatMap((name) =>
        readdirSync(join(dataDir, name))
          .filter((file) => suffix.test(file))
          .map((file) => join(dataDir, name, file)),
      );
      expect(files.length).toBeGreaterThan(0);
      const { code, stdout, stderr } = await apacheKafkaTools(classpath).runTool(
        "org.apache.kafka.tools.DumpLogSegments",
        [...options, "--files", files.join(",")],
      );
      expect(`${code}\n${stderr}`).toMatch(/^0\n/);
      expect(stdout).not.toMatch(/isvalid: false|Mismatches|Could not|corrupt/i);
      return stdout;
    };
    const log = await dump(/\.log$/, [`${topic}-0`], "--deep-iteration");
    expect(log).toMatch(/endTxnMarker: ABORT coordinatorEpoch: 0/);
    expect(log).toMatch(/endTxnMarker: COMMIT coordinatorEpoch: 0/);
    const aborted = await dump(/\.txnindex$/, [`${topic}-0`]);
    expect(
      aborted.match(/^version: 0 producerId: \d+ firstOffset: \d+ lastOffset: \d+ lastStableOffset: \d+$/gm)?.length,
    ).toBe(log.match(/endTxnMarker: ABORT/g)?.length);
    const producers = await dump(/\.snapshot$/, [`${topic}-0`]);
    expect(producers.match(/producerId: \d+ .*currentTxnFirstOffset: OptionalLong\[\d+\]/g)).toHaveLength(1);
    const named = (name: string): string[] => readdirSync(dataDir).filter((each) => each.startsWith(name));
    const offsets = await dump(/\.log$/, named("__consumer_offsets-"), "--offsets-decoder");
    expect(offsets).toContain('"group":"g","topic":"moves","partition":0');
    expect(offsets).toMatch(/endTxnMarker: COMMIT/);
    const states = await dump(/\.log$/, named("__transaction_state-"), "--transaction-log-decoder");
    expect(states).toMatch(/"transactionalId":"writer-moves-0"/);
    expect(states).toMatch(/"transactionalId":"pending"/);
  });

  test("our log opens what Apache Kafka left, open transactions included, and goes on with it", async () => {
    const kafka = await startApacheKafka();
    let lines: readonly string[];
    try {
      const made = await java.run("SendTransactions", [kafka.bootstrapServers, topic, "3", "40"]);
      lines = made.trim().split("\n").slice(0, -1);
      await commitOffsets(kafka.bootstrapServers);
      cpSync(kafka.dataDir, join(folder, "theirs"), { recursive: true });
    } finally {
      await kafka.close();
    }
    const dataDir = join(folder, "theirs");
    const log = await openLeft(dataDir);
    try {
      expect(await committedIn(log)).toEqual(lines);
      const open = log.producers.filter(({ currentTxnFirstOffset }) => currentTxnFirstOffset >= 0n);
      expect(open).toMatchObject([{ currentTxnFirstOffset: log.lastStableOffset }]);
      for (const { producerId, producerEpoch, coordinatorEpoch } of open) {
        const header = { producerId, producerEpoch, coordinatorEpoch, timestamp: Date.now() };
        await log.append(writeTransactionMarker("ABORT", header), { leaderEpoch: 9, origin: "coordinator" });
      }
      expect(log.lastStableOffset).toBe(log.logEndOffset);
      expect((await committedIn(log)).slice(lines.length).map((line) => line.replace(/^\d+ /, ""))).toEqual([
        expect.stringMatching(/^behind the open one/),
      ]);
    } finally {
      await log.close();
    }
    const store = new GroupStore();
    await replayGroupLog(groupLogOf(dataDir, "g"), store, AbortSignal.timeout(10_000));
    const key = { groupId: "g", topic, partition: 0 };
    expect([store.offsets.get(key)?.offset, store.offsets.isPending(key)]).toEqual([5n, true]);
  });
});

/** Commits an offset, aborts one, and leaves one pending. */
async function commitOffsets(address: string): Promise<void> {
  const connection = await RawConnection.open(address, "producer");
  try {
    for (const [transactionalId, end, offset] of [
      ["committed", "commit", 5n],
      ["aborted", "abort", 6n],
      ["pending", "open", 7n],
    ] as const) {
      const topics = [topicToCommit(topic, offset)];
      await commitInTransaction(connection, { transactionalId, groupId: "g", topics, end });
      if (end !== "open") await waitUntilStable(connection);
    }
  } finally {
    connection.close();
  }
}

/** A marker is written a moment after the end of its transaction was answered. */
async function waitUntilStable(connection: RawConnection): Promise<void> {
  const groups = [{ groupId: "g", topics: [{ name: topic, partitionIndexes: [0] }] }];
  await expect
    .poll(async () => {
      const answer = await connection.request(OffsetFetch, 8, { groups, requireStable: true });
      return answer.groups[0]?.topics[0]?.partitions[0]?.errorCode;
    })
    .toBe(0);
}

/** The log of the one partition in a directory that was not closed, as after a crash. */
async function openLeft(dataDir: string): Promise<PartitionLog> {
  const dir = join(dataDir, `${topic}-0`);
  const metadata = readFileSync(join(dir, "partition.metadata"), "utf8");
  return await PartitionLog.open({
    storage: new DiskStorage(),
    dir,
    config: defaultLogConfig,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    topic,
    partition: 0,
    topicId: Uuid.parse(/topic_id: (\S+)/.exec(metadata)?.[1] ?? ""),
  });
}

/** Offset and value of what a reader of committed records gets. */
async function committedIn(log: PartitionLog): Promise<readonly string[]> {
  const upTo = log.lastStableOffset;
  const { records, upperBound } = await log.read(0n, { maxBytes: 1 << 20, upTo });
  const aborted = await log.abortedTransactions(0n, upperBound);
  return [...readBatches(records)]
    .filter(
      ({ isControl, isTransactional, producerId, baseOffset }) =>
        !isControl &&
        !aborted.some(
          (each) =>
            isTransactional &&
            each.producerId === producerId &&
            each.firstOffset <= baseOffset &&
            baseOffset < each.lastOffset,
        ),
    )
    .flatMap((batch) => [...batch].map(({ offset, value }) => `${offset} ${String(value)}`));
}
