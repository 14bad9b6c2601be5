import { describe, expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import {
  anotherMemberComes,
  committedDuringARebalance,
  movedToCooperative,
  oneTopicLess,
  WatchedMember,
} from "../support/cooperative-scenarios.js";

const cooperative = { assignors: ["cooperative-sticky"] } as const;
/** A rebalance takes as long as the slowest member takes to hear of it. */
const slowMs = 2500;

describe("while members come and go, a cooperative member", () => {
  it("reads on what it keeps, and gives up only what the others get", async () => {
    await using run = await startConsuming();
    const { kept, revoked, lost, silenceMs, notOnce } = await anotherMemberComes(
      { run, topic: "moving", options: cooperative },
      { slowMs },
    );
    expect(kept).toHaveLength(2);
    expect(revoked).toHaveLength(1);
    expect(kept).not.toContain(revoked[0]);
    expect(lost).toEqual([]);
    expect(silenceMs).toBeLessThan(slowMs / 2);
    expect(notOnce).toEqual([]);
  });

  it("keeps what it has fetched ahead of what it keeps, and fetches nothing of that again", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 4 }] });
    const fetched = [0, 0, 0, 0];
    run.broker.on("fetched", ({ topic, partition, messages }) => {
      if (topic === "orders") fetched[partition] = (fetched[partition] ?? 0) + messages;
    });
    for (let partition = 0; partition < 4; partition++)
      await run.send(
        "orders",
        partition,
        Array.from({ length: 100 }, (_, index) => `${partition}:${index}`),
      );
    const first = run.consumer(cooperative);
    await first.connect();
    await expect.poll(() => fetched, { timeout: 20_000 }).toEqual([100, 100, 100, 100]);
    const second = new WatchedMember(run.consumer(cooperative));
    await expect.poll(() => second.has.length, { timeout: 20_000 }).toBe(2);
    const moved = second.has;
    await second.close();
    await expect.poll(() => first.assignment().length, { timeout: 20_000 }).toBe(4);
    const values: string[] = [];
    for await (const { value } of first) if (values.push(String(value)) === 400 - second.values.length) break;
    expect(new Set([...values, ...second.values]).size).toBe(400);
    expect(fetched.filter((_, partition) => !moved.includes(`orders-${partition}`))).toEqual([100, 100]);
  });

  it("gives up what it does not subscribe to any more, and nothing else", async () => {
    await using run = await startConsuming();
    await oneTopicLess({ run, topic: "less", options: cooperative });
  });

  it("commits for what it keeps while the group waits for others", async () => {
    await using run = await startConsuming();
    await committedDuringARebalance({ run, topic: "committing", options: cooperative }, { slowMs });
  });
});

describe("while members come and go, an eager member", () => {
  it("reads nothing until all have joined: what the others are measured by", async () => {
    await using run = await startConsuming();
    const { silenceMs, notOnce } = await anotherMemberComes(
      { run, topic: "moving", options: { assignors: ["range"] } },
      { slowMs },
    );
    expect(silenceMs).toBeGreaterThan(slowMs / 2);
    expect(notOnce).toEqual([]);
  });
});

describe("a running group", () => {
  it("moves from eager to cooperative members by two rounds of restarts, the first to a list of both", async () => {
    await using run = await startConsuming();
    await movedToCooperative({ run, topic: "moved" });
  });
});
