import { deepStrictEqual } from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { withJson } from "./as-json.js";

const whole = { topic: "orders", offset: 2n ** 60n, indexes: [0, 1] };

describe("a result with bigints", () => {
  it("is written as JSON, bigints as text", () => {
    expect(JSON.stringify([withJson({ ...whole })])).toBe(
      '[{"topic":"orders","offset":"1152921504606846976","indexes":[0,1]}]',
    );
  });

  it("is the same plain object for whoever compares, copies or lists it", () => {
    const result = withJson({ ...whole });
    expect(result).toStrictEqual(whole);
    deepStrictEqual(result, whole);
    expect(structuredClone(result)).toStrictEqual(whole);
    expect({ ...result }).toStrictEqual(whole);
    expect(Object.keys(result)).toEqual(["topic", "offset", "indexes"]);
  });
});
