import { connectionClosed, type ClusterAccess } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, type KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import { Subscription } from "./subscription.js";

const unknown = kafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly subscription: Subscription;
  /** What each topic is answered with; the others exist. */
  readonly failures: Map<string, KafkaError>;
  readonly asked: string[];
  readonly told: string[];
  /** What became of looking for the topics. */
  find(): Promise<unknown>;
}

function bench(topics: readonly string[]): Bench {
  const script = new ScriptedCoordinator();
  const failures = new Map<string, KafkaError>();
  const asked: string[] = [];
  const told: string[] = [];
  const topic: ClusterAccess["topic"] = (name) => {
    asked.push(name);
    const failure = failures.get(name);
    if (failure !== undefined) return Promise.reject(failure);
    return Promise.resolve({ name, topicId: script.topicId, isInternal: false, partitions: [] });
  };
  const subscription = new Subscription({
    cluster: Object.assign(script, { topic }),
    wanted: topics,
    isMatchedByBroker: false,
    changed: () => undefined,
    allowAutoTopicCreation: false,
    retrying: ({ operation, error }) => told.push(`${operation} ${error.topic ?? ""} ${error.code}`),
  });
  const find = (): Promise<unknown> =>
    subscription.find(new AbortController().signal).then(
      () => "found",
      (error: unknown) => error,
    );
  return { script, subscription, failures, asked, told, find };
}

describe("a subscription", () => {
  it("tells of a topic that does not exist, and gives it up after the time for a request", async () => {
    const { script, failures, told, find } = bench(["orders", "nowhere"]);
    failures.set("nowhere", unknown);
    const outcome = find();
    await script.clock.advance(5000);
    expect(new Set(told)).toEqual(new Set(["metadata nowhere UNKNOWN_TOPIC_OR_PARTITION"]));
    await script.clock.advance(30_000);
    expect(await outcome).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "nowhere", retriable: false });
  });

  it("waits for a cluster that cannot be reached for as long as it takes", async () => {
    const { script, failures, find } = bench(["orders"]);
    failures.set("orders", connectionClosed("gone"));
    const outcome = find();
    await script.clock.advance(600_000);
    failures.clear();
    await script.clock.advance(2000);
    expect(await outcome).toBe("found");
  });

  it("looks for nothing any more once one of its topics is out of reach for good", async () => {
    const { script, failures, asked, find } = bench(["orders", "secret"]);
    failures.set("orders", connectionClosed("gone"));
    failures.set("secret", kafkaError(ErrorCode.TOPIC_AUTHORIZATION_FAILED));
    const outcome = find();
    await script.clock.advance(1);
    expect(await outcome).toMatchObject({ code: "TOPIC_AUTHORIZATION_FAILED" });
    const before = asked.length;
    await script.clock.advance(60_000);
    expect([asked.length, script.clock.armed]).toEqual([before, 0]);
  });

  it("looks for what is wanted by then, and does not mind what is wanted no more", async () => {
    const { script, subscription, failures, asked, find } = bench(["nowhere"]);
    failures.set("nowhere", unknown);
    const outcome = find();
    await script.clock.advance(1000);
    subscription.replace(["orders"]);
    await script.clock.advance(1);
    expect(await outcome).toBe("found");
    expect(asked.at(-1)).toBe("orders");
  });
});
