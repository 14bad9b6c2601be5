import { Kafka, type Admin } from "moldau";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pause } from "./group-dialogue.js";
import { RawConnection } from "./raw-connection.js";
import {
  addPartition,
  endTransaction,
  rawProducer,
  writeInTransaction,
  type RawProducer,
} from "./transactional-producing.js";

/** A broker of node id 1 that verifies no partitions: only there can a transaction be made to hang, as on those before Apache Kafka 3.6. */
export interface CarelessBroker {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Long ago, so that what was written then counts as quiet. */
const time = 1_700_000_000_000;
const inPartition = (partition: number) => ({ topic: "orders", partition, timestamp: BigInt(time + partition) });

/** Declares tests of the admin on transactions that are open, committed, aborted, or hang: in the partitions 0, 1, 2 and 3 of a topic. */
export function testAdminOnTransactions(start: () => Promise<CarelessBroker>): void {
  let broker: CarelessBroker;
  let kafka: Kafka;
  let admin: Admin;
  let connection: RawConnection;
  const producers: RawProducer[] = [];
  const producerOf = (partition: number): RawProducer => {
    const producer = producers[partition];
    if (producer === undefined) throw new Error(`nothing was written to partition ${partition}`);
    return producer;
  };

  beforeAll(async () => {
    broker = await start();
    kafka = new Kafka({ brokers: [broker.address] });
    admin = kafka.admin();
    await admin.createTopics({ topics: [{ topic: "orders", partitions: 5 }] });
    connection = await RawConnection.open(broker.address, "raw");
    for (const id of ["open", "committed", "aborted", "hanging"]) {
      const producer = await rawProducer(connection, id);
      const place = inPartition(producers.push(producer) - 1);
      if (id !== "hanging") await addPartition(connection, producer, place);
      await writeInTransaction(connection, producer, place);
      if (id === "committed") await endTransaction(connection, producer, "commit");
      if (id === "aborted") await endTransaction(connection, producer, "abort");
    }
    // The marks of an end are written a moment after it was decided.
    while ((await admin.listTransactions({ states: ["CompleteCommit", "CompleteAbort"] })).transactions.length < 2)
      await pause(50);
  }, 120_000);
  afterAll(async () => {
    connection.close();
    await kafka.close();
    await broker.close();
  });

  test("describes the producers of partitions, and which transactions are open there", async () => {
    const found = await admin.describeProducers({ topics: ["orders"] });
    expect(found.map(({ partition, producers: there }) => [partition, there.length])).toEqual([
      ...[0, 1, 2, 3].map((partition) => [partition, 1]),
      [4, 0],
    ]);
    const [open, committed, aborted, hanging] = found.map(({ producers: [only] }) => only);
    const written = (partition: number) => ({
      producerId: producerOf(partition).producerId,
      ...{ lastSequence: 0, lastTimestamp: time + partition },
    });
    expect(open).toEqual({ ...written(0), producerEpoch: 0, transactionStartOffset: 0n });
    expect(committed).toMatchObject({ producerId: producerOf(1).producerId, coordinatorEpoch: 0 });
    expect(committed).not.toHaveProperty("transactionStartOffset");
    expect(aborted).not.toHaveProperty("transactionStartOffset");
    expect(hanging).toEqual({ ...written(3), producerEpoch: 0, transactionStartOffset: 0n });
  });

  test("asks a broker that is named, and tells of partitions and brokers that there are not", async () => {
    expect(await admin.describeProducers({ partitions: [{ topic: "orders", partition: 0 }], broker: 1 })).toMatchObject(
      [{ producers: [{ transactionStartOffset: 0n }] }],
    );
    const elsewhere = await admin.describeProducers({
      topics: ["none"],
      partitions: [{ topic: "orders", partition: 9 }],
    });
    expect(elsewhere).toMatchObject([
      { topic: "orders", partition: 9, producers: [], error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } },
      { topic: "none", partition: -1, producers: [], error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } },
    ]);
  });

  test("describes transactions, and tells of an id that nobody has used", async () => {
    const ids = ["open", "committed", "aborted", "hanging", "none"];
    const described = await admin.describeTransactions({ transactionalIds: ids });
    expect(described).toMatchObject([
      { state: "Ongoing", coordinator: 1, timeoutMs: 60_000, partitions: [{ topic: "orders", partition: 0 }] },
      { state: "CompleteCommit", partitions: [] },
      { state: "CompleteAbort", partitions: [] },
      { state: "Empty", partitions: [] },
      { transactionalId: "none", state: "", coordinator: -1, error: { code: "TRANSACTIONAL_ID_NOT_FOUND" } },
    ]);
    expect(described[0]).toMatchObject(producerOf(0));
    expect(Date.now() - (described[0]?.startTime ?? 0)).toBeLessThan(600_000);
    expect(described[3]).not.toHaveProperty("startTime");
    expect(described[4]?.error?.message).toContain('"none"');
  });

  const ids = async (options: Parameters<Admin["listTransactions"]>[0]): Promise<readonly string[]> =>
    (await admin.listTransactions(options)).transactions.map(({ transactionalId }) => transactionalId);

  test("lists transactions by state, producer, age and pattern", async () => {
    expect(await admin.listTransactions()).toMatchObject({
      transactions: ["aborted", "committed", "hanging", "open"].map((transactionalId) => ({
        ...{ transactionalId, coordinator: 1 },
      })),
      failed: [],
    });
    expect(await ids({ states: ["Ongoing", "Empty"] })).toEqual(["hanging", "open"]);
    expect(await ids({ producerIds: [producerOf(0).producerId, 10n ** 18n] })).toEqual(["open"]);
    expect(await ids({ openForMs: 3_600_000 })).toEqual([]);
    expect(await ids({ openForMs: 0 })).toEqual(["open"]);
    expect(await ids({ pattern: "open|comm.*" })).toEqual(["committed", "open"]);
    await expect(admin.listTransactions({ pattern: "(" })).rejects.toMatchObject({
      code: "INVALID_REGULAR_EXPRESSION",
    });
  });

  test("lists the ends of what is written, and of what is decided", async () => {
    const endsOf = async (isolationLevel: "read_committed" | "read_uncommitted") =>
      (await admin.listOffsets({ topics: ["orders"], isolationLevel })).map(({ offset }) => offset);
    expect(await endsOf("read_uncommitted")).toEqual([1n, 2n, 2n, 1n, 0n]);
    expect(await endsOf("read_committed")).toEqual([0n, 2n, 2n, 0n, 0n]);
  });

  test("finds the transaction that hangs, and not the one that is open", async () => {
    const { transactions, failed } = await admin.findHangingTransactions();
    expect(failed).toEqual([]);
    expect(transactions).toEqual([
      {
        ...{ topic: "orders", partition: 3, producerId: producerOf(3).producerId, producerEpoch: 0 },
        ...{ startOffset: 0n, lastTimestamp: time + 3, transactionalId: "hanging" },
      },
    ]);
    expect(await admin.findHangingTransactions({ topics: ["orders"], quietForMs: 2 ** 31 - 1 })).toMatchObject({
      transactions: [{ partition: 3 }],
    });
    expect(
      (
        await admin.findHangingTransactions({
          partitions: [inPartition(0)].map(({ topic }) => ({ topic, partition: 0 })),
        })
      ).transactions,
    ).toEqual([]);
  });

  test("aborts what hangs and nothing else", async () => {
    const { transactions } = await admin.findHangingTransactions();
    const of = (partition: number) => {
      const { producerId, producerEpoch } = producerOf(partition);
      return { topic: "orders", partition, producerId, producerEpoch };
    };
    const results = await admin.abortTransaction({
      partitions: [of(0), of(1), { ...of(3), partition: 2 }, { ...of(3), partition: 9 }, ...transactions],
    });
    expect(results.map(({ partition, error }) => [partition, error?.code])).toEqual([
      [0, "INVALID_TXN_STATE"],
      [1, "INVALID_TXN_STATE"],
      [2, "INVALID_TXN_STATE"],
      [9, "UNKNOWN_TOPIC_OR_PARTITION"],
      [3, undefined],
    ]);
    expect(results[0]?.error?.message).toContain('the coordinator of "open" has it as Ongoing');
    const [still, over] = await admin.describeProducers({
      partitions: [0, 3].map((partition) => ({ topic: "orders", partition })),
    });
    expect(still?.producers[0]).toHaveProperty("transactionStartOffset");
    expect(over?.producers[0]).not.toHaveProperty("transactionStartOffset");
    expect((await admin.findHangingTransactions()).transactions).toEqual([]);
  });

  test("fences producers off, and aborts what they have open", async () => {
    const [fenced, fresh] = await admin.fenceProducers({ transactionalIds: ["open", "fresh"] });
    expect(fenced).toMatchObject({ transactionalId: "open", producerId: producerOf(0).producerId });
    expect(fenced?.producerEpoch).toBeGreaterThan(producerOf(0).producerEpoch);
    expect(fresh).toMatchObject({ transactionalId: "fresh", producerEpoch: 0 });
    const [described] = await admin.describeTransactions({ transactionalIds: ["open"] });
    expect(described?.state).toBe("Empty");
    expect(
      (await admin.describeProducers({ topics: ["orders"] })).flatMap(({ producers: all }) =>
        all.filter((each) => each.transactionStartOffset !== undefined),
      ),
    ).toEqual([]);
  });

  test("gives results that JSON takes", async () => {
    const results = [
      await admin.describeProducers({ topics: ["orders"] }),
      await admin.describeTransactions({ transactionalIds: ["open"] }),
      await admin.listTransactions(),
      await admin.fenceProducers({ transactionalIds: ["fresh"] }),
    ];
    expect(JSON.stringify(results)).toContain(`"producerId":"${producerOf(1).producerId}"`);
  });
}
