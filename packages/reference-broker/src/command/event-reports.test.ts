import {
  AddPartitionsToTxn,
  ConsumerGroupHeartbeat,
  EndTxn,
  FindCoordinator,
  InitProducerId,
} from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { RawConnection } from "../../../../test/support/raw-connection.js";
import { startBroker } from "../broker.js";
import { reportEvents } from "./event-reports.js";

test("each step of a transaction is told in a sentence, and nothing of what brokers ask each other for it", async () => {
  await using broker = await startBroker({
    topics: ["orders"],
    configs: { "transaction.abort.timed.out.transaction.cleanup.interval.ms": 10 },
  });
  const told: string[] = [];
  let connections = 0;
  reportEvents(broker, ({ event, text }) => {
    if (event === "transactionChanged") told.push(text);
    if (event === "connected") connections++;
  });
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "shop");
  const transactionalId = "shop";
  // Asking for the coordinator makes its topic.
  const wanted = { keyType: 1, coordinatorKeys: [transactionalId] };
  const isCoordinated = async (): Promise<boolean> =>
    (await connection.request(FindCoordinator, 6, wanted)).coordinators[0]?.errorCode === 0;
  await expect.poll(isCoordinated, { timeout: 20_000 }).toBe(true);
  const isOver = async (): Promise<void> => {
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toMatch(/is committed|is aborted/);
  };
  /** A producer that takes the id; asked again while the transaction before is being ended. */
  const take = async (transactionTimeoutMs: number) => {
    for (;;) {
      const answer = await connection.request(InitProducerId, 5, { transactionalId, transactionTimeoutMs });
      if (answer.errorCode === 0) return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
    }
  };
  const begin = async ({ producerId, producerEpoch }: Awaited<ReturnType<typeof take>>): Promise<void> => {
    await connection.request(AddPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: "orders", partitions: [0] }],
    });
  };
  const first = await take(60_000);
  await begin(first);
  await connection.request(EndTxn, 4, { transactionalId, ...first, committed: true });
  await isOver();
  await begin(first);
  const second = await take(60_000);
  await begin(second);
  await connection.request(EndTxn, 4, { transactionalId, ...second, committed: false });
  await isOver();
  await begin(await take(1));
  await expect.poll(() => told.filter((text) => text.includes("time-out")).length, { timeout: 20_000 }).toBe(1);
  await isOver();
  connection.close();

  // The broker's questions to itself, about markers among others, are no connections of clients.
  expect(connections).toBe(1);
  const { producerId } = first;
  expect(told).toEqual([
    `transaction shop: taken by producer ${producerId} in epoch 0`,
    "transaction shop begins",
    "transaction shop is to be committed, in 1 partition",
    "transaction shop is committed",
    "transaction shop begins",
    "transaction shop was left open by a producer that another one fences, and is to be aborted, in 1 partition",
    "transaction shop is aborted",
    expect.stringMatching(/^transaction shop: taken by producer/),
    "transaction shop begins",
    "transaction shop is to be aborted, in 1 partition",
    "transaction shop is aborted",
    expect.stringMatching(/^transaction shop: taken by producer/),
    "transaction shop begins",
    "transaction shop was open for longer than its time-out, and is to be aborted, in 1 partition",
    "transaction shop is aborted",
  ]);
});

test("what becomes of a next-generation group is told in sentences", async () => {
  await using broker = await startBroker({
    topics: [{ topic: "orders", partitions: 2 }],
    configs: { "group.consumer.assignment.interval.ms": 0 },
  });
  const told: string[] = [];
  reportEvents(broker, ({ event, text }) => {
    if (event === "groupChanged" || event === "memberJoined" || event === "memberLeft") told.push(text);
  });
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "shop");
  const wanted = { keyType: 0, coordinatorKeys: ["g"] };
  const isCoordinated = async (): Promise<boolean> =>
    (await connection.request(FindCoordinator, 6, wanted)).coordinators[0]?.errorCode === 0;
  await expect.poll(isCoordinated, { timeout: 20_000 }).toBe(true);
  const beat = (memberId: string, memberEpoch: number, topicPartitions: [] | null = null) =>
    connection.request(ConsumerGroupHeartbeat, 1, {
      groupId: "g",
      memberId,
      memberEpoch,
      ...(memberEpoch === 0 ? { rebalanceTimeoutMs: 60_000, subscribedTopicNames: ["orders"] } : {}),
      topicPartitions,
    });
  await expect.poll(async () => (await beat("a", 0, [])).errorCode, { timeout: 20_000 }).toBe(0);
  await beat("b", 0, []);
  await beat("a", 2);
  await beat("a", 2, []);
  await beat("b", 3);
  await beat("b", -1);
  await beat("a", -1);
  connection.close();
  expect(told).toEqual([
    "group g: a joins from 127.0.0.1",
    "group g is stable: generation 2, 1 member (uniform)",
    "group g: b joins from 127.0.0.1",
    "group g rebalances: generation 3, 2 members (uniform)",
    "group g is stable: generation 3, 2 members (uniform)",
    "group g: b leaves",
    "group g: a leaves",
    "group g is empty",
  ]);
});
