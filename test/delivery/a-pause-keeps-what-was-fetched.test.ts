import type { FetchRequest } from "@moldau/protocol-codec";
import { expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";

const first = { topic: "orders", partition: 0 };
const second = { topic: "orders", partition: 1 };

it("a partition that is resumed goes on from what was fetched before the pause, without a fetch, while others went on", async () => {
  await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
  await run.send(
    "orders",
    0,
    Array.from({ length: 50 }, (_, index) => `a${index}`),
  );
  const consumer = run.consumer();
  const values: string[] = [];
  const asked: string[] = [];
  const reading = (async () => {
    for await (const message of consumer) {
      values.push(String(message.value));
      // Everything of the partition has been fetched by now, and most of it not been handed out.
      if (values.length === 10) consumer.pause([first]);
    }
  })();
  await expect.poll(() => values.length).toBe(10);
  await run.send("orders", 1, ["b"]);
  await expect.poll(() => values.at(-1)).toBe("b");
  await run.broker.waitFor("request", ({ api }) => api === "Fetch");
  run.broker.on("request", ({ api, body }) => {
    if (api === "Fetch") asked.push(...offsetsOf(body as FetchRequest));
  });
  consumer.resume([first]);
  await expect.poll(() => values.length).toBe(51);
  expect(values.filter((value) => value !== "b")).toEqual(Array.from({ length: 50 }, (_, index) => `a${index}`));
  // Nothing that was fetched once is asked for again, only what is to come behind it.
  expect(asked.filter((offset) => offset !== "0@50" && offset !== "1@1")).toEqual([]);
  expect([consumer.position(first), consumer.position(second)]).toEqual([50n, 1n]);
  await consumer.close();
  await reading;
});

function offsetsOf({ topics }: FetchRequest): string[] {
  return topics.flatMap(({ partitions }) => partitions.map((each) => `${each.partition}@${each.fetchOffset}`));
}
