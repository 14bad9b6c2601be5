import { Cluster } from "@moldau/connection-pool";
import { describe, expect, it } from "vitest";
import { roundRobinAssignor } from "./assignors/round-robin.js";
import { Consumer } from "./consumer.js";
import { resolveConsumerOptions } from "./options.js";

const assign = (): ReadonlyMap<string, readonly never[]> => new Map<string, never[]>();
const own = { name: "a", rebalanceProtocol: "eager", assign };

describe("consumer options", () => {
  it("have Kafka's defaults", () => {
    expect(resolveConsumerOptions({ groupId: "g" })).toMatchObject({
      topics: [],
      startFrom: "latest",
      autoCommit: true,
      autoCommitIntervalMs: 5000,
      sessionTimeoutMs: 45_000,
      maxPollIntervalMs: 300_000,
      rebalanceTimeoutMs: 300_000,
      partitionMaxBytes: 1_048_576,
    });
  });

  it("take assignors by name and as objects", () => {
    const { assignors } = resolveConsumerOptions({
      groupId: "g",
      assignors: ["cooperative-sticky", roundRobinAssignor],
    });
    expect(assignors.map(({ name }) => name)).toEqual(["cooperative-sticky", "roundrobin"]);
  });

  it("may be of either protocol where it is found out", () => {
    const options = { groupId: "g", protocol: "auto", sessionTimeoutMs: 9000, remoteAssignor: "range" } as const;
    expect(resolveConsumerOptions(options)).toMatchObject(options);
  });

  it.each([
    [{}, "groupId is missing"],
    [{ groupId: "" }, "groupId must be a text that is not empty"],
    [{ groupId: "g", topics: "orders" }, 'topics must be an array such as ["orders"], not "orders".'],
    [{ groupId: "g", topics: ["or/ders"] }, "topics[0] must be the name of a topic"],
    [
      { groupId: "g", topics: [/or/] },
      "not a regular expression (for a pattern: topicPattern, or subscribe({ pattern })).",
    ],
    [
      { groupId: "g", topicPattern: "(orders" },
      'RE2\'s language, which has neither back-references nor looking around: "(orders" is',
    ],
    [{ groupId: "g", topicPattern: "(?=a)" }, "topicPattern must be a regular expression in RE2's language"],
    [
      { groupId: "g", topicPattern: "" },
      'topicPattern must be a regular expression as a text, such as "orders-.*", not ""',
    ],
    [{ groupId: "g", topicPattern: /or/i }, 'as a text: "(?i)or", where the whole name of a topic has to match'],
    [{ groupId: "g", topics: ["a"], topicPattern: "b" }, "give either topics or topicPattern"],
    [{ groupId: "g", startFrom: new Date("never") }, "not an invalid Date"],
    [{ groupId: "g", codecs: { lz4: { id: 3, name: "lz4" } } }, "codecs.lz4.compress: a function wanted"],
    [{ groupId: "g", codecs: { lz4: { id: 9, name: "lz4" } } }, "codecs.lz4.id: 3, which is lz4, wanted, not number 9"],
    [{ groupId: "g", codecs: "lz4" }, "codecs must be an object of codecs"],
    [{ groupId: "g", startFrom: "beginning" }, '"earliest", "latest", "none", a Date or { durationMs }'],
    [{ groupId: "g", startFrom: new Date("no date") }, "startFrom must be"],
    [{ groupId: "g", autoCommitIntervalMs: -1 }, "autoCommitIntervalMs must be a whole number from 0"],
    [
      { groupId: "g", assignors: ["Range"] },
      'assignors[0] must be one of "range", "roundrobin", "sticky", "cooperative-sticky"',
    ],
    [
      { groupId: "g", assignors: ["range", "range"] },
      'must have different names, by which members agree on one: "range" is there',
    ],
    [
      { groupId: "g", assignors: [{ rebalanceProtocol: "eager", assign }] },
      "assignors[0].name is missing: an assignor needs",
    ],
    [
      { groupId: "g", assignors: [{ name: "", rebalanceProtocol: "eager", assign }] },
      "assignors[0].name must be the name under",
    ],
    [
      { groupId: "g", assignors: [{ name: "a", assign }] },
      'rebalanceProtocol is missing: an assignor needs rebalanceProtocol, "eager" or',
    ],
    [{ groupId: "g", assignors: [{ name: "a", rebalanceProtocol: "eager" }] }, "assignors[0].assign is missing"],
    [
      { groupId: "g", assignors: [{ ...own, userData: "none" }] },
      'assignors[0].userData must be a function, or left out, not "none"',
    ],
    [{ groupId: "g", heartbeatIntervalMs: 50_000 }, "heartbeatIntervalMs must be a whole number from 1 to 45000"],
    [{ groupId: "g", fromBeginning: true }, 'unknown option "fromBeginning"'],
    [{ groupId: "g", protocol: "next" }, 'protocol must be one of "classic", "consumer", "auto", not "next"'],
    [{ groupId: "g", protocol: "consumer", sessionTimeoutMs: 9000 }, "sessionTimeoutMs is decided by the broker"],
    [{ groupId: "g", protocol: "consumer", heartbeatIntervalMs: 9 }, "heartbeatIntervalMs is decided by the broker"],
    [{ groupId: "g", protocol: "consumer", assignors: ["range"] }, "which remoteAssignor names"],
    [{ groupId: "g", remoteAssignor: "uniform" }, 'which protocol "classic" has none of'],
  ])("that are wrong are refused with what to write instead: %j", (options, sentence) => {
    const cluster = new Cluster({ brokers: ["localhost:9092"] });
    expect(() => new Consumer(cluster, options as never)).toThrow(
      expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT", message: expect.stringContaining(sentence) }),
    );
  });
});

