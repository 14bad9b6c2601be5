import { Admin } from "@moldau/admin";
import type { Consumer, TopicPartition } from "@moldau/consumer";
import type { ErrorName, KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";
import { waysToBelong } from "./both-protocols.js";

/** What a broker may refuse for good, by who is asked for it. */
const refusals = (protocol: string | undefined): readonly (readonly [api: string, code: ErrorName])[] => [
  ["FindCoordinator", "GROUP_AUTHORIZATION_FAILED"],
  ["OffsetFetch", "GROUP_AUTHORIZATION_FAILED"],
  ["ListOffsets", "TOPIC_AUTHORIZATION_FAILED"],
  ["Fetch", "TOPIC_AUTHORIZATION_FAILED"],
  ...(protocol === "consumer"
    ? ([["ConsumerGroupHeartbeat", "GROUP_AUTHORIZATION_FAILED"]] as const)
    : ([
        ["JoinGroup", "GROUP_AUTHORIZATION_FAILED"],
        ["JoinGroup", "GROUP_MAX_SIZE_REACHED"],
        ["JoinGroup", "INCONSISTENT_GROUP_PROTOCOL"],
        ["SyncGroup", "GROUP_AUTHORIZATION_FAILED"],
        ["Heartbeat", "GROUP_AUTHORIZATION_FAILED"],
      ] as const)),
];

describe.each(waysToBelong)("what ends the reading reaches whoever reads (%s)", (_, options) => {
  it.each(refusals(options.protocol))("%s: %s ends the loop, and is told once", async (api, code) => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    run.broker.intercept({ api }, (request) => request.fail(code));
    const consumer = run.consumer(options);
    const told: KafkaError[] = [];
    consumer.on("failed", ({ error }) => told.push(error));
    const error = await endOf(consumer);
    expect(error).toMatchObject({ code });
    expect(told.map((each) => each.code)).toEqual([code]);
  });

  it("what passes is told while it lasts, and reading goes on by itself", async () => {
    await using run = await startConsuming();
    const cluster = run.client({ requestTimeoutMs: 300, retry: { initialDelayMs: 5, maxDelayMs: 50 } });
    const consumer = run.consumer({ ...options, fetchMaxWaitMs: 50 }, cluster);
    await consumer.connect();
    const retrying = nextEvent(consumer, "retrying");
    // A leader that takes the question and never answers: nobody hears of it but by its silence.
    const rule = run.broker.intercept({ api: "Fetch" }, () => new Promise(() => undefined));
    const values = takeValues(consumer, 1);
    await retrying;
    rule.remove();
    await run.send("orders", 0, ["a"]);
    expect(await values).toEqual(["a"]);
  });

  it("a coordinator that is never there is asked again until a signal says enough", async () => {
    await using run = await startConsuming();
    run.broker.intercept({ api: "FindCoordinator" }, (request) => request.fail("COORDINATOR_NOT_AVAILABLE"));
    const consumer = run.consumer(options, run.client({ retry: { initialDelayMs: 5, maxDelayMs: 50 } }));
    await expect(consumer.connect({ signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      code: "CLIENT_ABORTED",
    });
    await expect(consumer.connect({ timeoutMs: 300 })).rejects.toMatchObject({
      code: "CLIENT_REQUEST_TIMEOUT",
      message: expect.stringContaining('Group "billing" was not joined'),
    });
  });
});

/** Members of the next generation beat as often as the broker says. */
const shortHeartbeats = {
  "group.consumer.min.heartbeat.interval.ms": 100,
  "group.consumer.heartbeat.interval.ms": 200,
};

describe.each(waysToBelong)("a member hears what becomes of its partitions (%s)", (_, options) => {
  it("assigned, revoked when another comes, lost when the group has gone on without it, and assigned again", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }], configs: shortHeartbeats });
    const consumer = run.consumer(options);
    const assigned = heard(consumer, "assigned");
    const loop = endOf(consumer);
    expect(await assigned).toHaveLength(2);

    const revoked = heard(consumer, "revoked");
    const other = run.consumer(options);
    const otherLoop = endOf(other);
    expect((await revoked).length).toBeGreaterThan(0);
    await expect
      .poll(() => [consumer.assignment().length, other.assignment().length], { timeout: 20_000 })
      .toEqual([1, 1]);

    const lost = heard(consumer, "lost");
    const admin = new Admin(run.client());
    const [described] = await admin.describeGroups({ groups: ["billing"] });
    const ours = described?.members.find(({ assignment }) =>
      consumer.assignment().every(({ partition }) => assignment?.[0]?.partitions.includes(partition)),
    );
    const again = heard(consumer, "assigned");
    await admin.removeGroupMembers({ group: "billing", members: [{ memberId: ours?.memberId ?? "" }] });
    expect(await lost).toHaveLength(1);
    await again;
    await expect
      .poll(() => [consumer.assignment().length, other.assignment().length], { timeout: 20_000 })
      .toEqual([1, 1]);
    await admin.close();
    await Promise.all([consumer.close(), other.close()]);
    expect(await loop).toBeUndefined();
    expect(await otherLoop).toBeUndefined();
  });
});

/** The partitions that the consumer is told of next by an event. */
function heard(consumer: Consumer, name: "assigned" | "revoked" | "lost"): Promise<readonly TopicPartition[]> {
  return new Promise((resolve) => {
    consumer.once(name, ({ partitions }) => resolve(partitions));
  });
}

/** Reads to the end, and gives what that was. */
async function endOf(consumer: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _message of consumer);
    return undefined;
  } catch (error) {
    return error;
  }
}
