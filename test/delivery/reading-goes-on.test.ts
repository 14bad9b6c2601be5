import { ApiVersions } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };

describe("reading goes on", () => {
  it("when the leader moves, with nothing lost and nothing twice", async () => {
    await using run = await startConsuming({ brokers: 2 });
    const values: string[] = [];
    const consumer = run.consumer({ fetchMaxWaitMs: 100 });
    const reading = (async () => {
      for await (const message of consumer) values.push(String(message.value));
    })();
    for (let round = 0; round < 4; round++) {
      const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 1;
      await run.send("orders", 0, [`${round}a`, `${round}b`]);
      await expect.poll(() => values.length, { timeout: 20_000 }).toBe(2 * (round + 1));
      await run.broker.moveLeader("orders", 0, 3 - leader);
      await run.cluster.refreshTopics(["orders"]);
    }
    await consumer.close();
    await reading;
    expect(values).toEqual(["0a", "0b", "1a", "1b", "2a", "2b", "3a", "3b"]);
  });

  it.each([
    "FETCH_SESSION_ID_NOT_FOUND",
    "INVALID_FETCH_SESSION_EPOCH",
    "UNKNOWN_SERVER_ERROR",
    "NOT_LEADER_OR_FOLLOWER",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "KAFKA_STORAGE_ERROR",
    "OFFSET_NOT_AVAILABLE",
    "FENCED_LEADER_EPOCH",
    "UNKNOWN_LEADER_EPOCH",
    "UNKNOWN_TOPIC_ID",
    "INCONSISTENT_TOPIC_ID",
    "FETCH_SESSION_TOPIC_ID_ERROR",
  ])("when a broker answers a fetch with %s", async (fault) => {
    await using run = await startConsuming();
    run.broker.intercept({ api: "Fetch", nth: 2 }, (request) => request.fail(fault));
    const taken = takeValues(run.consumer({ fetchMaxWaitMs: 50 }), 2);
    await run.send("orders", 0, ["a"]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await run.send("orders", 0, ["b"]);
    expect(await taken).toEqual(["a", "b"]);
  });

  it("when connections are lost in the middle of a fetch, a commit, or a look-up", async () => {
    await using run = await startConsuming();
    for (const api of [
      "Fetch",
      "OffsetCommit",
      "OffsetFetch",
      "ListOffsets",
      "FindCoordinator",
      "JoinGroup",
      "SyncGroup",
      "Metadata",
    ]) {
      run.broker.intercept({ api, nth: 1 }, (request) => request.drop());
    }
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    expect(await takeValues(consumer, 2, (message) => consumer.commit(message))).toEqual(["a", "b"]);
    expect(await run.committed(orders)).toBe(2n);
  });

  it("where startFrom says when the position is no longer in the log", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    await consumer.connect();
    consumer.seek({ ...orders, offset: 99n });
    expect(await takeValues(consumer, 2)).toEqual(["a", "b"]);
    const strict = run.consumer({ startFrom: "none", groupId: "strict" });
    await strict.connect();
    strict.seek({ ...orders, offset: 99n });
    await expect(takeValues(strict, 1)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE", ...orders });
    strict.seek({ ...orders, offset: 1n });
    expect(await takeValues(strict, 1)).toEqual(["b"]);
  });

  it("ends with the broker's reason when reading is forbidden, and tries again in the next loop", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    run.broker.intercept({ api: "Fetch", nth: 1 }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
    const consumer = run.consumer();
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "TOPIC_AUTHORIZATION_FAILED", ...orders });
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });

  it("ends with CLIENT_CLOSED when the client is closed under it", async () => {
    await using run = await startConsuming();
    const cluster = run.client();
    const consumer = run.consumer({}, cluster);
    const failure = takeValues(consumer, 1).catch((error: unknown) => error);
    await consumer.connect();
    await cluster.close();
    expect(await failure).toMatchObject({ code: "CLIENT_CLOSED" });
    await consumer.close({ timeoutMs: 100 });
  });
});

describe("brokers of every age", () => {
  /** Newest versions that brokers offered then. */
  const ages: Record<string, Record<number, number>> = {
    "0.11": { 1: 5, 2: 2, 3: 4, 8: 3, 9: 3, 10: 1, 11: 2, 12: 1, 13: 1, 14: 1 },
    "1.1 (fetch sessions)": { 1: 7, 2: 2, 3: 5, 8: 3, 9: 3, 10: 1, 11: 2, 12: 1, 13: 1, 14: 1 },
    "2.2 (member ids before joining)": { 1: 10, 2: 5, 3: 7, 8: 6, 9: 5, 10: 2, 11: 4, 12: 2, 13: 2, 14: 2 },
    "2.4 (flexible versions)": { 1: 11, 2: 5, 3: 9, 8: 8, 9: 6, 10: 3, 11: 6, 12: 4, 13: 4, 14: 4 },
    "2.8 (before topic ids in fetch)": { 1: 12, 2: 6, 3: 11, 8: 8, 9: 7, 10: 3, 11: 7, 12: 4, 13: 4, 14: 5 },
    "3.1 (topic ids)": { 1: 13, 2: 7, 3: 12, 8: 8, 9: 8, 10: 4, 11: 7, 12: 4, 13: 4, 14: 5 },
  };

  it.each(Object.keys(ages))("as of %s are read from in a group, with commits", async (age) => {
    await using run = await startConsuming();
    const newest = ages[age] ?? {};
    await run.send("orders", 0, ["a", "b", "c"]);
    run.broker.intercept({ api: ApiVersions }, async (request) => {
      const answer = await request.apply();
      if (answer === undefined) return;
      const apiKeys = (answer.apiKeys ?? []).map((each) => ({
        ...each,
        maxVersion: Math.min(each.maxVersion ?? 0, newest[each.apiKey ?? -1] ?? Infinity),
      }));
      request.respond({ ...answer, apiKeys });
    });
    const first = run.consumer({}, run.client());
    expect(await takeValues(first, 2, (message) => first.commit(message))).toEqual(["a", "b"]);
    await first.close();
    expect(await takeValues(run.consumer({}, run.client()), 1)).toEqual(["c"]);
  });
});
