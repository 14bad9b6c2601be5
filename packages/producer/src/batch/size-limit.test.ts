import { describe, expect, it } from "vitest";
import { SizeLimit } from "./size-limit.js";

describe("the size that a topic takes", () => {
  it("is halved with each refusal, never grows with a smaller one, and is tried anew after ten minutes", () => {
    const limit = new SizeLimit();
    expect(limit.at(0)).toBe(Infinity);
    limit.refused(1000, 5);
    expect(limit.at(6)).toBe(500);
    limit.refused(2000, 7);
    expect(limit.at(8)).toBe(500);
    limit.refused(500, 9);
    expect(limit.at(10)).toBe(250);
    expect(limit.at(600_010)).toBe(Infinity);
  });
});