describe("a consumer whose heartbeats come from a worker", () => {
  it.each<[string, Partial<ConstructorParameters<typeof Cluster>[0]>]>([
    ["connector", { connector: { connect: () => unreachable() } }],
    ["sasl", { sasl: { name: "MINE", converse: () => unreachable() } }],
    ["checkServerIdentity", { tls: { checkServerIdentity: () => undefined } }],
  ])("is refused where %s cannot go to another thread", (name, options) => {
    const cluster = new Cluster({ brokers: ["localhost:9092"], ...options });
    expect(() => new Consumer(cluster, { groupId: "g", heartbeat: "worker" })).toThrow(
      expect.objectContaining({
        code: "CLIENT_INVALID_ARGUMENT",
        message: expect.stringMatching(new RegExp(`^heartbeat: "worker" .*${name}`)),
      }),
    );
  });
});

function unreachable(): never {
  throw new Error("never called");
}

describe("the calls of a consumer", () => {
  const consumer = new Consumer(new Cluster({ brokers: ["localhost:9092"] }), { groupId: "g", topics: ["orders"] });
  const invalid = expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT" });
  const unassigned = expect.objectContaining({ code: "CLIENT_NOT_ASSIGNED", topic: "orders", partition: 0 });

  it("refuse arguments that are wrong", () => {
    expect(() => consumer.batches({ maxMessages: 0 })).toThrow(invalid);
    expect(() => consumer.batches({ maxMessages: 1.5 })).toThrow(invalid);
    expect(() => consumer.pause("orders" as never)).toThrow(invalid);
    expect(() => consumer.resume([{ topic: "orders" } as never])).toThrow(invalid);
    expect(() => consumer.seek({ topic: "orders", partition: 0, offset: -1n })).toThrow(invalid);
    expect(() => consumer.seek({ topic: "orders", partition: 0, offset: 3 as never })).toThrow(invalid);
    expect(() => consumer.subscribe([])).toThrow(invalid);
    expect(() => consumer.subscribe([""])).toThrow(invalid);
    expect(() => consumer.subscribe({ pattern: "(" })).toThrow(invalid);
    expect(() => consumer.subscribe({ pattern: /or/ as never })).toThrow(
      /subscribe: pattern must be .*as a text: "or"/,
    );
    expect(() => consumer.subscribe(/or/ as never)).toThrow(/subscribe: \{ pattern \} must be .*as a text: "or"/);
    expect(() => consumer.subscribe({ topics: ["orders"] } as never)).toThrow(/subscribe\(\["orders"\]\)/);
  });

  it("refuse partitions that are not assigned", () => {
    const partition = { topic: "orders", partition: 0 };
    expect(() => consumer.pause([partition])).toThrow(unassigned);
    expect(() => consumer.seek({ ...partition, offset: 1n })).toThrow(unassigned);
    expect(() => consumer.position(partition)).toThrow(unassigned);
    consumer.pause();
    expect(consumer.lag()).toEqual([]);
  });
});
