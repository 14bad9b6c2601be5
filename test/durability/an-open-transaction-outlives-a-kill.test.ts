import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  EndTxn,
  Fetch,
  FindCoordinator,
  InitProducerId,
  ListOffsets,
  OffsetFetch,
  Produce,
  readBatches,
  TxnOffsetCommit,
  writeBatch,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ChildProgram } from "../support/child-program.js";
import { RawConnection } from "../support/raw-connection.js";
import { repository } from "../support/repository.js";
import { retried } from "../support/transactional-commit.js";

const command = join(repository, "packages/reference-broker/bin/reference-broker.js");
const transactionalId = "transfer";
const groupId = "g";

let dataDir: string;
const programs: ChildProgram[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "killed-in-a-transaction-"));
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test.each([
  ["a commit", true, ["inside 0", "inside 1", "outside"], 7n],
  ["an abort", false, ["outside"], -1n],
])(
  "after SIGKILL nothing of an open transaction counts, and %s decides about its messages and offsets as if nothing had been",
  async (_what, committed, values, offset) => {
    const { program, connection } = await start("--topic", "orders");
    const producer = await beginTransaction(connection);
    expect(await seenBy(connection)).toEqual({ values: [], latest: 0n, offset: "UNSTABLE_OFFSET_COMMIT" });
    program.kill();
    await program.ended();

    const again = (await start()).connection;
    await retried(() => again.request(FindCoordinator, 3, { key: groupId }));
    await expect.poll(() => seenBy(again)).toEqual({ values: [], latest: 0n, offset: "UNSTABLE_OFFSET_COMMIT" });
    await retried(() => again.request(EndTxn, 3, { ...producer, committed }));
    await expect.poll(() => seenBy(again)).toEqual({ values, latest: 4n, offset });
    again.close();
  },
);

/** Starts the command line on the directory and connects to it. */
async function start(...args: readonly string[]): Promise<{ program: ChildProgram; connection: RawConnection }> {
  const program = new ChildProgram(process.execPath, [command, "--port", "0", "--data", dataDir, ...args]);
  programs.push(program);
  const [, address = ""] = await program.waitFor(/Ready on (\S+)/);
  return { program, connection: await RawConnection.open(address, "survivor") };
}

/** Writes two messages and an offset in a transaction, and a message outside of it. */
async function beginTransaction(connection: RawConnection) {
  await retried(() => connection.request(FindCoordinator, 3, { key: transactionalId, keyType: 1 }));
  const { producerId, producerEpoch } = await retried(() =>
    connection.request(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 }),
  );
  const producer = { transactionalId, producerId, producerEpoch };
  const { resultsByTopicV3AndBelow: added } = await connection.request(AddPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: "orders", partitions: [0] }],
  });
  expect(added[0]?.resultsByPartition).toMatchObject([{ partitionErrorCode: 0 }]);
  for (const [sequence, value] of ["inside 0", "inside 1"].entries())
    await produce(connection, value, { ...producer, baseSequence: sequence });
  await produce(connection, "outside");
  await retried(() => connection.request(FindCoordinator, 3, { key: groupId }));
  await retried(() => connection.request(AddOffsetsToTxn, 3, { ...producer, groupId }));
  const partitions = [{ partitionIndex: 0, committedOffset: 7n, committedMetadata: null }];
  const topics = [{ name: "orders", partitions }];
  const answer = await connection.request(TxnOffsetCommit, 3, { ...producer, groupId, memberId: "", topics });
  expect(answer.topics).toMatchObject([{ partitions: [{ errorCode: 0 }] }]);
  return producer;
}

async function produce(
  connection: RawConnection,
  value: string,
  producer?: { transactionalId: string; producerId: bigint; producerEpoch: number; baseSequence: number },
): Promise<void> {
  const { transactionalId: id = null, ...header } = producer ?? {};
  const records = writeBatch(producer === undefined ? {} : { ...header, isTransactional: true }, [{ value }]);
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const { responses } = await connection.request(Produce, 9, {
    transactionalId: id,
    acks: -1,
    timeoutMs: 1000,
    topicData,
  });
  expect(responses[0]?.partitionResponses).toMatchObject([{ errorCode: 0 }]);
}

/** What a reader of committed messages and stable offsets is told: messages, the end that it sees, and the group's offset. */
async function seenBy(connection: RawConnection) {
  const partition = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 << 20 };
  const { responses } = await connection.request(Fetch, 12, {
    maxWaitMs: 0,
    minBytes: 1,
    isolationLevel: 1,
    topics: [{ topic: "orders", partitions: [partition] }],
  });
  const [fetched] = responses[0]?.partitions ?? [];
  const aborted = new Set(fetched?.abortedTransactions?.map(({ producerId }) => producerId));
  const batches = [...readBatches(fetched?.records ?? Buffer.alloc(0))];
  const values = batches
    .filter(({ isControl, isTransactional, producerId }) => !isControl && !(isTransactional && aborted.has(producerId)))
    .flatMap((batch) => [...batch].map(({ value }) => String(value)));
  const listed = await connection.request(ListOffsets, 5, {
    replicaId: -1,
    isolationLevel: 1,
    topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  });
  const topics = [{ name: "orders", partitionIndexes: [0] }];
  const stored = await connection.request(OffsetFetch, 7, { groupId, topics, requireStable: true });
  const [offset] = stored.topics[0]?.partitions ?? [];
  return {
    values,
    latest: listed.topics[0]?.partitions[0]?.offset,
    offset: offset?.errorCode === 88 ? "UNSTABLE_OFFSET_COMMIT" : offset?.committedOffset,
  };
}
