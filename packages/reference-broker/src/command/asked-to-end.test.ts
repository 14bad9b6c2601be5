import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { askedToEnd } from "./asked-to-end.js";

test.each(["SIGINT", "SIGTERM"])(
  "%s asks the command to end, and the next signal is left to the system",
  async (signal) => {
    const source = new EventEmitter();
    const asked = askedToEnd(source);
    expect(source.eventNames()).toEqual(["SIGINT", "SIGTERM"]);
    source.emit(signal);
    await asked;
    expect(source.eventNames()).toEqual([]);
  },
);
