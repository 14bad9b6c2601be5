import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka } from "../support/apache-kafka.js";
import { pause } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";
import {
  addPartition,
  endTransaction,
  rawProducer,
  writeInTransaction,
  type RawProducer,
} from "../support/transactional-producing.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

const transactionsCommand = "org.apache.kafka.tools.TransactionsCommand";
/** Long ago: a transaction that began then and that its coordinator does not know of hangs. */
const time = 1_700_000_000_000;
const ids = ["open", "committed", "hanging"] as const;

describe.skipIf(missing !== undefined)(`TransactionsCommand and our broker${leftOut}`, () => {
  let broker: ReferenceBroker;
  let tools: ReturnType<typeof apacheKafkaTools>;
  let connection: RawConnection;
  const producers = new Map<string, RawProducer>();

  beforeAll(async () => {
    tools = apacheKafkaTools(await apacheKafkaClasspath());
    // Only where nobody verifies can a transaction be made to hang.
    broker = await startBroker({
      configs: { "transaction.partition.verification.enable": "false" },
      topics: [{ topic: "orders", partitions: 4 }],
    });
    connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "raw");
    for (const [partition, id] of ids.entries()) {
      const producer = await rawProducer(connection, id);
      producers.set(id, producer);
      const place = { topic: "orders", partition, timestamp: BigInt(time) };
      if (id !== "hanging") await addPartition(connection, producer, place);
      await writeInTransaction(connection, producer, place);
      if (id === "committed") await endTransaction(connection, producer, "commit");
    }
    await pause(200);
  });
  afterAll(async () => {
    connection.close();
    await broker.close();
  });

  /** Runs the tool, and gives the lines that it printed: of a table, the cells. */
  async function run(...args: readonly string[]): Promise<readonly (readonly string[])[]> {
    const all = ["--bootstrap-server", broker.bootstrapServers.join(","), ...args];
    const { code, stdout, stderr } = await tools.runTool(transactionsCommand, all);
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    return stdout
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
  }

  const idOf = (id: (typeof ids)[number]): string => `${producers.get(id)?.producerId}`;

  test("lists transactions, all and those of an id's pattern", async () => {
    const [headings, ...rows] = await run("list");
    expect(headings).toEqual(["TransactionalId", "Coordinator", "ProducerId", "TransactionState"]);
    expect(rows.map((row) => row.join(" ")).toSorted()).toEqual([
      `committed 1 ${idOf("committed")} CompleteCommit`,
      `hanging 1 ${idOf("hanging")} Empty`,
      `open 1 ${idOf("open")} Ongoing`,
    ]);
    const matching = await run("list", "--transactional-id-pattern", "o.*n");
    expect(matching.slice(1)).toEqual([["open", "1", idOf("open"), "Ongoing"]]);
  });

  test("describes a transaction", async () => {
    const [headings, row] = await run("describe", "--transactional-id", "open");
    const cells = Object.fromEntries((headings ?? []).map((heading, index) => [heading, row?.[index]]));
    expect(cells).toMatchObject({
      CoordinatorId: "1",
      TransactionalId: "open",
      ProducerId: idOf("open"),
      ProducerEpoch: "0",
      TransactionState: "Ongoing",
      TransactionTimeoutMs: "60000",
      TopicPartitions: "orders-0",
    });
  });

  test("describes the producers of a partition", async () => {
    const [headings, row] = await run("describe-producers", "--topic", "orders", "--partition", "0");
    const cells = Object.fromEntries((headings ?? []).map((heading, index) => [heading, row?.[index]]));
    expect(cells).toMatchObject({
      ProducerId: idOf("open"),
      ProducerEpoch: "0",
      LastSequence: "0",
      CurrentTransactionStartOffset: "0",
    });
  });

  test("finds the transaction that hangs, and aborts it", async () => {
    const find = ["find-hanging", "--broker-id", "1", "--max-transaction-timeout", "1"];
    const [headings, ...rows] = await run(...find);
    const cells = rows.map((row) => Object.fromEntries((headings ?? []).map((name, index) => [name, row[index]])));
    expect(cells).toMatchObject([{ Topic: "orders", Partition: "2", ProducerId: idOf("hanging"), StartOffset: "0" }]);
    await run("abort", "--topic", "orders", "--partition", "2", "--start-offset", "0");
    expect((await run(...find)).slice(1)).toEqual([]);
  });

  test("terminates an open transaction by force", async () => {
    await run("forceTerminateTransaction", "--transactionalId", "open");
    const [, row] = await run("list", "--transactional-id-pattern", "open");
    expect(row?.slice(2)).toEqual([idOf("open"), "Empty"]);
  });
});
