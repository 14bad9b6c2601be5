import { Admin } from "@moldau/admin";
import { expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";

const typesOf = async (run: Consuming): Promise<string[]> => {
  const { groups } = await new Admin(run.cluster).listGroups();
  return groups.map(({ type }) => type);
};

/** Reads until its consumer is closed. */
async function readAll(messages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of messages);
}

it("is the next generation's where the cluster has it", async () => {
  await using run = await startConsuming();
  const consumer = run.consumer({ protocol: "auto" });
  await consumer.connect();
  expect(await typesOf(run)).toEqual(["consumer"]);
});

it("is the classic one where the cluster has no other", async () => {
  await using run = await startConsuming({ features: { "group.version": 0 } });
  const consumer = run.consumer({ protocol: "auto" });
  await consumer.connect();
  expect(await typesOf(run)).toEqual(["classic"]);
  await expect(run.consumer({ protocol: "consumer", groupId: "other" }).connect()).rejects.toMatchObject({
    code: "UNSUPPORTED_VERSION",
    message: expect.stringContaining('use protocol: "classic"'),
  });
});

it("is the classic one in a classic group that the broker does not turn into another", async () => {
  await using run = await startConsuming({
    topics: [{ topic: "orders", partitions: 2 }],
    configs: { "group.consumer.migration.policy": "disabled" },
  });
  const first = run.consumer();
  await first.connect();
  const reading = [readAll(first)];
  const second = run.consumer({ protocol: "auto" });
  const retried: string[] = [];
  second.on("retrying", ({ operation, error }) => void retried.push(`${operation} ${error.code}`));
  reading.push(readAll(second));
  await expect.poll(() => [first.assignment().length, second.assignment().length]).toEqual([1, 1]);
  expect(retried).toEqual(["join GROUP_ID_NOT_FOUND"]);
  expect(await typesOf(run)).toEqual(["classic"]);
  await Promise.all([first.close(), second.close()]);
  await Promise.all(reading);
});

it("leaves a group that the broker turns into one of the next generation whole: its members share on", async () => {
  await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
  const first = run.consumer();
  await first.connect();
  const second = run.consumer({ protocol: "auto" });
  const reading = [readAll(first), readAll(second)];
  await expect.poll(() => [first.assignment().length, second.assignment().length]).toEqual([1, 1]);
  expect(await typesOf(run)).toEqual(["consumer"]);
  await Promise.all([first.close(), second.close()]);
  await Promise.all(reading);
});
