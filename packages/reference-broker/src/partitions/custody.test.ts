import { Uuid } from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { MemoryStorage } from "../storage/memory.js";
import { PartitionCustody, type CustodyClaim } from "./custody.js";

const topicId = Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ");
const otherId = Uuid.parse("AAAAAAAAAAAAAAAAAAAABw");

async function start(): Promise<{ custody: PartitionCustody; storage: MemoryStorage }> {
  const storage = new MemoryStorage();
  await storage.makeDir("one/orders-0");
  await storage.makeDir("two");
  return {
    storage,
    custody: new PartitionCustody(
      storage,
      new Map([
        [1, "one"],
        [2, "two"],
      ]),
    ),
  };
}

const claim = (nodeId: number, leaderEpoch: number, id = topicId): CustodyClaim => ({
  topic: "orders",
  partition: 0,
  topicId: id,
  nodeId,
  leaderEpoch,
});

const left = { logStartOffset: 7n, isClean: true };

test("the next leader gets the records when the one before has let them go, and where it keeps its own", async () => {
  const { custody, storage } = await start();
  const first = await custody.claim(claim(1, 0));
  expect(first?.left).toBeUndefined();
  let isGranted = false;
  const second = custody.claim(claim(2, 1)).then((granted) => {
    isGranted = true;
    return granted;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([isGranted, await storage.exists("one/orders-0")]).toEqual([false, true]);
  first?.release(left);
  expect((await second)?.left).toEqual(left);
  expect([await storage.exists("one/orders-0"), await storage.exists("two/orders-0")]).toEqual([false, true]);
});

test("a broker that learns of a move too late gets nothing, and holds nobody up", async () => {
  const { custody, storage } = await start();
  (await custody.claim(claim(1, 0)))?.release(left);
  const later = await custody.claim(claim(1, 2));
  const superseded = custody.claim(claim(2, 1));
  later?.release(left);
  expect(await superseded).toBeUndefined();
  expect(await storage.exists("one/orders-0")).toBe(true);
  expect((await custody.claim(claim(1, 2)))?.left).toEqual(left);
});

test("a new topic of the same name waits for the end of the old one, and knows nothing of it", async () => {
  const { custody } = await start();
  const old = await custody.claim(claim(1, 5));
  const fresh = custody.claim(claim(2, 0, otherId));
  old?.release(left);
  const granted = await fresh;
  expect(granted).toMatchObject({ left: undefined });
  granted?.release(undefined);
  // All is forgotten with the topic: also the epochs that it had.
  expect(await custody.claim(claim(2, 0))).toMatchObject({ left: undefined });
});

test("a folder that cannot be moved rejects that claim alone", async () => {
  const { custody, storage } = await start();
  const { rename } = storage;
  storage.rename = () => Promise.reject(new Error("no rename today"));
  await expect(custody.claim(claim(2, 0))).rejects.toThrow("no rename today");
  storage.rename = rename.bind(storage);
  expect(await custody.claim(claim(2, 0))).toBeDefined();
});
