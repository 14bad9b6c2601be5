import { describe, expect, it } from "vitest";
import { Standing } from "./standing.js";

const first = { memberId: "m", generationId: 1, groupInstanceId: null };
const second = { ...first, generationId: 2 };

describe("who a member is over time", () => {
  it("is one identity at a time, and the one before has ended when the next begins", () => {
    const standing = new Standing("billing");
    expect(standing.identity).toBeUndefined();
    standing.begin(first);
    const before = standing.identity;
    standing.begin(second);
    expect(before?.ended.reason).toMatchObject({ code: "CLIENT_NOT_ASSIGNED", groupId: "billing" });
    expect(standing.identity).toMatchObject(second);
    expect(standing.identity?.ended.aborted).toBe(false);
    standing.end();
    expect(standing.identity).toBeUndefined();
  });

  it("is told at once to whoever waits for another one than it was, and later when there is none", async () => {
    const standing = new Standing("billing");
    const { signal } = new AbortController();
    standing.begin(first);
    const { identity } = standing;
    expect(await standing.next(undefined, signal)).toBe(identity);
    const waiting = [standing.next(identity, signal), standing.next(identity, signal)];
    standing.end();
    standing.begin(second);
    expect(await Promise.all(waiting)).toEqual([standing.identity, standing.identity]);
  });

  it("is waited for no longer than the signal lets", async () => {
    const standing = new Standing("billing");
    const patience = new AbortController();
    const waiting = standing.next(undefined, patience.signal);
    patience.abort();
    await expect(waiting).rejects.toMatchObject({ code: "CLIENT_ABORTED" });
    await expect(standing.next(undefined, patience.signal)).rejects.toMatchObject({ code: "CLIENT_ABORTED" });
    standing.begin(first);
  });
});
