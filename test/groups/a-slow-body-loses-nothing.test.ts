import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";
import { waysToBelong } from "./both-protocols.js";

/** Sessions that are over soon, whoever decides about them. */
const configs = {
  "group.min.session.timeout.ms": 100,
  "group.consumer.min.session.timeout.ms": 100,
  "group.consumer.session.timeout.ms": 1000,
  "group.consumer.min.heartbeat.interval.ms": 50,
  "group.consumer.heartbeat.interval.ms": 100,
};

describe.each(waysToBelong)("a member whose application is slow (%s)", (_, options) => {
  it("keeps its partitions over a body that is longer than its session, commits, and causes no rebalance", async () => {
    await using run = await startConsuming({ configs });
    await run.send("orders", 0, ["a", "b"]);
    const session = options.protocol === "consumer" ? {} : { sessionTimeoutMs: 1000 };
    const consumer = run.consumer({ ...options, ...session });
    const moves: string[] = [];
    for (const name of ["assigned", "revoked", "lost"] as const) consumer.on(name, () => moves.push(name));
    for await (const message of consumer) {
      if (String(message.value) === "b") break;
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await consumer.commit(message);
    }
    expect(moves).toEqual(["assigned"]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });

  it("hears how far it is behind from the answers to its fetches, and asks nobody else", async () => {
    await using run = await startConsuming({ configs });
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer(options);
    await takeValues(consumer, 1);
    const asked: string[] = [];
    run.broker.on("request", ({ api }) => asked.push(api));
    await run.send("orders", 0, ["d"]);
    await expect.poll(() => consumer.lag()[0]?.highWatermark, { timeout: 10_000 }).toBe(4n);
    expect(consumer.lag()).toMatchObject([{ position: 0n, lag: 4n }]);
    expect(asked).toContain("Fetch");
    expect(asked).not.toContain("ListOffsets");
  });
});
