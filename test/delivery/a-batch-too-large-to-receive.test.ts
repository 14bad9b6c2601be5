import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

const two = { topics: [{ topic: "orders", partitions: 2 }] };
const value = (bytes: number): string => "x".repeat(bytes);

describe("an answer that is larger than maxFrameBytes", () => {
  it("is asked for in smaller ones as long as that helps", async () => {
    await using run = await startConsuming(two);
    for (let round = 0; round < 6; round++)
      for (const partition of [0, 1]) await run.send("orders", partition, [value(6000)]);
    // One batch fits, and half of the frame's size as a whole; but a broker gives the first batch of an answer beyond what it is asked for.
    const consumer = run.consumer({ fetchMaxBytes: 100_000 }, run.client({ maxFrameBytes: 10_000 }));
    expect(await takeValues(consumer, 12)).toHaveLength(12);
  });

  it("because of one batch ends the loop with an error that says where it is and what to do, while other partitions are read", async () => {
    await using run = await startConsuming(two);
    await run.send("orders", 0, ["small"]);
    await run.send("orders", 0, [value(20_000)]);
    await run.send("orders", 0, ["behind"]);
    await run.send("orders", 1, ["other"]);
    const consumer = run.consumer({}, run.client({ maxFrameBytes: 10_000 }));
    const values: string[] = [];
    const read = async (): Promise<void> => {
      for await (const message of consumer) values.push(String(message.value));
    };
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "CLIENT_FRAME_INVALID",
      topic: "orders",
      partition: 0,
      offset: 1n,
      retriable: false,
      message: expect.stringMatching(/orders-0.*maxFrameBytes.*seek past/s),
    });
    await expect(read()).rejects.toMatchObject({ code: "CLIENT_FRAME_INVALID", offset: 1n });
    consumer.seek({ topic: "orders", partition: 0, offset: 2n });
    const reading = read();
    await expect.poll(() => values.toSorted(), { timeout: 10_000 }).toEqual(["behind", "other", "small"]);
    await consumer.close();
    await reading;
  });
});
