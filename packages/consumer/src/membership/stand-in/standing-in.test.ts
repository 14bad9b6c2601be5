import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../../test-support/scripted-coordinator.js";
import { HandOver } from "./hand-over.js";
import type { RepeatedHeartbeat } from "./repeated-heartbeat.js";
import { StandingIn } from "./standing-in.js";

const common = {
  groupId: "billing",
  memberId: "m",
  generationId: 3,
  groupInstanceId: null,
  intervalMs: 1000,
  timeoutMs: 500,
};
const classic: RepeatedHeartbeat = { ...common, protocol: "classic" };
const nextGeneration: RepeatedHeartbeat = {
  ...common,
  protocol: "consumer",
  rackId: "r1",
  rebalanceTimeoutMs: 9000,
  topics: ["orders"],
  pattern: undefined,
  assignor: null,
  owned: [{ topicId: "AAAAAAAAAAAAAAAAAAAAAQ", partitions: [0, 1] }],
};

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly main: HandOver;
  readonly standingIn: StandingIn;
  readonly handedBack: (number | undefined)[];
  readonly reached: () => number;
}

function bench(): Bench {
  const script = new ScriptedCoordinator();
  const main = new HandOver();
  const handedBack: (number | undefined)[] = [];
  let reached = 0;
  const standingIn = new StandingIn({
    clock: script.clock,
    coordinator: script.coordinator,
    handOver: new HandOver(main.memory),
    reach: () => Promise.resolve(reached++),
    maxPollIntervalMs: 20_000,
    handedBack: (generationId) => void handedBack.push(generationId),
  });
  return { script, main, standingIn, handedBack, reached: () => reached };
}

describe("standing in", () => {
  it("connects while all is well, and says again what the member said while the loop is blocked", async () => {
    const { script, standingIn, main, handedBack, reached } = bench();
    standingIn.repeat(classic);
    expect(reached()).toBe(1);
    await script.clock.advance(2600);
    expect(script.times("Heartbeat")).toEqual([500, 1500, 2500]);
    expect(script.requests[0]?.body).toEqual({
      groupId: "billing",
      memberId: "m",
      generationId: 3,
      groupInstanceId: null,
    });
    expect(main.claim()).toBe(false);
    main.breathe(0, false);
    await script.clock.advance(200);
    expect([main.claim(), handedBack]).toEqual([true, [3]]);
    standingIn.repeat(undefined);
    expect(script.clock.armed).toBe(0);
  });

  it("goes with the epoch that it is told, lists what is owned each time, and hands the epoch back", async () => {
    const { script, standingIn, handedBack } = bench();
    script.script("ConsumerGroupHeartbeat", { errorCode: 0, memberEpoch: 4 }, { errorCode: 0, memberEpoch: 6 });
    standingIn.repeat(nextGeneration);
    await script.clock.advance(2600);
    expect(script.requests.map(({ body }) => body.memberEpoch)).toEqual([3, 4, 6]);
    for (const { body } of script.requests)
      expect(body).toMatchObject({
        rebalanceTimeoutMs: 9000,
        subscribedTopicNames: ["orders"],
        topicPartitions: [{ partitions: [0, 1] }],
      });
    standingIn.asked();
    expect(handedBack).toEqual([6]);
  });

  it("goes on when the coordinator cannot be reached, moves, or waits for members that rebalance", async () => {
    const { script, standingIn } = bench();
    script.script(
      "Heartbeat",
      connectionClosed("gone"),
      { errorCode: ErrorCode.NOT_COORDINATOR },
      { errorCode: ErrorCode.REBALANCE_IN_PROGRESS },
      { errorCode: 0 },
    );
    standingIn.repeat(classic);
    await script.clock.advance(4600);
    expect(script.times("Heartbeat")).toEqual([500, 1500, 2500, 3500, 4500]);
  });

  it.each([
    ErrorCode.UNKNOWN_MEMBER_ID,
    ErrorCode.ILLEGAL_GENERATION,
    ErrorCode.FENCED_INSTANCE_ID,
    ErrorCode.FENCED_MEMBER_EPOCH,
  ])("is over with the refusal %i, which is the main thread's to draw its consequences from", async (errorCode) => {
    const { script, standingIn, main } = bench();
    script.script("Heartbeat", { errorCode });
    standingIn.repeat(classic);
    await script.clock.advance(10_000);
    expect([script.times("Heartbeat"), main.claim()]).toEqual([[500], true]);
  });

  it("lets a loop die that is dead for longer than the application may take", async () => {
    const { script, standingIn } = bench();
    standingIn.repeat(classic);
    await script.clock.advance(60_000);
    expect(script.times("Heartbeat").at(-1)).toBeLessThan(20_000);
  });
});
