import { describe, expect, it } from "vitest";
import { closingDeadlines, sooner } from "./closing-deadlines.js";

describe("the time for closing", () => {
  it("is shared out so that each step has some, and the last ends with it", () => {
    expect(closingDeadlines(1000, 8000)).toEqual({ body: 7000, commit: 8200, leave: 9000 });
    expect(closingDeadlines(1000, 0)).toEqual({ body: 1000, commit: 1000, leave: 1000 });
  });

  it("can only get shorter", () => {
    const first = closingDeadlines(0, 8000);
    expect(sooner(first, closingDeadlines(1000, 60_000))).toEqual(first);
    expect(sooner(first, closingDeadlines(1000, 1000))).toEqual(closingDeadlines(1000, 1000));
  });
});
