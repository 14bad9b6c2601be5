import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import { MatchingTopics } from "./matching-topics.js";
import { parsePattern } from "./topic-pattern.js";

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly matching: MatchingTopics;
  /** What has matched, change by change. */
  readonly changes: string[];
  readonly told: string[];
  /** The topics that exist from now on, each with its partitions; a name that begins with an underscore is internal. */
  exist(...names: readonly string[]): void;
}

function bench(pattern: string): Bench {
  const script = new ScriptedCoordinator();
  const changes: string[] = [];
  const told: string[] = [];
  const matching = new MatchingTopics({
    cluster: script,
    pattern: parsePattern(pattern, "pattern"),
    changed: () => changes.push(matching.topics.join(" ")),
    retrying: ({ operation, error }) => told.push(`${operation} ${error.code}`),
  });
  const exist = (...names: readonly string[]): void => {
    script.topics.clear();
    for (const name of names) script.topics.set(name, 1);
    script.script("Metadata", listing(names));
  };
  return { script, matching, changes, told, exist };
}

function listing(names: readonly string[]): Record<string, unknown> {
  const topics = names.map((name) => ({ name, isInternal: name.startsWith("__"), errorCode: name === "down" ? 5 : 0 }));
  return { errorCode: 0, topics };
}

const signal = new AbortController().signal;

describe("the topics that match a pattern", () => {
  it("are those whose whole name does, but for internal ones and what cannot be told of", async () => {
    const { matching, exist, script } = bench("orders-[a-z]+|__.*|down");
    exist("orders-b", "orders-a", "old-orders-a", "orders-1", "__consumer_offsets", "down");
    await matching.look(signal);
    expect(matching.topics).toEqual(["orders-a", "orders-b"]);
    expect(script.requests[0]?.body).toEqual({ topics: null, allowAutoTopicCreation: false });
    matching.end();
  });

  it("may be none, until there are some", async () => {
    const { matching, exist, script, changes } = bench("orders-.*");
    exist("others");
    await matching.look(signal);
    expect(matching.topics).toEqual([]);
    exist("others", "orders-a");
    await script.clock.advance(script.options.metadataMaxAgeMs + 1);
    expect(changes).toEqual(["orders-a"]);
    exist("orders-a", "orders-b", "others");
    await script.clock.advance(script.options.metadataMaxAgeMs + 1);
    exist("orders-b");
    await script.clock.advance(script.options.metadataMaxAgeMs + 1);
    expect(changes).toEqual(["orders-a", "orders-a orders-b", "orders-b"]);
    matching.end();
  });

  it("stay the same list while the same ones match, and nobody hears of a look that brings nothing new", async () => {
    const { matching, exist, script, changes } = bench("orders-.*");
    exist("orders-a");
    await matching.look(signal);
    const before = matching.topics;
    await script.clock.advance(5 * script.options.metadataMaxAgeMs);
    expect(matching.topics).toBe(before);
    expect(changes).toEqual(["orders-a"]);
    expect(script.times("Metadata").length).toBeGreaterThan(4);
    matching.end();
  });

  it("are looked for at once when the metadata has lost one of them", async () => {
    const { matching, exist, script, changes } = bench("orders-.*");
    exist("orders-a", "orders-b");
    await matching.look(signal);
    matching.metadataChanged();
    expect(script.times("Metadata").length).toBe(1);
    exist("orders-b");
    matching.metadataChanged();
    await script.clock.advance(0);
    expect(changes).toEqual(["orders-a orders-b", "orders-b"]);
    matching.end();
  });

  it("are asked for again and again by whoever waits for them, and later still after a failure", async () => {
    const { matching, exist, script, told, changes } = bench("orders-.*");
    script.script(
      "Metadata",
      connectionClosed("gone"),
      { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, topics: [] },
      listing(["orders-a"]),
    );
    const looking = matching.look(signal);
    await script.clock.advance(5000);
    await looking;
    expect(told).toEqual(["metadata CLIENT_CONNECTION_CLOSED", "metadata COORDINATOR_NOT_AVAILABLE"]);
    script.script("Metadata", connectionClosed("gone again"));
    await script.clock.advance(script.options.metadataMaxAgeMs + 1);
    expect(told.at(-1)).toBe("metadata CLIENT_CONNECTION_CLOSED");
    exist("orders-a", "orders-b");
    await script.clock.advance(script.options.metadataMaxAgeMs + 1);
    expect(changes.at(-1)).toBe("orders-a orders-b");
    matching.end();
  });

  it("are looked for no more at the end, and stay what they were", async () => {
    const { matching, exist, script } = bench("orders-.*");
    exist("orders-a");
    await matching.look(signal);
    matching.end();
    await script.clock.advance(3 * script.options.metadataMaxAgeMs);
    matching.metadataChanged();
    expect(script.times("Metadata").length).toBe(1);
    expect(matching.topics).toEqual(["orders-a"]);
  });
});
