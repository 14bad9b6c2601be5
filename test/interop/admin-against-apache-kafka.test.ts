import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, type Admin, type Consumer, type Producer } from "moldau";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

/** A client of one of the two. */
interface Client {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  readonly consumer: Consumer;
}

/** When the messages are written that are looked for by time: one every millisecond, in the partitions 0, 1 and 2 in turn. */
const time = 1_700_000_000_000;

/** An error that a result, or a rejection, has to hold; its message is compared between the two. */
const refused = (code: string): unknown => expect.objectContaining({ code });

/** One answer of all: on the two it is the same, and has this in it, so that two refusals are no agreement. */
type Step = readonly [what: string, run: (client: Client) => Promise<unknown>, expected: unknown];

const topics: readonly Step[] = [
  [
    "creates topics",
    ({ admin }) =>
      admin.createTopics({
        topics: [
          { topic: "orders", partitions: 2 },
          { topic: "compacted", partitions: 1, configs: { "cleanup.policy": "compact" } },
          { topic: "two words" },
        ],
      }),
    [{ partitions: 2 }, { partitions: 1 }, { error: refused("INVALID_TOPIC_EXCEPTION") }],
  ],
  [
    "checks whether topics can grow",
    ({ admin }) =>
      admin.createPartitions({
        topics: [
          { topic: "orders", partitions: 3, assignments: [[1]] },
          { topic: "compacted", partitions: 1 },
          { topic: "none", partitions: 3 },
        ],
        validateOnly: true,
      }),
    [{ topic: "orders" }, { error: refused("INVALID_PARTITIONS") }, { error: refused("UNKNOWN_TOPIC_OR_PARTITION") }],
  ],
  ["grows a topic", ({ admin }) => grow(admin, 3), [{ topic: "orders" }]],
  ["does not let it shrink", ({ admin }) => grow(admin, 2), [{ error: refused("INVALID_PARTITIONS") }]],
  [
    "does not take an assignment to a broker that there is not",
    ({ admin }) => grow(admin, 4, [[99]]),
    [{ error: refused("INVALID_REPLICA_ASSIGNMENT") }],
  ],
  [
    "does not take assignments of some new partitions only",
    ({ admin }) => grow(admin, 5, [[1]]),
    [{ error: refused("INVALID_REPLICA_ASSIGNMENT") }],
  ],
];

const configs: readonly Step[] = [
  [
    "describes a topic's configuration, and what it is that cannot be described",
    ({ admin }) => admin.describeConfigs({ topics: ["orders", "none", "two words"] }),
    [
      { configs: { "retention.ms": { value: "604800000", source: "DEFAULT_CONFIG", type: "LONG" } } },
      { configs: {}, error: refused("UNKNOWN_TOPIC_OR_PARTITION") },
      { configs: {}, error: refused("INVALID_TOPIC_EXCEPTION") },
    ],
  ],
  [
    "describes a broker's configuration, and misses a broker that there is not",
    ({ admin }) => admin.describeConfigs({ brokers: [1, 99], names: ["num.partitions"], includeSynonyms: true }),
    [
      { broker: 1, configs: { "num.partitions": { value: "1", isReadOnly: true, type: "INT" } } },
      { broker: 99, error: refused("BROKER_ID_NOT_REGISTERED") },
    ],
  ],
  [
    "sets a configuration and adds to a list",
    ({ admin }) =>
      admin.alterConfigs({
        topics: [
          { topic: "orders", set: { "retention.ms": 86_400_000 }, append: { "cleanup.policy": ["compact"] } },
          { topic: "none", set: { "retention.ms": 1 } },
        ],
      }),
    [{ topic: "orders" }, { error: refused("UNKNOWN_TOPIC_OR_PARTITION") }],
  ],
  [
    "shows what was set",
    ({ admin }) => settings(admin, "86400000"),
    {
      "retention.ms": { value: "86400000", source: "DYNAMIC_TOPIC_CONFIG" },
      "cleanup.policy": { value: "delete,compact", source: "DYNAMIC_TOPIC_CONFIG" },
    },
  ],
  [
    "takes out of a list, and sets back",
    ({ admin }) =>
      admin.alterConfigs({
        topics: [{ topic: "orders", subtract: { "cleanup.policy": "compact" }, delete: ["retention.ms"] }],
      }),
    [{ topic: "orders" }],
  ],
  [
    "shows that it was set back",
    ({ admin }) => settings(admin, "604800000"),
    {
      "retention.ms": { value: "604800000", source: "DEFAULT_CONFIG" },
      "cleanup.policy": { value: "delete", source: "DYNAMIC_TOPIC_CONFIG" },
    },
  ],
  [
    "says what is wrong with a value",
    ({ admin }) => admin.alterConfigs({ topics: [{ topic: "orders", set: { "retention.ms": "often" } }] }),
    [{ error: refused("INVALID_CONFIG") }],
  ],
  [
    "says what is wrong with a name",
    ({ admin }) => admin.alterConfigs({ topics: [{ topic: "orders", set: { retention: 1 } }] }),
    [{ error: refused("INVALID_CONFIG") }],
  ],
  [
    "adds nothing to what is no list",
    ({ admin }) => admin.alterConfigs({ topics: [{ topic: "orders", append: { "retention.ms": "1" } }] }),
    [{ error: refused("INVALID_CONFIG") }],
  ],
];

