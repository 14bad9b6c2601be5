import { describe, expect, it } from "vitest";
import { EventLine } from "./event-line.js";

describe("the events of a life", () => {
  it("wait for what the event before commands", () => {
    const log: string[] = [];
    const line: EventLine<string> = new EventLine({
      handle: (event) => {
        log.push(`${event} begins`);
        if (event === "first") line.add("second");
        log.push(`${event} ends`);
      },
      failed: ({ message }) => message,
    });
    line.add("first");
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("go on after one whose commands fail, which is an event too", () => {
    const log: string[] = [];
    const line = new EventLine<string>({
      handle: (event) => {
        log.push(event);
        if (event === "bad") throw new Error("no");
      },
      failed: ({ cause, message }) => `failed: ${cause instanceof Error ? cause.message : message}`,
    });
    line.add("bad");
    line.add("good");
    expect(log).toEqual(["bad", expect.stringMatching(/^failed: .*no/), "good"]);
  });
});
