import { Admin } from "@moldau/admin";
import type { Consumer } from "@moldau/consumer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom, takeValues, type ConsumingClient } from "../support/consuming.js";
import { cutOff } from "../support/losing-records.js";

const missing = missingForApacheKafka();
const patient = { timeout: 30_000 };

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

  const createTopic = async (topic: string): Promise<void> => {
    const [result] = await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions: 2 }] });
    if (result?.error !== undefined) throw result.error;
  };

  /** A consumer that has partition 0 by hand, and the values that it reads until it is closed. */
  const readByHand = (topic: string, options = {}): { consumer: Consumer; values: string[]; told: string[] } => {
    const more = { topics: [], groupId: `by-hand-${topic}`, ...options };
    const consumer = run.consumer(more, run.client({ metadataMaxAgeMs: 500 }));
    const values: string[] = [];
    const told: string[] = [];
    consumer.on("retrying", ({ error }) => told.push(error.code));
    consumer.assign([{ topic, partition: 0 }]);
    void (async () => {
      for await (const message of consumer) values.push(String(message.value));
    })();
    return { consumer, values, told };
  };

  test("tells what is committed, where logs begin and end, and what was first since a time", async () => {
    await createTopic("asked");
    const [first, second] = [0, 1].map((partition) => ({ topic: "asked", partition }));
    await run.send("asked", 0, [
      { value: "a", timestamp: 1000 },
      { value: "b", timestamp: 2000 },
    ]);
    const consumer = run.consumer({ topics: ["asked"], groupId: "asking" });
    expect(await takeValues(consumer, 1, (message) => consumer.commit(message))).toEqual(["a"]);
    expect(await consumer.committed([first!, second!])).toEqual([
      { ...first, offset: 1n, leaderEpoch: 0, metadata: "" },
      second,
    ]);
    expect(await consumer.beginningOffsets([first!])).toEqual([{ ...first, offset: 0n, leaderEpoch: 0 }]);
    expect(await consumer.endOffsets([first!, second!])).toMatchObject([{ offset: 2n }, { offset: 0n }]);
    expect(
      await consumer.offsetsForTimes([
        { ...first!, timestamp: 1500 },
        { ...second!, timestamp: 1500 },
      ]),
    ).toEqual([{ ...first, offset: 1n, timestamp: 2000, leaderEpoch: 0 }, second]);
    const [unknown] = await consumer.endOffsets([{ topic: "asked", partition: 9 }]);
    expect(unknown?.error).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", partition: 9 });
    await consumer.close();
  });

  test("takes commits of partitions that are assigned by hand, unless their group has members", async () => {
    await createTopic("by-hand");
    const named = { topic: "by-hand", partition: 0 };
    await run.send("by-hand", 0, ["a", "b"]);
    const { consumer, values } = readByHand("by-hand");
    await expect.poll(() => values, patient).toEqual(["a", "b"]);
    await consumer.close();
    expect(await run.committed(named, "by-hand-by-hand")).toBe(2n);
    const member = run.consumer({ topics: ["by-hand"], groupId: "with-members" });
    await member.connect();
    const other = run.consumer({ topics: [], groupId: "with-members", autoCommit: false });
    other.assign([named]);
    await other.connect();
    await expect(other.commit([{ ...named, offset: 0n }])).rejects.toMatchObject({
      code: "UNKNOWN_MEMBER_ID",
      message: expect.stringContaining('Group "with-members" has members'),
    });
  });

  test("a topic that is deleted and made again is read from its beginning, while it is read", async () => {
    await createTopic("again");
    await run.send("again", 0, ["a", "b", "c"]);
    const { consumer, values, told } = readByHand("again");
    await expect.poll(() => values, patient).toEqual(["a", "b", "c"]);
    await new Admin(run.cluster).deleteTopics({ topics: ["again"] });
    await createTopic("again");
    await run.cluster.refreshTopics(["again"]);
    await run.send("again", 0, ["x", "y", "z", "q"]);
    await expect.poll(() => values, patient).toEqual(["a", "b", "c", "x", "y", "z", "q"]);
    expect(told).toContain("CLIENT_TOPIC_RECREATED");
    await consumer.close();
  });

  test("a log that a crash has cut off is noticed, and read on from where the two part", async () => {
    await createTopic("cut-off");
    for (const value of ["a", "b", "c", "d"]) await run.send("cut-off", 0, [value]);
    const { consumer, values, told } = readByHand("cut-off");
    await expect.poll(() => values, patient).toEqual(["a", "b", "c", "d"]);
    await kafka.crash((dataDir) => cutOff(dataDir, { topic: "cut-off", partition: 0, from: 2n }));
    await run.send("cut-off", 0, ["x", "y", "z"]);
    await expect.poll(() => values, patient).toEqual(["a", "b", "c", "d", "x", "y", "z"]);
    expect(told).toContain("CLIENT_LOG_TRUNCATED");
    expect(told).not.toContain("OFFSET_OUT_OF_RANGE");
    await consumer.close();
  });
});
