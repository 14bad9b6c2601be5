import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTopics,
  Fetch,
  FindCoordinator,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  Produce,
  readBatches,
  writeBatch,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ChildProgram } from "../support/child-program.js";
import { RawConnection } from "../support/raw-connection.js";
import { repository } from "../support/repository.js";

const command = join(repository, "packages/reference-broker/bin/reference-broker.js");

let dataDir: string;
const programs: ChildProgram[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "killed-"));
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Starts the command line on the directory and connects to it. */
async function start(...args: readonly string[]): Promise<{ program: ChildProgram; connection: RawConnection }> {
  const program = new ChildProgram(process.execPath, [command, "--port", "0", "--data", dataDir, ...args]);
  programs.push(program);
  const [, address = ""] = await program.waitFor(/Ready on (\S+)/);
  return { program, connection: await RawConnection.open(address, "survivor") };
}

async function produce(connection: RawConnection, values: readonly string[]): Promise<bigint> {
  const records = writeBatch(
    {},
    values.map((value) => ({ value })),
  );
  const { responses } = await connection.request(Produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: "orders", partitionData: [{ index: 0, records }] }],
  });
  const [answer] = responses[0]?.partitionResponses ?? [];
  expect(answer?.errorCode).toBe(0);
  return answer?.baseOffset ?? -1n;
}

async function valuesIn(connection: RawConnection): Promise<string[]> {
  const values: string[] = [];
  for (let fetchOffset = 0n; ;) {
    const { responses } = await connection.request(Fetch, 12, {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [{ topic: "orders", partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }],
    });
    const [partition] = responses[0]?.partitions ?? [];
    const batches = [...readBatches(partition?.records ?? Buffer.alloc(0))];
    if (batches.length === 0) return values;
    for (const batch of batches) {
      for (const record of batch) values.push(String(record.value));
      fetchOffset = batch.nextOffset;
    }
  }
}

test("after SIGKILL in the middle of writing, every record that was acknowledged is there, once and in order", async () => {
  const { program, connection } = await start("--topic", "orders:2");
  const acknowledged: string[] = [];
  const writing = (async () => {
    for (let index = 0; ; index++) {
      const values = Array.from({ length: 10 }, (_, at) => `${index * 10 + at}`);
      await produce(connection, values);
      acknowledged.push(...values);
    }
  })();
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(500);
  program.kill();
  await expect(writing).rejects.toThrow("was closed");

  const again = await start();
  const found = await valuesIn(again.connection);
  expect(found.slice(0, acknowledged.length)).toEqual(acknowledged);
  // One batch may have been written whose answer did not get out.
  expect(found.length - acknowledged.length).toBeLessThanOrEqual(10);
  expect(found).toEqual(Array.from({ length: found.length }, (_, index) => `${index}`));
  expect(await produce(again.connection, ["after"])).toBe(BigInt(found.length));
  again.connection.close();
});

test("after SIGKILL topics, settings and committed offsets are there, and the directory is free", async () => {
  const { program, connection } = await start();
  await connection.request(CreateTopics, 5, {
    topics: [
      {
        name: "orders",
        numPartitions: 3,
        replicationFactor: 1,
        assignments: [],
        configs: [{ name: "message.timestamp.type", value: "LogAppendTime" }],
      },
    ],
    timeoutMs: 1000,
  });
  const { topics } = await connection.request(Metadata, 12, { topics: [{ name: "orders" }] });
  await connection.request(FindCoordinator, 3, { key: "g" });
  await connection.request(OffsetCommit, 8, {
    groupId: "g",
    memberId: "",
    topics: [{ name: "orders", partitions: [{ partitionIndex: 1, committedOffset: 41n, committedMetadata: null }] }],
  });
  program.kill();
  await program.ended();

  const again = await start();
  const after = await again.connection.request(Metadata, 12, { topics: [{ name: "orders" }] });
  expect(after.topics[0]?.topicId.toString()).toBe(topics[0]?.topicId.toString());
  expect(after.topics[0]?.partitions).toHaveLength(3);
  const fetched = await again.connection.request(OffsetFetch, 7, { groupId: "g", topics: null });
  expect(fetched.topics).toMatchObject([{ name: "orders", partitions: [{ partitionIndex: 1, committedOffset: 41n }] }]);
  await produce(again.connection, ["stamped"]);
  const { topics: offsets } = await again.connection.request(ListOffsets, 5, {
    replicaId: -1,
    topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: 1_000_000_000_000n }] }],
  });
  expect(offsets[0]?.partitions[0]).toMatchObject({ errorCode: 0, offset: 0n });
  again.connection.close();
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends it in order: it says so, exits with 0, and the next start needs no recovery",
  async (signal) => {
    const { program, connection } = await start("--topic", "orders");
    await produce(connection, ["one"]);
    program.signal(signal);
    const { code, stdout } = await program.ended();
    expect(code).toBe(0);
    expect(stdout).toContain("Closing.");
    const again = await start();
    expect(await valuesIn(again.connection)).toEqual(["one"]);
    again.connection.close();
  },
);

test("wrong arguments are answered with a sentence and exit code 2, a port in use with 1", async () => {
  const wrong = async (...args: readonly string[]): Promise<{ code: number; stderr: string }> => {
    const program = new ChildProgram(process.execPath, [command, ...args]);
    programs.push(program);
    return program.ended();
  };
  expect(await wrong("--prot", "1")).toMatchObject({ code: 2, stderr: expect.stringContaining("--help") });
  expect(await wrong("--port", "many")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--port takes a whole number"),
  });
  expect(await wrong("--config", "num.partitions=none")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Not a number of type INT"),
  });
  const { connection, program } = await start();
  const [, port = ""] = /:(\d+) /.exec(program.stdout) ?? [];
  expect(await wrong("--port", port)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Give another --port"),
  });
  connection.close();
});
