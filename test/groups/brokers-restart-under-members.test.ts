import { describe, expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import { waysToBelong } from "./both-protocols.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(waysToBelong)("brokers that restart one after the other under a group (%s)", (_, options) => {
  // A promise of the client that nobody handles, or an error in a timer, fails this test by itself.
  it("end no loop, and every message is read", { timeout: 120_000 }, async () => {
    const partitions = 6;
    await using run = await startConsuming({ brokers: 3, topics: [{ topic: "orders", partitions }] });
    const seen = new Set<string>();
    const surprises: unknown[] = [];
    const loops = [0, 1].map(async () => {
      const member = run.client({ retry: { initialDelayMs: 10, maxDelayMs: 100 } });
      const consumer = run.consumer({ ...options, autoCommitIntervalMs: 100 }, member);
      consumer.on("failed", ({ error }) => surprises.push(error));
      const loop = (async () => {
        for await (const { value } of consumer) seen.add(String(value));
      })();
      return { consumer, loop };
    });
    const members = await Promise.all(loops);
    let sent = 0;
    const send = async (): Promise<void> => {
      for (let partition = 0; partition < partitions; partition++) await run.send("orders", partition, [`${sent++}`]);
    };
    await send();
    await expect.poll(() => seen.size, { timeout: 30_000 }).toBe(sent);
    for (const { nodeId } of run.broker.brokers) {
      await run.broker.stopNode(nodeId);
      await pause(300);
      await run.broker.startNode(nodeId);
      await send();
      await expect.poll(() => seen.size, { timeout: 30_000 }).toBe(sent);
    }
    expect(surprises).toEqual([]);
    await Promise.all(members.map(({ consumer }) => consumer.close()));
    await Promise.all(members.map(({ loop }) => loop));
  });
});