const records: readonly Step[] = [
  ["lists where partitions end", ({ admin }) => admin.listOffsets({ topics: ["orders"] }), offsets(4n, 4n, 4n)],
  [
    "lists where they begin",
    ({ admin }) => admin.listOffsets({ topics: ["orders"], at: "earliest" }),
    offsets(0n, 0n, 0n),
  ],
  [
    "finds what was written at a time",
    ({ admin }) => admin.listOffsets({ topics: ["orders"], at: time + 5 }),
    offsets(2n, 2n, 1n),
  ],
  [
    "finds the youngest",
    ({ admin }) => admin.listOffsets({ topics: ["orders"], at: "maxTimestamp" }),
    [{ offset: 3n, timestamp: time + 9 }, { offset: 3n }, { offset: 3n }],
  ],
  [
    "finds nothing that is younger",
    ({ admin }) => admin.listOffsets({ topics: ["orders"], at: new Date(time + 12) }),
    [{ partition: 0 }, { partition: 1 }, { partition: 2 }],
  ],
  [
    "lists nothing of what there is not",
    ({ admin }) => admin.listOffsets({ topics: ["none"], partitions: [{ topic: "orders", partition: 9 }] }),
    [
      { topic: "orders", partition: 9, error: refused("UNKNOWN_TOPIC_OR_PARTITION") },
      { topic: "none", partition: -1, error: refused("UNKNOWN_TOPIC_OR_PARTITION") },
    ],
  ],
  [
    "deletes the beginning of a partition",
    ({ admin }) =>
      admin.deleteRecords({
        partitions: [
          { topic: "orders", partition: 0, before: 2n },
          { topic: "orders", partition: 1, before: 100n },
          { topic: "compacted", partition: 0, before: 0n },
        ],
      }),
    [{ earliestOffset: 2n }, { error: refused("OFFSET_OUT_OF_RANGE") }, { error: refused("POLICY_VIOLATION") }],
  ],
  [
    "has nothing more to delete before that",
    ({ admin }) => admin.deleteRecords({ partitions: [{ topic: "orders", partition: 0, before: 1n }] }),
    [{ earliestOffset: 2n }],
  ],
];

