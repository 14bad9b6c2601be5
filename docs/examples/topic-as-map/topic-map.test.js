import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { TopicMap } from "./topic-map.js";

let broker, kafka, producer, topic;
let topics = 0;

before(async () => {
  broker = await startBroker();
  kafka = new Kafka({ brokers: broker.bootstrapServers });
  producer = kafka.producer();
});

after(async () => {
  await kafka.close();
  await broker.close();
});

beforeEach(async () => {
  topic = `prices-${++topics}`;
  await broker.createTopic(topic, { partitions: 3, configs: { "cleanup.policy": "compact" } });
});

function set(key, value) {
  return producer.send({ topic, messages: [{ key, value: value === null ? null : JSON.stringify(value) }] });
}

test("it has everything when it is opened, the latest of each key", async () => {
  const messages = Array.from({ length: 5_000 }, (_, index) => ({ key: `k-${index % 1000}`, value: String(index) }));
  await producer.send({ topic, messages });
  const map = await TopicMap.open(kafka, { topic });
  assert.equal(map.size, 1_000);
  for (let index = 0; index < 1000; index++) assert.equal(map.get(`k-${index}`), 4_000 + index);
  await map.close();
});

test("it opens at once on an empty topic, and follows it", async () => {
  const map = await TopicMap.open(kafka, { topic });
  assert.equal(map.size, 0);
  const changed = once(map, "change");
  await set("apples", 3);
  assert.deepEqual(await changed, ["apples", 3]);
  assert.equal(map.get("apples"), 3);
  await map.close();
});

test("a tombstone deletes", async () => {
  await set("apples", 3);
  await set("pears", 4);
  await set("apples", null);
  const map = await TopicMap.open(kafka, { topic });
  assert.deepEqual([...map], [["pears", 4]]);
  const changed = once(map, "change");
  await set("pears", null);
  await changed;
  assert.equal(map.size, 0);
  await map.close();
});

test("several have the whole topic each, and leave nothing behind", async () => {
  await set("apples", 3);
  const maps = await Promise.all([1, 2, 3].map(() => TopicMap.open(kafka, { topic })));
  for (const map of maps) assert.deepEqual([...map], [["apples", 3]]);
  await Promise.all(maps.map((map) => map.close()));
  const { groups } = await kafka.admin().listGroups({ states: ["Stable"] });
  assert.deepEqual(groups, []);
});

test("it opens although its broker is away for a moment, and goes on following", async () => {
  await set("apples", 3);
  await broker.stopNode(1);
  const opening = TopicMap.open(kafka, { topic });
  await broker.startNode(1);
  const map = await opening;
  assert.equal(map.get("apples"), 3);
  await map.close();
});

test("a value that cannot be read is an error of opening, and later of following", async () => {
  const map = await TopicMap.open(kafka, { topic });
  await producer.send({ topic, messages: [{ key: "apples", value: "three" }] });
  const [error] = await once(map, "error");
  assert.ok(error instanceof SyntaxError);
  await map.close();
  await assert.rejects(TopicMap.open(kafka, { topic }), SyntaxError);
  await assert.rejects(TopicMap.open(kafka, { topic: "no-such-topic" }), { code: "UNKNOWN_TOPIC_OR_PARTITION" });
});
