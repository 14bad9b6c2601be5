import type { GroupMetadata } from "@moldau/connection-pool";
import { ErrorCode, kafkaError } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import type { OffsetsToSend } from "./offsets-to-send.js";
import { underMember } from "./under-member.js";

const group: GroupMetadata = { groupId: "billing", generationId: 3, memberId: "m", groupInstanceId: null };
const next: GroupMetadata = { ...group, generationId: 4 };
const illegal = kafkaError(ErrorCode.ILLEGAL_GENERATION);

function bench(member?: NonNullable<OffsetsToSend["member"]>) {
  const clock = new VirtualClock();
  const ownership = new AbortController();
  const asked: number[] = [];
  const ask = async ({ generationId }: GroupMetadata): Promise<void> => {
    asked.push(generationId);
    if (generationId === 3) throw illegal;
  };
  const ownershipEnded = ownership.signal;
  const toSend = member === undefined ? { group, ownershipEnded } : { group, ownershipEnded, member };
  const run = (): Promise<unknown> =>
    underMember(toSend, { clock, timeoutMs: 1000, signals: [] }, ask).catch((error: unknown) => error);
  return { clock, ownership, asked, run };
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("offsets that are committed as a member of a group", () => {
  it("are asked for again as who the member is by now, when the coordinator is a round ahead of what it was", async () => {
    const { asked, run } = bench(async (refused) => (refused === undefined ? group : next));
    expect(await run()).toBeUndefined();
    expect(asked).toEqual([3, 4]);
  });

  it("are refused with the coordinator's word when the member is no other in time, or gives up a partition meanwhile", async () => {
    const late = bench((refused, signal) => (refused === undefined ? Promise.resolve(group) : never(signal)));
    const refusal = late.run();
    await late.clock.advance(1000);
    expect(await refusal).toBe(illegal);
    expect(late.clock.armed).toBe(0);
    const lost = bench((refused, signal) => (refused === undefined ? Promise.resolve(group) : never(signal)));
    const outcome = lost.run();
    await lost.clock.advance(1);
    lost.ownership.abort();
    expect(await outcome).toBe(illegal);
    expect(lost.clock.armed).toBe(0);
  });

  it("are asked for as the member that it was when it has no round, so that the coordinator judges", async () => {
    const { clock, asked, run } = bench((_, signal) => never(signal));
    const refusal = run();
    await clock.advance(1000);
    expect(await refusal).toBe(illegal);
    expect(asked).toEqual([3]);
  });

  it("go as they were given where nobody tells more", async () => {
    const { asked, run } = bench();
    expect(await run()).toBe(illegal);
    expect(asked).toEqual([3]);
  });
});
