import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

it("one signal may end hundreds of loops without a warning, and keeps nothing of those that are over", async () => {
  await using run = await startConsuming();
  await run.send("orders", 0, ["a"]);
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  const stop = new AbortController();
  const consumer = run.consumer();
  for (let round = 0; round < 20; round++) {
    expect(await takeValues({ [Symbol.asyncIterator]: () => consumer.messages({ signal: stop.signal }) }, 1)).toEqual([
      "a",
    ]);
  }
  expect(getEventListeners(stop.signal, "abort")).toEqual([]);
  const waiting = Array.from({ length: 20 }, (_, index) =>
    run
      .consumer({ groupId: `group-${index}`, startFrom: "latest" })
      .messages({ signal: stop.signal })
      .next()
      .catch((error: unknown) => error),
  );
  await expect
    .poll(() => getEventListeners(stop.signal, "abort").length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(20);
  stop.abort(new Error("enough"));
  for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ code: "CLIENT_ABORTED" });
  expect(getEventListeners(stop.signal, "abort")).toEqual([]);
  await new Promise(setImmediate);
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
