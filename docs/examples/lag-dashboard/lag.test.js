import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { lagTable } from "./lag.js";

let broker, kafka, admin;

before(async () => {
  broker = await startBroker({ topics: [{ topic: "orders", partitions: 2 }] });
  kafka = new Kafka({ clientId: "shop", brokers: broker.bootstrapServers });
  admin = kafka.admin();
});

after(async () => {
  await kafka.close();
  await broker.close();
});

test("without groups there is nothing but the titles", async () => {
  assert.deepEqual(await lagTable(admin), ["GROUP  TOPIC  PARTITION  COMMITTED  END  LAG  READ BY"]);
});

test("each partition has its lag, the largest first, also when nobody reads", async () => {
  const messages = [0, 0, 0, 1, 1].map((partition) => ({ partition, value: "apples" }));
  await kafka.producer().send({ topic: "orders", messages });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest", autoCommit: false });
  await consumer.connect();
  await consumer.commit([
    { topic: "orders", partition: 0, offset: 1n },
    { topic: "orders", partition: 1, offset: 1n },
  ]);
  assert.deepEqual(await lagTable(admin), [
    "GROUP    TOPIC   PARTITION  COMMITTED  END  LAG  READ BY",
    "billing  orders          0          1    3    2  shop /127.0.0.1",
    "billing  orders          1          1    2    1  shop /127.0.0.1",
  ]);
  await consumer.close();
  const [, first] = await lagTable(admin);
  assert.equal(first, "billing  orders          0          1    3    2  nobody");
});

test("a group that cannot be read says why", async () => {
  broker.intercept({ api: "OffsetFetch", group: "billing" }, (request) => request.fail("GROUP_AUTHORIZATION_FAILED"));
  const [titles, reason] = await lagTable(admin);
  broker.clearIntercepts();
  assert.match(titles ?? "", /^GROUP /);
  assert.match(reason ?? "", /GROUP_AUTHORIZATION_FAILED/);
});
