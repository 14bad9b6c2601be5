import { describe, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import {
  aCloseLosesNothing,
  aKilledProcessLeavesNothingHalf,
  aLateCloseGivesBack,
  aPoisonedBatchIsLeftOut,
  aRivalEndsIt,
  cooperativeMembersComeAndGo,
  failuresAreUndone,
  roundsThatMoveNothing,
  twoMembersComeAndGo,
  type TransformScenario,
} from "../support/transform-scenarios.js";

describe("a transform commits what it makes of each message once", () => {
  it.each([
    ["over members that come and go", twoMembersComeAndGo],
    ["over cooperative members that come and go", cooperativeMembersComeAndGo],
    ["through rounds of the group that move nothing, without an abort", roundsThatMoveNothing],
    ["over work that fails", failuresAreUndone],
    ["and leaves out a batch that cannot be transformed, once it is told to", aPoisonedBatchIsLeftOut],
    ["when it is closed in the middle", aCloseLosesNothing],
    ["when it is closed, and its work takes too long", aLateCloseGivesBack],
    ["when a rival takes its transactional id", aRivalEndsIt],
    ["when its process is killed in the middle of a transaction", aKilledProcessLeavesNothingHalf],
  ] as const)("%s", { timeout: 120_000 }, async (_how, scenario: (at: TransformScenario) => Promise<void>) => {
    await using run = await startConsuming();
    await scenario({ run, bootstrapServers: run.broker.bootstrapServers, name: "billing" });
  });
});
