import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { SendCall } from "./accept/send-call.js";
import { MessageWritable } from "./writable.js";

it("makes few calls of many messages, however its source writes them", async () => {
  const calls: number[] = [];
  const sink = new MessageWritable<string, string>(
    { topic: "orders", highWaterMark: 500 },
    {
      check: () => undefined,
      open({ messages }, firstIndex) {
        expect(firstIndex).toBe(calls.reduce((sum, count) => sum + count, 0));
        calls.push(messages.length);
        const call = new SendCall(() => undefined);
        call.hold();
        call.release();
        return call;
      },
      flush: () => undefined,
      soon: (run) => void setImmediate(run),
    },
  );
  function* messages(): Generator<{ value: string }> {
    for (let index = 0; index < 10_000; index++) yield { value: String(index) };
  }
  await pipeline(Readable.from(messages()), sink);
  expect(sink.acknowledged).toBe(10_000);
  expect(calls.length).toBeLessThan(200);
});