const groupsInUse: readonly Step[] = [
  [
    "describes a group",
    ({ admin }) => admin.describeGroups({ groups: ["billing", "none"] }),
    [
      {
        ...{ state: "Stable", protocolType: "consumer", protocol: "range" },
        members: [{ clientId: "moldau", topics: ["orders"], assignment: [{ topic: "orders", partitions: [0, 1, 2] }] }],
      },
      { error: refused("GROUP_ID_NOT_FOUND") },
    ],
  ],
  [
    "tells how far it is behind",
    ({ admin }) => admin.describeGroupLag({ groups: ["billing", "none"] }),
    [
      { state: "Stable", lag: 1n, partitions: [{ offset: 3n, endOffset: 4n, lag: 1n }, { lag: 0n }, { lag: 0n }] },
      { error: refused("GROUP_ID_NOT_FOUND") },
    ],
  ],
  [
    "does not reset it",
    ({ admin }) => admin.resetGroupOffsets({ group: "billing", to: "earliest" }),
    refused("NON_EMPTY_GROUP"),
  ],
  [
    "tells what resetting would do",
    ({ admin }) => admin.resetGroupOffsets({ group: "billing", to: "earliest", dryRun: true }),
    [
      { previous: 3n, offset: 2n },
      { previous: 4n, offset: 0n },
      { previous: 4n, offset: 0n },
    ],
  ],
  [
    "does not commit for it",
    ({ admin }) =>
      admin.alterGroupOffsets({ group: "billing", offsets: [{ topic: "orders", partition: 0, offset: 3n }] }),
    [{ error: refused("UNKNOWN_MEMBER_ID") }],
  ],
  [
    "deletes none of the offsets that it needs",
    ({ admin }) => admin.deleteGroupOffsets({ group: "billing", topics: ["orders", "compacted"] }),
    [
      { error: refused("GROUP_SUBSCRIBED_TO_TOPIC") },
      { error: refused("GROUP_SUBSCRIBED_TO_TOPIC") },
      { error: refused("GROUP_SUBSCRIBED_TO_TOPIC") },
      { topic: "compacted" },
    ],
  ],
  [
    "does not delete it",
    ({ admin }) => admin.deleteGroups({ groups: ["billing"] }),
    [{ error: refused("NON_EMPTY_GROUP") }],
  ],
];

