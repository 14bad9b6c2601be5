import type { Consumer } from "@moldau/consumer";
import { CreateTopics, DeleteTopics } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";

async function create(run: Consuming, name: string): Promise<void> {
  const topics = [{ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }];
  const answer = await run.cluster.request(CreateTopics, () => ({ topics, timeoutMs: 5000 }));
  expect(answer.topics[0]?.errorCode).toBe(0);
}

async function remove(run: Consuming, name: string): Promise<void> {
  const body = (version: number) =>
    version >= 6 ? { topics: [{ name }], timeoutMs: 5000 } : { topicNames: [name], timeoutMs: 5000 };
  const answer = await run.cluster.request(DeleteTopics, body);
  expect(answer.responses[0]?.errorCode).toBe(0);
}

/** What a consumer reads, as it comes. */
function read(consumer: Consumer): string[] {
  const values: string[] = [];
  const loop = async (): Promise<void> => {
    for await (const { topic, value } of consumer) values.push(`${topic} ${String(value)}`);
  };
  void loop();
  return values;
}

const patient = { timeout: 20_000, interval: 20 };
const topicsOf = (consumer: Consumer): string[] => [...new Set(consumer.assignment().map(({ topic }) => topic))].sort();

describe("a consumer of a pattern", () => {
  it("reads what matches, what appears later, and leaves what goes, without being told", async () => {
    await using run = await startConsuming({ topics: ["orders-a", "orders-b", "invoices"] });
    const cluster = run.client({ metadataMaxAgeMs: 100 });
    const consumer = run.consumer({ topics: [], topicPattern: "orders-.*|__consumer_offsets" }, cluster);
    const values = read(consumer);
    await expect.poll(() => topicsOf(consumer), patient).toEqual(["orders-a", "orders-b"]);
    await create(run, "orders-c");
    await run.send("orders-c", 1, ["early"]);
    await run.send("invoices", 0, ["not this"]);
    await expect.poll(() => values, patient).toEqual(["orders-c early"]);
    await remove(run, "orders-a");
    await expect.poll(() => topicsOf(consumer), patient).toEqual(["orders-b", "orders-c"]);
    await run.send("orders-b", 0, ["late"]);
    await expect.poll(() => values, patient).toEqual(["orders-c early", "orders-b late"]);
    await consumer.close();
  });

  it("waits for the first topic that matches", async () => {
    await using run = await startConsuming({ topics: ["others"] });
    const consumer = run.consumer({ topics: [], topicPattern: "orders-.*" }, run.client({ metadataMaxAgeMs: 100 }));
    const values = read(consumer);
    await consumer.connect();
    expect(consumer.assignment()).toEqual([]);
    await create(run, "orders-a");
    await run.send("orders-a", 0, ["first"]);
    await expect.poll(() => values, patient).toEqual(["orders-a first"]);
    await consumer.close();
  });

  it("shares with members that name topics, whoever leads: the leader watches over the topics of all", async () => {
    await using run = await startConsuming({ topics: ["orders-a", "invoices"] });
    const options = { metadataMaxAgeMs: 100 };
    const leader = run.consumer({ topics: ["invoices"] }, run.client(options));
    read(leader);
    await leader.connect();
    const follower = run.consumer({ topics: [], topicPattern: "orders-.*" }, run.client(options));
    const values = read(follower);
    await expect.poll(() => topicsOf(follower), patient).toEqual(["orders-a"]);
    await create(run, "orders-b");
    await run.send("orders-b", 0, ["new"]);
    await expect.poll(() => values, patient).toEqual(["orders-b new"]);
    expect(topicsOf(leader)).toEqual(["invoices"]);
    await Promise.all([leader.close(), follower.close()]);
  });

  it("is what subscribe makes of a consumer of names, and the other way round", async () => {
    await using run = await startConsuming({ topics: ["orders-a", "orders-b", "invoices"] });
    const consumer = run.consumer({ topics: ["invoices"] });
    read(consumer);
    await expect.poll(() => topicsOf(consumer), patient).toEqual(["invoices"]);
    consumer.subscribe({ pattern: "orders-.*" });
    await expect.poll(() => topicsOf(consumer), patient).toEqual(["orders-a", "orders-b"]);
    consumer.subscribe(["orders-b"]);
    await expect.poll(() => topicsOf(consumer), patient).toEqual(["orders-b"]);
    await consumer.close();
  });
});
