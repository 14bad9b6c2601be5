import { Admin } from "@moldau/admin";
import type { Consumer } from "@moldau/consumer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom, nextEvent, takeValues, type ConsumingClient } from "../support/consuming.js";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;
  let run: ConsumingClient;

  beforeAll(async () => {
    kafka = await startApacheKafka({ properties: { "group.initial.rebalance.delay.ms": "0" } });
    run = consumingFrom([kafka.bootstrapServers]);
  });

  afterAll(async () => {
    await run[Symbol.asyncDispose]();
    await kafka.close();
  });

  const createTopic = async (
    topic: string,
    partitions: number,
    configs: Record<string, string> = {},
  ): Promise<void> => {
    const [result] = await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions, configs }] });
    if (result?.error !== undefined) throw result.error;
  };

  const partitionsOf = (consumer: Consumer): number[] => consumer.assignment().map(({ partition }) => partition);

  test("two members of one group in one client rebalance in under a second, and each reads its share", async () => {
    await createTopic("shared", 6);
    for (let partition = 0; partition < 6; partition++) await run.send("shared", partition, [`p${partition}`]);
    const options = { topics: ["shared"], groupId: "sharing", heartbeatIntervalMs: undefined };
    const [first, second] = [run.consumer(options as never), run.consumer(options as never)];
    const seen: Record<string, string[]> = { first: [], second: [] };
    const read = async (name: string, consumer: Consumer): Promise<void> => {
      for await (const message of consumer) seen[name]?.push(String(message.value));
    };
    const reading = [read("first", first)];
    await expect.poll(() => seen.first?.length, { timeout: 20_000 }).toBe(6);
    for (let round = 0; round < 3; round++) {
      const startedAt = Date.now();
      const again = nextEvent(first, "assigned");
      const member = round === 0 ? second : run.consumer(options as never);
      reading.push(read("second", member));
      await Promise.all([again, nextEvent(member, "assigned")]);
      expect(Date.now() - startedAt).toBeLessThan(1000);
      if (round > 0) await member.close();
    }
    for (let partition = 0; partition < 6; partition++) await run.send("shared", partition, [`q${partition}`]);
    await expect.poll(() => (seen.first?.length ?? 0) + (seen.second?.length ?? 0), { timeout: 20_000 }).toBe(12);
    await expect
      .poll(() => [...partitionsOf(first), ...partitionsOf(second)].toSorted((a, b) => a - b))
      .toEqual([0, 1, 2, 3, 4, 5]);
    await Promise.all([first.close(), second.close()]);
    await Promise.all(reading);
  });

  test("a group resumes at what was committed, and only what was done is", async () => {
    await createTopic("resumed", 1);
    await run.send("resumed", 0, ["a", "b", "c"]);
    const options = { topics: ["resumed"], groupId: "resuming" };
    const first = run.consumer(options);
    expect(await takeValues(first, 2)).toEqual(["a", "b"]);
    await first.close();
    expect(await run.committed({ topic: "resumed", partition: 0 }, "resuming")).toBe(1n);
    const second = run.consumer({ ...options, startFrom: "none" });
    expect(await takeValues(second, 2, (message) => second.commit(message))).toEqual(["b", "c"]);
    await second.close();
    expect(await run.committed({ topic: "resumed", partition: 0 }, "resuming")).toBe(3n);
  });

  test("a static member gets its partitions back without a rebalance when it restarts", async () => {
    await createTopic("static", 4);
    const options = { topics: ["static"], groupId: "static" };
    const [a, b] = [
      run.consumer({ ...options, groupInstanceId: "a" }),
      run.consumer({ ...options, groupInstanceId: "b" }),
    ];
    await Promise.all([a.connect(), b.connect()]);
    await expect.poll(() => [partitionsOf(a).length, partitionsOf(b).length], { timeout: 20_000 }).toEqual([2, 2]);
    let changes = 0;
    b.on("revoked", () => changes++);
    const before = partitionsOf(a);
    await a.close();
    const again = run.consumer({ ...options, groupInstanceId: "a" });
    await again.connect();
    expect(partitionsOf(again)).toEqual(before);
    expect(changes).toBe(0);
    await Promise.all([again.close(), b.close()]);
  });

  test("close() is prompt while a fetch waits", async () => {
    await createTopic("quiet", 1);
    const consumer = run.consumer({ topics: ["quiet"], groupId: "quiet", fetchMaxWaitMs: 20_000 });
    const taken = takeValues(consumer, 1);
    await consumer.connect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startedAt = Date.now();
    await consumer.close();
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(await taken).toEqual([]);
  });

  test("what a compacted log holds is read past its gaps, to the end", async () => {
    await createTopic("compacted", 1, {
      "cleanup.policy": "compact",
      "segment.ms": "100",
      "min.cleanable.dirty.ratio": "0.01",
      "min.compaction.lag.ms": "0",
    });
    for (let round = 0; round < 20; round++)
      await run.send("compacted", 0, [{ key: "k", value: `${round}`, timestamp: Date.now() }]);
    const consumer = run.consumer({ topics: ["compacted"], groupId: "compacted" });
    expect((await takeValues(consumer, 1))[0]).toMatch(/\d+/);
    let last = "";
    for await (const message of consumer) {
      last = String(message.value);
      if (message.offset === 19n) break;
    }
    expect(last).toBe("19");
    await consumer.close();
  });

  test("startFrom finds the place by time", async () => {
    await createTopic("timed", 1);
    const now = Date.now();
    await run.send("timed", 0, [
      { value: "old", timestamp: now - 100_000 },
      { value: "new", timestamp: now },
    ]);
    const start = (startFrom: Date | { durationMs: number }, groupId: string) =>
      takeValues(run.consumer({ topics: ["timed"], startFrom, groupId }), 1);
    expect(await start(new Date(now - 200_000), "timed-1")).toEqual(["old"]);
    expect(await start({ durationMs: 50_000 }, "timed-2")).toEqual(["new"]);
  });
});