const groupsAtRest: readonly Step[] = [
  [
    "is empty once its consumer is closed",
    async ({ admin, consumer }) => {
      await consumer.close();
      return admin.describeGroups({ groups: ["billing"] });
    },
    [{ state: "Empty", members: [] }],
  ],
  [
    "lists what was committed",
    ({ admin }) => admin.listGroupOffsets({ groups: ["billing", "none"] }),
    [{ offsets: [{ offset: 3n }, { offset: 4n }, { offset: 4n }] }, { group: "none", offsets: [] }],
  ],
  [
    "lists all partitions of topics",
    ({ admin }) => admin.listGroupOffsets({ groups: ["billing"], topics: ["orders", "compacted", "none"] }),
    [
      {
        offsets: [
          ...[{ offset: 3n }, { offset: 4n }, { offset: 4n }],
          ...[
            { topic: "compacted", partition: 0 },
            { topic: "none", error: refused("UNKNOWN_TOPIC_OR_PARTITION") },
          ],
        ],
      },
    ],
  ],
  [
    "is reset to a time",
    ({ admin }) => admin.resetGroupOffsets({ group: "billing", to: new Date(time + 6) }),
    offsets(2n, 2n, 2n),
  ],
  ["is shifted", ({ admin }) => admin.resetGroupOffsets({ group: "billing", shiftBy: -1n }), offsets(2n, 1n, 1n)],
  [
    "is reset to an offset",
    ({ admin }) => admin.resetGroupOffsets({ group: "billing", topics: ["orders"], to: 3n }),
    offsets(3n, 3n, 3n),
  ],
  [
    "is not reset when there is no such group",
    ({ admin }) => admin.resetGroupOffsets({ group: "none", to: 3n }),
    refused("GROUP_ID_NOT_FOUND"),
  ],
  [
    "begins with what is reset",
    ({ admin }) => admin.resetGroupOffsets({ group: "fresh", topics: ["orders"], to: "latest" }),
    offsets(4n, 4n, 4n),
  ],
  [
    "takes offsets with a text",
    ({ admin }) =>
      admin.alterGroupOffsets({
        group: "billing",
        offsets: [
          { topic: "orders", partition: 0, offset: 3n, metadata: "note", leaderEpoch: 0 },
          { topic: "orders", partition: 9, offset: 3n },
          { topic: "none", partition: 0, offset: 3n },
        ],
      }),
    [
      { partition: 0 },
      { error: refused("UNKNOWN_TOPIC_OR_PARTITION") },
      { error: refused("UNKNOWN_TOPIC_OR_PARTITION") },
    ],
  ],
  [
    "has kept it, and the other group its own",
    ({ admin }) => admin.listGroupOffsets({ groups: ["billing", "fresh"] }),
    [{ offsets: [{ offset: 3n, metadata: "note" }, { offset: 3n }, { offset: 3n }] }, { offsets: offsets(4n, 4n, 4n) }],
  ],
  [
    "loses single offsets",
    ({ admin }) =>
      admin.deleteGroupOffsets({
        group: "billing",
        partitions: [
          { topic: "orders", partition: 0 },
          { topic: "orders", partition: 9 },
          { topic: "compacted", partition: 0 },
        ],
      }),
    [{ partition: 0 }, { error: refused("UNKNOWN_TOPIC_OR_PARTITION") }, { topic: "compacted" }],
  ],
  [
    "has the others still",
    ({ admin }) => admin.listGroupOffsets({ groups: ["billing"] }),
    [{ offsets: [{ partition: 1 }, { partition: 2 }] }],
  ],
  [
    "loses none when there is no such group",
    ({ admin }) => admin.deleteGroupOffsets({ group: "none", topics: ["orders"] }),
    refused("GROUP_ID_NOT_FOUND"),
  ],
  [
    "stands in the list",
    ({ admin }) => admin.listGroups({ states: ["Empty"] }),
    { groups: [{ group: "billing", type: "classic" }, { group: "fresh" }], failed: [] },
  ],
  [
    "is deleted",
    ({ admin }) => admin.deleteGroups({ groups: ["billing", "none", "fresh"] }),
    [{ group: "billing" }, { error: refused("GROUP_ID_NOT_FOUND") }, { group: "fresh" }],
  ],
];

