import type { Consumer } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";

const six = { topics: [{ topic: "orders", partitions: 6 }] };

function partitionsOf(consumer: Consumer): number[] {
  return consumer.assignment().map(({ partition }) => partition);
}

describe("two members of one group in one client", () => {
  it("rebalance in under a second with the default options, and each reads its share", async () => {
    await using run = await startConsuming(six);
    for (let partition = 0; partition < 6; partition++) await run.send("orders", partition, [`p${partition}`]);
    const options = { heartbeatIntervalMs: undefined } as never;
    const [first, second] = [run.consumer(options), run.consumer(options)];
    const seen = { first: [] as string[], second: [] as string[] };
    const reading = [
      (async () => {
        for await (const message of first) seen.first.push(String(message.value));
      })(),
    ];
    await expect.poll(() => seen.first.length).toBe(6);
    const startedAt = Date.now();
    reading.push(
      (async () => {
        for await (const message of second) seen.second.push(String(message.value));
      })(),
    );
    await Promise.all([
      nextEvent(first, "revoked").then(() => nextEvent(first, "assigned")),
      nextEvent(second, "assigned"),
    ]);
    for (let partition = 0; partition < 6; partition++) await run.send("orders", partition, [`q${partition}`]);
    await expect.poll(() => seen.first.length + seen.second.length, { interval: 10 }).toBe(12);
    expect(Date.now() - startedAt).toBeLessThan(1000);
    expect([...partitionsOf(first), ...partitionsOf(second)].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.second).toHaveLength(3);
    await Promise.all([first.close(), second.close()]);
    await Promise.all(reading);
  });

  it("read everything once when they come and go", async () => {
    await using run = await startConsuming(six);
    const values: string[] = [];
    const read = async (consumer: Consumer): Promise<void> => {
      for await (const message of consumer) values.push(String(message.value));
    };
    const expected: string[] = [];
    const sendRound = async (round: number): Promise<void> => {
      for (let partition = 0; partition < 6; partition++) {
        const batch = Array.from({ length: 20 }, (_, index) => `${round}-${partition}-${index}`);
        expected.push(...batch);
        await run.send("orders", partition, batch);
      }
    };
    const first = run.consumer();
    const reading = [read(first)];
    await sendRound(0);
    const second = run.consumer();
    reading.push(read(second));
    await sendRound(1);
    await expect.poll(() => partitionsOf(second).length).toBe(3);
    await sendRound(2);
    await first.close();
    await sendRound(3);
    await expect.poll(() => values.length, { timeout: 20_000 }).toBe(expected.length);
    await second.close();
    await Promise.all(reading);
    expect(values.toSorted()).toEqual(expected.toSorted());
  });
});

describe("a group", () => {
  it("resumes at the committed offset", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const first = run.consumer();
    await takeValues(first, 2, (message) => first.commit(message));
    await first.close();
    expect(await takeValues(run.consumer({ startFrom: "latest" }), 1)).toEqual(["c"]);
  });

  it("starts where startFrom says when it has committed nothing", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, [{ value: "old", timestamp: 1000 }]);
    await run.send("orders", 0, [{ value: "new", timestamp: Date.now() }]);
    const start = (startFrom: "earliest" | Date | { durationMs: number }, groupId: string): Promise<string[]> =>
      takeValues(run.consumer({ startFrom, groupId }), 1);
    expect(await start("earliest", "g1")).toEqual(["old"]);
    expect(await start(new Date(2000), "g2")).toEqual(["new"]);
    expect(await start({ durationMs: 60_000 }, "g3")).toEqual(["new"]);
    for (const startFrom of ["latest", new Date(Date.now() + 60_000)] as const) {
      const latest = run.consumer({ startFrom, groupId: `g4${String(startFrom)}` });
      const taken = takeValues(latest, 1);
      await expect
        .poll(() => latest.assignment().length > 0 && latest.position({ topic: "orders", partition: 0 }))
        .not.toBeUndefined();
      await expect.poll(() => latest.lag().length).toBe(1);
      await run.send("orders", 0, ["newest"]);
      expect(await taken).toEqual(["newest"]);
      await latest.close();
    }
    await expect(takeValues(run.consumer({ startFrom: "none", groupId: "g5" }), 1)).rejects.toMatchObject({
      code: "CLIENT_NO_OFFSET",
      topic: "orders",
      partition: 0,
      groupId: "g5",
    });
  });

  it("gives a static member its partitions back without a rebalance when it restarts", async () => {
    await using run = await startConsuming(six);
    const other = run.consumer({ groupInstanceId: "b" });
    await run.consumer({ groupInstanceId: "a" }).connect();
    await other.connect();
    await expect.poll(() => partitionsOf(other).length).toBe(3);
    const before = partitionsOf(other);
    let changes = 0;
    other.on("revoked", () => changes++);
    const again = run.consumer({ groupInstanceId: "a" }, run.client());
    await again.connect();
    expect(partitionsOf(again)).toHaveLength(3);
    expect(partitionsOf(other)).toEqual(before);
    expect(changes).toBe(0);
  });

  it("ends the loop of a static member whose identity somebody else took", async () => {
    await using run = await startConsuming();
    const first = run.consumer({ groupInstanceId: "a" });
    const taken = takeValues(first, 1);
    const failure = taken.catch((error: unknown) => error);
    await expect.poll(() => partitionsOf(first).length).toBe(1);
    await run.consumer({ groupInstanceId: "a" }, run.client()).connect();
    expect(await failure).toMatchObject({ code: "FENCED_INSTANCE_ID" });
  });

  it("reads on when its coordinator forgets it, is busy, or loses the connection", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    const values: string[] = [];
    const reading = (async () => {
      for await (const message of consumer) values.push(String(message.value));
    })();
    await run.send("orders", 0, ["a"]);
    await expect.poll(() => values).toContain("a");
    const faults = ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS", "ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS"];
    for (const fault of faults) {
      run.broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.fail(fault));
      run.broker.intercept({ api: "JoinGroup", nth: 1 }, (request) => request.fail("COORDINATOR_NOT_AVAILABLE"));
      await new Promise((resolve) => setTimeout(resolve, 300));
      run.broker.clearIntercepts();
      await run.send("orders", 0, [fault]);
      await expect.poll(() => values, { timeout: 20_000 }).toContain(fault);
    }
    run.broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.drop());
    run.broker.intercept({ api: "SyncGroup", nth: 1 }, (request) => request.drop());
    await new Promise((resolve) => setTimeout(resolve, 200));
    await run.send("orders", 0, ["z"]);
    await expect.poll(() => values, { timeout: 20_000 }).toContain("z");
    await consumer.close();
    await reading;
  });

  it("shares anew when a topic gets partitions", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({}, run.client({ metadataMaxAgeMs: 100 }));
    await consumer.connect();
    const { CreatePartitions } = await import("@moldau/protocol-codec");
    await run.cluster.request(CreatePartitions, {
      topics: [{ name: "orders", count: 3, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    await expect.poll(() => consumer.assignment().length, { timeout: 20_000 }).toBe(3);
  });
});
