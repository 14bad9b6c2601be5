import { describe, expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import { closedAfterADeletion, committedForADeletedTopic, oneOfTwoTopicsDeleted } from "../support/group-scenarios.js";

describe("when one of the topics of a group is deleted", () => {
  it.each([1, 2])("the others go on at once in a group of %i", async (members) => {
    await using run = await startConsuming({ topics: [] });
    await oneOfTwoTopicsDeleted({ run, topic: "orders", groupId: "billing" }, { members, boundMs: 3000 });
  });

  it("close() resolves quickly, and keeps what was done of the others", async () => {
    await using run = await startConsuming({ topics: [] });
    await closedAfterADeletion({ run, topic: "orders", groupId: "billing" }, { boundMs: 3000 });
  });

  it("and made again, the new one gets no offsets of what was read of the old one", async () => {
    await using run = await startConsuming({ topics: [] });
    await committedForADeletedTopic({ run, topic: "orders", groupId: "billing" });
  });

  it("a commit of the application says which topic, and keeps the rest", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 1 }] });
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer();
    await consumer.connect();
    const committing = consumer.commit([
      { topic: "orders", partition: 0, offset: 1n, metadata: "by hand" },
      { topic: "gone", partition: 0, offset: 7n },
    ]);
    await expect(committing).rejects.toMatchObject({
      code: "UNKNOWN_TOPIC_OR_PARTITION",
      topic: "gone",
      message: expect.stringContaining("gone-0"),
    });
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });
});