describe.skipIf(missing !== undefined)(`the admin on Apache Kafka and on our broker${leftOut}`, () => {
  let apache: ApacheKafka;
  let reference: ReferenceBroker;
  let clients: readonly Client[] = [];

  beforeAll(async () => {
    apache = await startApacheKafka();
    reference = await startBroker();
    clients = [[apache.bootstrapServers], reference.bootstrapServers].map((brokers) => {
      const kafka = new Kafka({ brokers });
      const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
      return { kafka, admin: kafka.admin(), producer: kafka.producer(), consumer };
    });
  });
  afterAll(async () => {
    await Promise.all(clients.map(({ kafka }) => kafka.close()));
    await apache.close();
    await reference.close();
  });

  /** Does the same on both. */
  async function both<Result>(run: (client: Client) => Promise<Result>): Promise<readonly Result[]> {
    return Promise.all(clients.map(run));
  }

  async function agree([, run, expected]: Step): Promise<void> {
    const [theirs, ours] = await both(async (client) => run(client).catch((error: unknown) => error));
    expect(theirs).toMatchObject(expected as object);
    expect(comparable(ours)).toEqual(comparable(theirs));
  }

  test.each(topics.map((step) => [step[0], step] as const))("%s", (_, step) => agree(step));
  test.each(configs.map((step) => [step[0], step] as const))("%s", (_, step) => agree(step));

  describe("where messages are", () => {
    beforeAll(async () => {
      const messages = Array.from({ length: 12 }, (_, index) => ({
        ...{ partition: index % 3, value: `v${index}`, timestamp: time + index },
      }));
      await both(({ producer }) => producer.send({ topic: "orders", messages }));
    });
    test.each(records.map((step) => [step[0], step] as const))("%s", (_, step) => agree(step));
  });

  describe("a group that reads", () => {
    beforeAll(async () => {
      await both(async ({ consumer }) => {
        // Two messages of the first partition are deleted; its last one is left to be read.
        const offsets = [3n, 4n, 4n].map((offset, partition) => ({ topic: "orders", partition, offset }));
        for await (const message of consumer) if (message.partition >= 0) break;
        await consumer.commit(offsets);
      });
    });
    test.each(groupsInUse.map((step) => [step[0], step] as const))("%s", (_, step) => agree(step));
  });

  describe("a group that is at rest", () => {
    test.each(groupsAtRest.map((step) => [step[0], step] as const))("%s", (_, step) => agree(step));
  });

  test("tells of a group of Java's next-generation members how far it is behind, and does not take it for an idle one", async () => {
    const [theirs] = clients;
    if (theirs === undefined) throw new Error("there is no client");
    const { admin } = theirs;
    const reader = apache.startTool(...nextGeneration(apache));
    try {
      // Its members commit every five seconds.
      await expect
        .poll(() => admin.listGroupOffsets({ groups: ["next"] }), { timeout: 60_000 })
        .toMatchObject([{ offsets: [{ offset: 4n }, { offset: 4n }, { offset: 4n }] }]);
      const { groups } = await admin.listGroups({ types: ["consumer"] });
      expect(groups).toMatchObject([{ group: "next", state: "Stable", type: "consumer" }]);
      const [lag] = await admin.describeGroupLag({ groups: ["next"] });
      expect(lag).toMatchObject({ lag: 0n, partitions: [{ endOffset: 4n, lag: 0n }, { lag: 0n }, { lag: 0n }] });
      expect(lag?.error).toBeUndefined();
      const [described] = await admin.describeGroups({ groups: ["next"] });
      expect(described).toMatchObject({
        ...{ type: "consumer", state: "Stable", protocol: "uniform" },
        members: [{ type: "consumer", topics: ["orders"], assignment: [{ topic: "orders", partitions: [0, 1, 2] }] }],
      });
      await expect(admin.resetGroupOffsets({ group: "next", to: "earliest" })).rejects.toMatchObject({
        code: "NON_EMPTY_GROUP",
      });
    } finally {
      await reader.close();
    }
  });
});

function nextGeneration(kafka: ApacheKafka): readonly [string, readonly string[]] {
  const where = ["--bootstrap-server", kafka.bootstrapServers, "--topic", "orders", "--group", "next"];
  const how = ["--from-beginning", "--command-property", "group.protocol=consumer"];
  return ["org.apache.kafka.tools.consumer.ConsoleConsumer", [...where, ...how]];
}

function grow(admin: Admin, partitions: number, assignments?: number[][]): Promise<unknown> {
  return admin.createPartitions({
    topics: [{ topic: "orders", partitions, ...(assignments === undefined ? {} : { assignments }) }],
  });
}

/** Two settings of the topic, once the first is what it was set to: an Apache Kafka broker hears of it a moment after the controller. */
async function settings(admin: Admin, retentionMs: string): Promise<unknown> {
  for (;;) {
    const [found] = await admin.describeConfigs({ topics: ["orders"], names: ["retention.ms", "cleanup.policy"] });
    if (found?.configs["retention.ms"]?.value === retentionMs) return found.configs;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function offsets(...all: readonly bigint[]): unknown {
  return all.map((offset, partition) => ({ topic: "orders", partition, offset }));
}

/** What has to be the same of a result: all but ids that somebody drew, and one configuration. */
function comparable(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result, (name, value: unknown) => (apart.has(name) ? undefined : value)));
}

/** Where Apache Kafka keeps who may lead (KIP-966), which our broker does not, the default of `min.insync.replicas` counts as set. */
const apart = new Set(["topicId", "memberId", "min.insync.replicas"]);
