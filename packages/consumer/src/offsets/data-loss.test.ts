import { kafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { wayOn, type DataLoss } from "./data-loss.js";

const error = kafkaError(1);
const outOfRange: DataLoss = { name: "outOfRange", error };
const cutOff: DataLoss = { name: "truncated", error, divergent: { offset: 7n, leaderEpoch: 3 } };
const cutOffSomewhere: DataLoss = { name: "truncated", error, divergent: undefined };
const recreated: DataLoss = { name: "recreated", error };

const parting = { name: "place", place: { offset: 7n, leaderEpoch: 3 } };
const beginning = { name: "target", target: "latest" };
const behindTheLast = { name: "target", target: new Date(1001) };
const nowhere = { name: "nowhere" };

describe("where reading goes on after a loss", () => {
  it.each([
    ["reset", outOfRange, beginning, nowhere],
    ["reset", cutOff, parting, nowhere],
    ["reset", cutOffSomewhere, beginning, nowhere],
    ["reset", recreated, beginning, nowhere],
    ["resume", outOfRange, behindTheLast, behindTheLast],
    ["resume", cutOff, parting, parting],
    ["resume", cutOffSomewhere, behindTheLast, behindTheLast],
    ["resume", recreated, beginning, nowhere],
    ["fail", outOfRange, nowhere, nowhere],
    ["fail", cutOff, nowhere, nowhere],
    ["fail", cutOffSomewhere, nowhere, nowhere],
    ["fail", recreated, beginning, nowhere],
  ] as const)("with %s is what the options say, for %o", (onDataLoss, loss, fromLatest, fromNone) => {
    expect(wayOn(loss, { onDataLoss, startFrom: "latest", readUpTo: 1000 })).toEqual(fromLatest);
    expect(wayOn(loss, { onDataLoss, startFrom: "none", readUpTo: 1000 })).toEqual(fromNone);
  });

  it("is where startFrom says when nothing was read that could be resumed behind, or it has a time that no calendar has", () => {
    for (const readUpTo of [undefined, 2 ** 62])
      expect(wayOn(outOfRange, { onDataLoss: "resume", startFrom: "latest", readUpTo })).toEqual(beginning);
  });
});
