import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTopics, OffsetFetch, readBatches, readControlRecord, type RecordBatch } from "@moldau/protocol-codec";
import {
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeVersioned,
  OffsetCommitKey,
  OffsetCommitValue,
} from "@moldau/protocol-codec/state";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { pause, topicToCommit } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";
import { commitInTransaction } from "../support/transactional-commit.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;
const configs = {
  "offsets.topic.num.partitions": "1",
  "transaction.state.log.num.partitions": "1",
  "group.initial.rebalance.delay.ms": "0",
};

describe.skipIf(missing !== undefined)(`offsets of transactions${leftOut}`, () => {
  let kafka: ApacheKafka;

  beforeAll(async () => {
    // By default Kafka puts into one batch what its coordinator writes within moments; what a batch holds is then a matter of time.
    kafka = await startApacheKafka({ properties: { ...configs, "group.coordinator.append.linger.ms": "0" } });
  });
  afterAll(async () => {
    await kafka.close();
  });

  test("stand in our __consumer_offsets in the batches that Apache Kafka writes, markers included", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "transactional-offsets-"));
    const broker = await startBroker({ dataDir, configs });
    try {
      const ours = await commitAll(broker.bootstrapServers[0] ?? "");
      const theirs = await commitAll(kafka.bootstrapServers);
      expect(theirs).toEqual(ours);
      expect(theirs).toEqual(["orders-0: 5 ", "payments-0: UNSTABLE_OFFSET_COMMIT"]);
      expect(batchesIn(dataDir)).toEqual(batchesIn(kafka.dataDir));
      expect(batchesIn(dataDir)).toHaveLength(5);
    } finally {
      await broker.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

/** Commits, aborts and leaves open, and tells what a reader of stable offsets is answered. */
async function commitAll(address: string): Promise<readonly string[]> {
  const connection = await RawConnection.open(address, "producer");
  try {
    const topics = ["orders", "payments"].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 }));
    await connection.request(CreateTopics, 7, { topics, timeoutMs: 10_000 });
    for (const [end, topic, offset] of [
      ["commit", "orders", 5n],
      ["abort", "orders", 6n],
      ["open", "payments", 7n],
    ] as const) {
      const commit = { transactionalId: end, groupId: "g", topics: [topicToCommit(topic, offset)], end };
      await commitInTransaction(connection, commit);
      if (end !== "open") await settledOffsets(connection);
    }
    return await settledOffsets(connection);
  } finally {
    connection.close();
  }
}

/** Markers are written a moment after the end of a transaction was answered. */
async function settledOffsets(connection: RawConnection): Promise<readonly string[]> {
  const topics = ["orders", "payments"].map((name) => ({ name, partitionIndexes: [0] }));
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await connection.request(OffsetFetch, 8, {
      groups: [{ groupId: "g", topics }],
      requireStable: true,
    });
    const lines = (answer.groups[0]?.topics ?? []).flatMap(({ name, partitions }) =>
      partitions.map(({ errorCode, committedOffset, metadata }) =>
        errorCode === 0 ? `${name}-0: ${committedOffset} ${metadata}` : `${name}-0: UNSTABLE_OFFSET_COMMIT`,
      ),
    );
    if (lines[0]?.includes("UNSTABLE") === false) return lines;
    await pause(50);
  }
  throw new Error("the offsets of a transaction that was ended stay pending");
}

/** All that the one partition of `__consumer_offsets` holds, but for times and producer ids, which differ from run to run. */
function batchesIn(dataDir: string): readonly unknown[] {
  const folder = join(dataDir, "__consumer_offsets-0");
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return files.sort().flatMap((name) => [...readBatches(readFileSync(join(folder, name)))].map(plain));
}

function plain(batch: RecordBatch): unknown {
  const { baseOffset, attributes, producerEpoch, baseSequence, count, partitionLeaderEpoch } = batch;
  const records = [...batch].map(({ key, value, headers }) => {
    if (batch.isControl) return readControlRecord({ key, value });
    if (key === null || value === null || coordinatorRecordType(key) !== OffsetCommitKey.recordType)
      throw new Error("this is no committed offset");
    const { value: offset, version } = decodeVersioned(OffsetCommitValue, value);
    const { commitTimestamp, topicId, ...facts } = offset;
    return {
      ...decodeCoordinatorKey(OffsetCommitKey, key),
      ...facts,
      hasTime: commitTimestamp > 0n,
      hasTopicId: !topicId.isZero,
      version,
      headers,
    };
  });
  return { baseOffset, attributes, producerEpoch, baseSequence, count, partitionLeaderEpoch, records };
}
