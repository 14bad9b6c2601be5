import type { Consumer } from "@moldau/consumer";
import { Kafka } from "moldau";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues, type Consuming } from "../support/consuming.js";

const topics = [{ topic: "orders", partitions: 3 }];
const partition = (number: number) => ({ topic: "orders", partition: number });

function byHand(run: Consuming, options: Parameters<Consuming["consumer"]>[0] = {}): Consumer {
  return run.consumer({ topics: [], groupId: "by-hand", ...options });
}

/** Collects what is read, until the consumer is closed. */
function collect(consumer: Consumer): string[] {
  const values: string[] = [];
  void (async () => {
    for await (const message of consumer) values.push(String(message.value));
  })();
  return values;
}

describe("a consumer whose partitions are assigned by hand", () => {
  it("reads these and no others, and speaks with no group", async () => {
    await using run = await startConsuming({ topics });
    const apis = new Set<string>();
    run.broker.on("request", ({ api }) => apis.add(api));
    for (const number of [0, 1, 2]) await run.send("orders", number, [`p${number}`]);
    const consumer = byHand(run);
    consumer.assign([partition(1)]);
    expect(await takeValues(consumer, 1)).toEqual(["p1"]);
    expect(consumer.assignment()).toEqual([partition(1)]);
    await consumer.close();
    for (const api of ["JoinGroup", "SyncGroup", "Heartbeat", "LeaveGroup"]) expect(apis).not.toContain(api);
  });

  it("commits under its groupId, where the next one goes on", async () => {
    await using run = await startConsuming({ topics });
    await run.send("orders", 0, ["a", "b"]);
    const first = byHand(run);
    first.assign([partition(0)]);
    await takeValues(first, 1, (message) => first.commit(message));
    expect(await run.committed(partition(0), "by-hand")).toBe(1n);
    await first.close();
    const second = byHand(run);
    second.assign([partition(0)]);
    expect(await takeValues(second, 1)).toEqual(["b"]);
  });

  it("goes on undisturbed with what stays when others are assigned, and commits what is done of those that go", async () => {
    await using run = await startConsuming({ topics });
    const consumer = byHand(run, { autoCommitIntervalMs: 60_000 });
    const events: string[] = [];
    const list = (partitions: readonly { readonly partition: number }[]) => partitions.map((each) => each.partition);
    consumer.on("assigned", ({ partitions }) => events.push(`assigned ${list(partitions).join()}`));
    consumer.on("revoked", ({ partitions }) => events.push(`revoked ${list(partitions).join()}`));
    consumer.assign([partition(0), partition(1)]);
    const values = collect(consumer);
    await run.send("orders", 0, ["a"]);
    await run.send("orders", 1, ["b"]);
    await expect.poll(() => values.toSorted()).toEqual(["a", "b"]);
    consumer.assign([partition(1), partition(2)]);
    await expect.poll(() => consumer.assignment()).toEqual([partition(1), partition(2)]);
    expect(await run.committed(partition(0), "by-hand")).toBe(1n);
    await run.send("orders", 0, ["not for us"]);
    await run.send("orders", 1, ["c"]);
    await run.send("orders", 2, ["d"]);
    await expect.poll(() => values.toSorted()).toEqual(["a", "b", "c", "d"]);
    consumer.assign([]);
    await expect.poll(() => consumer.assignment()).toEqual([]);
    expect(events).toEqual(["assigned 0,1", "revoked 0", "assigned 2", "revoked 1,2", "assigned "]);
  });

  it("takes the last of several assignments that come in one go", async () => {
    await using run = await startConsuming({ topics: [...topics, { topic: "bills", partitions: 1 }] });
    const consumer = byHand(run);
    consumer.assign([partition(0)]);
    await consumer.connect();
    consumer.assign([{ topic: "bills", partition: 0 }]);
    consumer.assign([partition(2)]);
    await expect.poll(() => consumer.assignment()).toEqual([partition(2)]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(consumer.assignment()).toEqual([partition(2)]);
  });

  it("is never taken for stuck: nobody else waits for its partitions", async () => {
    await using run = await startConsuming({ topics });
    await run.send("orders", 0, ["a", "b"]);
    const consumer = byHand(run, { maxPollIntervalMs: 100 });
    consumer.assign([partition(0)]);
    const values: string[] = [];
    for await (const message of consumer) {
      values.push(String(message.value));
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (values.length === 2) break;
    }
    expect(values).toEqual(["a", "b"]);
  });

  it("says that a partition does not exist, and reads it once it does", async () => {
    await using run = await startConsuming({ topics });
    const consumer = byHand(run);
    consumer.assign([partition(7)]);
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({
      code: "UNKNOWN_TOPIC_OR_PARTITION",
      ...partition(7),
      message:
        'There is no partition 7 of the topic "orders", which has 3: the first is 0. It is read once it is there.',
    });
    await using kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    await kafka.admin().createPartitions({ topics: [{ topic: "orders", partitions: 8 }] });
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 7, ["there"]);
    expect(await takeValues(consumer, 1)).toEqual(["there"]);
  });

  it("hears that the group of its name has members when it commits", async () => {
    await using run = await startConsuming({ topics });
    await run.send("orders", 0, ["a"]);
    const member = run.consumer({ groupId: "shared" });
    await member.connect();
    const consumer = byHand(run, { groupId: "shared", autoCommit: false });
    consumer.assign([partition(0)]);
    const refused = { code: "UNKNOWN_MEMBER_ID", message: expect.stringContaining('Group "shared" has members') };
    const committing: Promise<unknown>[] = [];
    await takeValues(consumer, 1, (message) => {
      committing.push(consumer.commit(message).catch((error: unknown) => error));
    });
    expect(await committing[0]).toMatchObject(refused);
  });

  it("is one or the other: a subscription and an assignment by hand refuse each other in a sentence", async () => {
    await using run = await startConsuming({ topics });
    const subscribed = run.consumer();
    expect(() => subscribed.assign([partition(0)])).toThrow(
      "assign: this consumer subscribes to topics, so its group says which partitions it has. Make one without topics to assign partitions by hand.",
    );
    const assigned = byHand(run);
    assigned.assign([partition(0)]);
    await assigned.connect();
    expect(() => assigned.subscribe(["orders"])).toThrow(expect.objectContaining({ code: "CLIENT_INVALID_STATE" }));
    expect(() => assigned.enforceRebalance()).toThrow(expect.objectContaining({ code: "CLIENT_INVALID_STATE" }));
    const late = byHand(run);
    late.subscribe(["orders"]);
    expect(() => late.assign([partition(0)])).toThrow(expect.objectContaining({ code: "CLIENT_INVALID_STATE" }));
    await assigned.close();
    expect(() => assigned.assign([])).toThrow(expect.objectContaining({ code: "CLIENT_CLOSED" }));
  });
});
