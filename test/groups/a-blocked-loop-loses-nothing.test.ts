import { describe, expect, it } from "vitest";
import { blockOneOfTwo } from "../support/blocked-member.js";
import { startConsuming } from "../support/consuming.js";

/** A handler that blocks for longer than the session lasts. `BLOCK_SECONDS=60` takes the time that people complain of, and the session time-out that they have. */
const seconds = Number(process.env["BLOCK_SECONDS"] ?? 5);
const classic = { sessionTimeoutMs: seconds >= 60 ? 6000 : 2000, heartbeatIntervalMs: 200 };

describe(
  "a member whose own code blocks the event loop for longer than its session lasts",
  { timeout: 240_000 },
  () => {
    const start = () =>
      startConsuming({
        topics: [{ topic: "orders", partitions: 2 }],
        configs: { "group.min.session.timeout.ms": 1000 },
      });

    it("keeps its partitions when another thread heartbeats, and reads on", async () => {
      await using run = await start();
      const options = { ...classic, heartbeat: "worker" } as const;
      const { others, printed } = await blockOneOfTwo(run, options, { blockMs: seconds * 1000 });
      expect(others).toEqual([]);
      expect(printed).toEqual(["read work", "breathes", "read end", "revoked 1"]);
    });

    it("loses them when no other does", async () => {
      await using run = await start();
      const { others, printed } = await blockOneOfTwo(run, classic, { blockMs: seconds * 1000 });
      expect(others).toContain(2);
      expect(printed).toContain("lost 1");
    });
  },
);
