import { describe, expect, it } from "vitest";
import { coordinatorPartition, javaHashCode } from "./java-hash.js";

describe("javaHashCode", () => {
  it("runs over UTF-16 units and wraps at 32 bits", () => {
    expect(javaHashCode("")).toBe(0);
    expect(javaHashCode("hello")).toBe(99162322);
    expect(javaHashCode("polygenelubricants")).toBe(-0x8000_0000);
    expect(javaHashCode("😀")).toBe(31 * 0xd83d + 0xde00);
  });
});

describe("coordinatorPartition", () => {
  it("takes the absolute value of the smallest hash for 0", () => {
    expect(coordinatorPartition("polygenelubricants", 50)).toBe(0);
    expect(coordinatorPartition("a", 50)).toBe(47);
  });
});
