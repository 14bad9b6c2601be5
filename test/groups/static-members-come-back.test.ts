import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, type Consuming } from "../support/consuming.js";
import { WatchedMember } from "../support/cooperative-scenarios.js";

const topics = [{ topic: "orders", partitions: 4 }];
const options = { assignors: ["cooperative-sticky"], sessionTimeoutMs: 6000 } as const;

function member(run: Consuming, groupInstanceId: string): WatchedMember {
  return new WatchedMember(run.consumer({ ...options, groupInstanceId }));
}

async function untilTheyHave(members: readonly WatchedMember[], each: number): Promise<void> {
  const counts = members.map(() => each);
  await expect.poll(() => members.map(({ has }) => has.length), { timeout: 20_000 }).toEqual(counts);
}

describe("a static member", () => {
  it("that is closed and comes back within the session timeout goes on with what it had, and moves nothing of the others", async () => {
    await using run = await startConsuming({ topics });
    const first = member(run, "a");
    const other = member(run, "b");
    await untilTheyHave([first, other], 2);
    other.watch();
    const before = first.has;
    const rounds: unknown[] = [];
    other.consumer.on("assigned", (event) => rounds.push(event));
    await first.close();
    await run.send("orders", Number(before[0]?.at(-1)), ["while it was away"]);
    const again = member(run, "a");
    await untilTheyHave([again], 2);
    expect(again.has).toEqual(before);
    await expect.poll(() => again.values, { timeout: 20_000 }).toEqual(["while it was away"]);
    expect([rounds, other.revoked, other.lost]).toEqual([[], [], []]);
  });

  it("that leaves for good is not waited for", async () => {
    await using run = await startConsuming({ topics });
    const first = member(run, "a");
    const other = member(run, "b");
    await untilTheyHave([first, other], 2);
    const startedAt = Date.now();
    await first.consumer.close({ leaveGroup: true });
    await untilTheyHave([other], 4);
    expect(Date.now() - startedAt).toBeLessThan(options.sessionTimeoutMs);
  });

  it("whose place another one takes by the same name hears that once, with what to do, and does not take it back", async () => {
    await using run = await startConsuming({ topics });
    const first = run.consumer({ ...options, groupInstanceId: "a" });
    const failures: unknown[] = [];
    first.on("failed", ({ error }) => failures.push(error));
    await first.connect();
    const lost = nextEvent(first, "lost");
    const reading = first
      .messages()
      .next()
      .catch((error: unknown) => error);
    const double = member(run, "a");
    await untilTheyHave([double], 4);
    const fenced = {
      code: "FENCED_INSTANCE_ID",
      retriable: false,
      message: expect.stringContaining('Another consumer joined group "billing" with the groupInstanceId "a" later'),
    };
    expect(await reading).toMatchObject(fenced);
    expect(await lost).toMatchObject({ partitions: { length: 4 } });
    expect(failures).toMatchObject([fenced]);
    await run.send("orders", 0, ["for the one that is there"]);
    await expect.poll(() => double.values, { timeout: 20_000 }).toEqual(["for the one that is there"]);
    expect(double.lost).toEqual([]);
  });
});
