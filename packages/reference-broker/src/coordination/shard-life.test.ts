import { expect, test } from "vitest";
import { transition, type ShardEvent, type ShardLife } from "./shard-life.js";

const table: readonly (readonly [ShardLife["state"], ShardEvent["type"], ShardLife["state"]])[] = [
  ["loading", "loaded", "active"],
  ["loading", "unreadable", "failed"],
  ["loading", "close", "closed"],
  ["active", "loaded", "active"],
  ["active", "unreadable", "active"],
  ["active", "close", "closed"],
  ["failed", "loaded", "failed"],
  ["failed", "unreadable", "failed"],
  ["failed", "close", "closed"],
  ["closed", "loaded", "closed"],
  ["closed", "unreadable", "closed"],
  ["closed", "close", "closed"],
];

test.each(table)("a shard that is %s becomes, by %s, %s", (state, type, next) => {
  expect(transition({ state }, { type })).toEqual({ state: next });
});
