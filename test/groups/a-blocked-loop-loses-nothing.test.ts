import { describe, expect, it } from "vitest";
import { blockOneOfTwo } from "../support/blocked-member.js";
import { startConsuming } from "../support/consuming.js";

/** A handler that blocks for longer than the session lasts. `BLOCK_SECONDS=60` takes the time that people complain of, and the session time-out that they have. */
const seconds = Number(process.env["BLOCK_SECONDS"] ?? 5);
const sessionTimeoutMs = seconds >= 60 ? 6000 : 2000;

const protocols = {
  classic: { sessionTimeoutMs, heartbeatIntervalMs: 200 },
  consumer: { protocol: "consumer" },
} as const;

/** Under the next-generation protocol the broker decides. */
const configs = {
  "group.min.session.timeout.ms": 1000,
  "group.consumer.min.session.timeout.ms": 1000,
  "group.consumer.session.timeout.ms": sessionTimeoutMs,
  "group.consumer.min.heartbeat.interval.ms": 100,
  "group.consumer.heartbeat.interval.ms": 200,
};

describe.each(["classic", "consumer"] as const)(
  "a member under the protocol %s whose own code blocks the event loop for longer than its session lasts",
  { timeout: 240_000 },
  (protocol) => {
    const start = () => startConsuming({ topics: [{ topic: "orders", partitions: 2 }], configs });
    const options = protocols[protocol];

    it("keeps its partitions when another thread heartbeats, and reads on", async () => {
      await using run = await start();
      const { others, printed } = await blockOneOfTwo(
        run,
        { ...options, heartbeat: "worker" },
        { blockMs: seconds * 1000 },
      );
      expect(others).toEqual([]);
      expect(printed).toEqual(["read work", "breathes", "read end", "revoked 1"]);
    });

    it("loses them when no other does", async () => {
      await using run = await start();
      const { others, printed } = await blockOneOfTwo(run, options, { blockMs: seconds * 1000 });
      expect(others).toContain(2);
      expect(printed).toContain("lost 1");
    });
  },
);
