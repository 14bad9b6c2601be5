import type { ReferenceBroker } from "@moldau/reference-broker";
import { KafkaError } from "moldau";
import { expect } from "vitest";
import { test } from "./fixtures.js";
import { placeOrder, Sums } from "./shop.js";

const order = { id: "o-1", customer: "Ada", amount: 12 };

test("an order whose acknowledgement is lost is written once", async ({ broker, kafka, topic }) => {
  const rule = broker.intercept({ api: "Produce", topic, nth: 1 }, async (request) => {
    await request.apply(); // it is in the log,
    request.drop(); // and nobody hears of it
  });
  await placeOrder(kafka.producer(), topic, order);
  expect(rule.taken).toBe(1);
  expect(await broker.log(topic, 0).records()).toHaveLength(1);
});

test("an order waits for a broker that restarts", async ({ broker, kafka, topic }) => {
  const producer = kafka.producer();
  await placeOrder(producer, topic, order);
  const leader = leaderOf(broker, topic);
  await broker.stopNode(leader);
  const placed = placeOrder(producer, topic, { ...order, id: "o-2" });
  await broker.startNode(leader);
  await placed;
  expect(await broker.log(topic, 0).records()).toHaveLength(2);
});

test("an order goes to the new leader when the partition moves", async ({ broker, kafka, topic }) => {
  const producer = kafka.producer();
  await placeOrder(producer, topic, order);
  const next = (leaderOf(broker, topic) % 3) + 1;
  await broker.moveLeader(topic, 0, next);
  await placeOrder(producer, topic, { ...order, id: "o-2" });
  expect(leaderOf(broker, topic)).toBe(next);
  expect(await broker.log(topic, 0).records()).toHaveLength(2);
});

test("a broker that does not answer is an error in time, which says that the order may be there", async ({
  broker,
  kafka,
  topic,
}) => {
  const producer = kafka.producer({ deliveryTimeoutMs: 300 });
  await placeOrder(kafka.producer(), topic, order);
  broker.intercept({ api: "Produce", topic }, (request) => request.hang());
  const error: unknown = await placeOrder(producer, topic, order).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KafkaError);
  expect(error).toMatchObject({ code: "CLIENT_DELIVERY_TIMEOUT", retriable: true, written: true });
});

test("an order that is refused says why, and is not tried again", async ({ broker, kafka, topic }) => {
  const rule = broker.intercept({ api: "Produce", topic }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
  await expect(placeOrder(kafka.producer(), topic, order)).rejects.toMatchObject({
    code: "TOPIC_AUTHORIZATION_FAILED",
    retriable: false,
  });
  expect(rule.taken).toBe(1);
});

test("a slow broker makes orders late, and no more", async ({ broker, kafka, topic }) => {
  broker.intercept({ api: "Produce", topic, times: 1 }, (request) => request.delay(50));
  await placeOrder(kafka.producer(), topic, order);
  expect(await broker.log(topic, 0).records()).toHaveLength(1);
});

test("sums count each order once, though what was read could not be committed", async ({ broker, kafka, topic }) => {
  const producer = kafka.producer();
  for (const id of ["o-1", "o-2", "o-3"]) await placeOrder(producer, topic, { ...order, id });
  const commits = { api: "OffsetCommit", group: topic };
  const rule = broker.intercept(commits, (request) => request.fail("GROUP_AUTHORIZATION_FAILED"));
  const first = new Sums(kafka, { topic, groupId: topic });
  const running = first.run();
  await expect.poll(() => first.of("Ada")).toBe(36);
  await Promise.allSettled([first.stop(), running]);
  expect(rule.taken).toBeGreaterThan(0);
  rule.remove();

  const second = new Sums(kafka, { topic, groupId: topic });
  const again = second.run();
  await expect.poll(() => second.of("Ada")).toBe(36);
  await second.stop();
  await again;
});

test("sums go on when their group has to find a new coordinator", async ({ broker, kafka, topic }) => {
  const producer = kafka.producer();
  await placeOrder(producer, topic, order);
  const sums = new Sums(kafka, { topic, groupId: topic });
  const running = sums.run();
  await expect.poll(() => sums.of("Ada")).toBe(12);
  broker.intercept({ api: "Heartbeat", group: topic, nth: 1 }, (request) => request.fail("NOT_COORDINATOR"));
  await placeOrder(producer, topic, { ...order, id: "o-2" });
  await expect.poll(() => sums.of("Ada")).toBe(24);
  await sums.stop();
  await running;
});

function leaderOf(broker: ReferenceBroker, topic: string): number {
  const leader = broker.topic(topic)?.partitions[0]?.leader;
  if (leader === undefined) throw new Error(`${topic} has no leader`);
  return leader;
}
