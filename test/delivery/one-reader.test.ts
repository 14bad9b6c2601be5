import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

describe("a consumer has one reader", () => {
  it("so a second loop is an error, and the first goes on", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    const values = await takeValues(consumer, 2, async () => {
      await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
      await expect(consumer.batches().next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    });
    expect(values).toEqual(["a", "b"]);
  });

  it("so a second pending next() is an error, and the first is answered", async () => {
    await using run = await startConsuming();
    const loop = run.consumer().messages();
    const first = loop.next();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    await run.send("orders", 0, ["a", "b", "c"]);
    expect(String((await first).value?.value)).toBe("a");
    const buffered = loop.next();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    expect(String((await buffered).value?.value)).toBe("b");
    await loop.return?.();
  });

  it("and a loop after another is none: it goes on where that one stopped", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    expect(await takeValues(consumer, 2, (message) => consumer.commit(message))).toEqual(["a", "b"]);
    expect(await takeValues(consumer, 1)).toEqual(["c"]);
  });
});
