import { connectionClosed, defaultRetryPolicy } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import fc from "fast-check";
import { turns, VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { HeartbeatLoop } from "./heartbeat-loop.js";

const what = fc.oneof(
  fc.constantFrom("start", "soon", "soon", "stop", "answer", "answer", "answer", "fail", "end"),
  fc.integer({ min: 1, max: 3000 }),
);

describe("heartbeats", () => {
  it("are never two at a time, and always one more is to come while they go on, whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(what, { maxLength: 40 }), async (steps) => {
        const clock = new VirtualClock(0);
        let underWay = 0;
        let isRunning = false;
        let settle: (outcome: number | KafkaError) => void = () => undefined;
        const loop = new HeartbeatLoop({
          pace: { clock, random: () => 0.5, retry: defaultRetryPolicy },
          beat: async (signal) => {
            underWay += 1;
            expect(underWay).toBe(1);
            const outcome = await new Promise<number | KafkaError>((resolve) => {
              settle = resolve;
              signal.addEventListener("abort", () => resolve(0), { once: true });
            });
            underWay -= 1;
            if (typeof outcome !== "number") throw outcome;
            return outcome;
          },
          retrying: () => undefined,
          failed: () => (isRunning = false),
        });
        for (const step of steps) {
          if (step === "start") isRunning = true;
          if (step === "stop") isRunning = false;
          if (step === "start" || step === "soon" || step === "stop") loop[step]();
          else if (step === "answer") settle(1000);
          else if (step === "fail") settle(connectionClosed("gone"));
          else if (step === "end") settle(new KafkaError("GROUP_AUTHORIZATION_FAILED", "no"));
          else await clock.advance(Number(step));
          await turns(2);
          expect(underWay + clock.armed).toBe(isRunning ? 1 : 0);
        }
      }),
      { numRuns: 100 },
    );
  });
});
