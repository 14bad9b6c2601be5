import { describe, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import {
  backWithinTheSession,
  backWithOneTopicMore,
  doublesAreFenced,
  leavesForGood,
  type StaticScenario,
} from "../support/static-scenarios.js";

describe("a static member", () => {
  it.each([
    ["that comes back within the session timeout goes on with what it had, and moves nothing", backWithinTheSession],
    [
      "that comes back with one topic more has what it had, and reads that topic once it enforces a rebalance",
      backWithOneTopicMore,
    ],
    ["that leaves for good is not waited for", leavesForGood],
    [
      "whose place another one takes by its name hears that once, with what to do, and does not take it back",
      doublesAreFenced,
    ],
  ] as const)("%s", async (_what, scenario: (at: StaticScenario) => Promise<void>) => {
    await using run = await startConsuming();
    await scenario({ run, topic: "fixed" });
  });
});
