import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  CreatePartitions,
  DeleteRecords,
  DescribeConfigs,
  IncrementalAlterConfigs,
  Metadata,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster, until } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

/** Two brokers, of node ids 1 and 2, that tell of each other. */
let first: ScriptedBroker;
let second: ScriptedBroker;
let admin: Admin;
let controllerId: number;
/** Node id of the leader of each partition of every topic but "none". */
let leaders: number[];

beforeEach(async () => {
  first = await ScriptedBroker.start();
  second = await ScriptedBroker.start();
  controllerId = 1;
  leaders = [1, 2];
  for (const broker of [first, second]) {
    broker.on(Metadata, ({ topics }) => ({
      brokers: [first, second].map(({ port }, index) => ({ nodeId: index + 1, host: "127.0.0.1", port })),
      controllerId,
      topics: (topics ?? []).map(({ name }) =>
        name === "none"
          ? { name, errorCode: 3 }
          : { name, partitions: leaders.map((leaderId, partitionIndex) => ({ partitionIndex, leaderId })) },
      ),
    }));
  }
  admin = new Admin(newCluster([first]));
});
afterEach(async () => {
  await closeAll();
  await first.close();
  await second.close();
});

describe("createPartitions", () => {
  it("tells of each topic what became of it, with the broker's words", async () => {
    first.on(CreatePartitions, ({ topics }) => ({
      results: topics.map(({ name }) =>
        name === "full" ? { name, errorCode: 37, errorMessage: "Topic already has 4 partition(s)." } : { name },
      ),
    }));
    const [grown, full] = await admin.createPartitions({
      topics: [
        { topic: "t", partitions: 4, assignments: [[1, 2], [2]] },
        { topic: "full", partitions: 4 },
      ],
    });
    expect(grown).toEqual({ topic: "t" });
    expect(full?.error).toMatchObject({ code: "INVALID_PARTITIONS", topic: "full" });
    expect(full?.error?.message).toContain("The broker says: Topic already has 4 partition(s).");
    expect(first.seen("CreatePartitions")[0]?.body).toMatchObject({
      topics: [
        { name: "t", count: 4, assignments: [{ brokerIds: [1, 2] }, { brokerIds: [2] }] },
        { name: "full", count: 4, assignments: null },
      ],
      validateOnly: false,
    });
  });

  it("finds the controller when it has moved", async () => {
    first.on(CreatePartitions, ({ topics }) => {
      controllerId = 2;
      return { results: topics.map(({ name }) => ({ name, errorCode: 41 })) };
    });
    second.on(CreatePartitions, ({ topics }) => ({ results: topics.map(({ name }) => ({ name })) }));
    expect(await admin.createPartitions({ topics: [{ topic: "t", partitions: 4 }] })).toEqual([{ topic: "t" }]);
  });

  it("is not repeated when it may have been done, but a check is", async () => {
    for (const broker of [first, second])
      broker.on(CreatePartitions, ({ topics }, { socket }) => {
        if (first.seen("CreatePartitions").length > 1) return { results: topics.map(({ name }) => ({ name })) };
        socket.destroy();
        return silence;
      });
    const topics = [{ topic: "t", partitions: 4 }];
    const lost = await failureOf(admin.createPartitions({ topics }));
    expect(lost).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    expect(first.seen("CreatePartitions")).toHaveLength(1);
    first.requests.splice(0);
    expect(await admin.createPartitions({ topics, validateOnly: true })).toEqual([{ topic: "t" }]);
    expect(first.seen("CreatePartitions")).toHaveLength(2);
  });

  it("lets the rest of the client know of the new partitions", async () => {
    const cluster = newCluster([first]);
    expect((await cluster.topic("t")).partitions).toHaveLength(2);
    first.on(CreatePartitions, ({ topics }) => {
      leaders = [1, 2, 1, 2];
      return { results: topics.map(({ name }) => ({ name })) };
    });
    await new Admin(cluster).createPartitions({ topics: [{ topic: "t", partitions: 4 }] });
    expect(cluster.cachedTopic("t")?.partitions).toHaveLength(4);
  });

  it("ends with the client", async () => {
    first.on(CreatePartitions, () => silence);
    const pending = failureOf(admin.createPartitions({ topics: [{ topic: "t", partitions: 4 }], timeoutMs: 60_000 }));
    await until(() => first.seen("CreatePartitions").length > 0);
    await admin.close({ timeoutMs: 0 });
    expect((await pending).code).toBe("CLIENT_CLOSED");
  });
});

describe("describeConfigs", () => {
  const configs = [
    {
      ...{ name: "retention.ms", value: "1000", configSource: 1, configType: 5, documentation: "How long." },
      synonyms: [{ name: "log.retention.ms", value: null, source: 99 }],
    },
    { name: "secret", value: null, configSource: 5, isSensitive: true, readOnly: true, configType: 9 },
  ];
  function described(broker: ScriptedBroker): void {
    broker.on(DescribeConfigs, ({ resources }) => ({
      results: resources.map(({ resourceType, resourceName }) =>
        resourceName === "hidden"
          ? { resourceType, resourceName, errorCode: 29, errorMessage: null }
          : {
              ...{ resourceType, resourceName, errorMessage: null },
              configs,
            },
      ),
    }));
  }

  it("asks any broker about topics, and each broker about itself", async () => {
    described(first);
    described(second);
    const results = await admin.describeConfigs({ topics: ["t"], brokers: [1, 2, "default"] });
    expect(results.map(({ topic, broker }) => topic ?? broker)).toEqual(["t", 1, 2, "default"]);
    const asked = (broker: ScriptedBroker): unknown[] =>
      broker
        .seen("DescribeConfigs")
        .flatMap(({ body }) => (body as { resources: { resourceType: number; resourceName: string }[] }).resources)
        .map(({ resourceType, resourceName }) => [resourceType, resourceName]);
    expect(asked(first)).toContainEqual([4, "1"]);
    expect(asked(second)).toContainEqual([4, "2"]);
    expect([...asked(first), ...asked(second)]).toHaveLength(4);
  });

  it("gives configurations by name, with where they come from, and the broker's refusal of a topic beside them", async () => {
    described(first);
    described(second);
    const [topic, hidden] = await admin.describeConfigs({
      ...{ topics: ["t", "hidden"], names: ["retention.ms", "secret"] },
      ...{ includeSynonyms: true, includeDocumentation: true },
    });
    expect(topic).toEqual({
      topic: "t",
      configs: {
        "retention.ms": {
          ...{ value: "1000", source: "DYNAMIC_TOPIC_CONFIG", isReadOnly: false, isSensitive: false, type: "LONG" },
          synonyms: [{ name: "log.retention.ms", value: null, source: "UNKNOWN" }],
          documentation: "How long.",
        },
        secret: {
          ...{ value: null, source: "DEFAULT_CONFIG", isReadOnly: true, isSensitive: true, type: "PASSWORD" },
          synonyms: [],
        },
      },
    });
    expect(hidden).toMatchObject({ topic: "hidden", configs: {}, error: { code: "TOPIC_AUTHORIZATION_FAILED" } });
    const [asked] = [...first.seen("DescribeConfigs"), ...second.seen("DescribeConfigs")];
    expect(asked?.body).toMatchObject({
      resources: [{ configurationKeys: ["retention.ms", "secret"] }, {}],
      includeSynonyms: true,
      includeDocumentation: true,
    });
  });

  it("asks brokers before 2.6 without what they do not have", async () => {
    for (const broker of [first, second]) {
      broker.on(ApiVersions, () => allVersions({ DescribeConfigs: { max: 2 } }));
      described(broker);
    }
    const [topic] = await admin.describeConfigs({ topics: ["t"], includeDocumentation: true });
    expect(topic?.configs["retention.ms"]).toEqual({
      ...{ value: "1000", source: "DYNAMIC_TOPIC_CONFIG", isReadOnly: false, isSensitive: false },
    });
  });

  it("tells of a broker that there is not, beside the others, and does not wait for it", async () => {
    described(first);
    const patient = new Admin(newCluster([first], { requestTimeoutMs: 30_000 }));
    const start = performance.now();
    const [known, none] = await patient.describeConfigs({ brokers: [1, 99] });
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(known).toMatchObject({ broker: 1, configs: { "retention.ms": { value: "1000" } } });
    expect(none).toMatchObject({ broker: 99, configs: {}, error: { code: "BROKER_ID_NOT_REGISTERED", broker: 99 } });
    expect(none?.error?.message).toContain("broker 99; there are 1, 2.");
  });
});

describe("alterConfigs", () => {
  function altered(broker: ScriptedBroker): void {
    broker.on(IncrementalAlterConfigs, ({ resources }) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        ...{ resourceType, resourceName },
        ...(resourceName === "bad"
          ? { errorCode: 40, errorMessage: "Invalid value often for configuration retention.ms" }
          : { errorCode: 0, errorMessage: null }),
      })),
    }));
  }

  it("sends each kind of change by Kafka's number", async () => {
    altered(first);
    altered(second);
    const results = await admin.alterConfigs({
      topics: [
        {
          topic: "t",
          set: { "retention.ms": 1000, preallocate: true },
          delete: ["segment.bytes"],
          append: { "cleanup.policy": ["compact", "delete"] },
          subtract: { "leader.replication.throttled.replicas": "0:1" },
        },
        { topic: "bad", set: { "retention.ms": "often" } },
      ],
      validateOnly: true,
    });
    expect(results).toEqual([
      { topic: "t" },
      { topic: "bad", error: expect.objectContaining({ code: "INVALID_CONFIG", topic: "bad" }) },
    ]);
    expect(results[1]?.error?.message).toContain("The broker says: Invalid value often for configuration retention.ms");
    const [asked] = [...first.seen("IncrementalAlterConfigs"), ...second.seen("IncrementalAlterConfigs")];
    expect(asked?.body).toMatchObject({
      resources: [
        {
          resourceType: 2,
          configs: [
            { name: "retention.ms", configOperation: 0, value: "1000" },
            { name: "preallocate", configOperation: 0, value: "true" },
            { name: "segment.bytes", configOperation: 1, value: null },
            { name: "cleanup.policy", configOperation: 2, value: "compact,delete" },
            { name: "leader.replication.throttled.replicas", configOperation: 3, value: "0:1" },
          ],
        },
        { resourceName: "bad" },
      ],
      validateOnly: true,
    });
  });

  it("asks a broker about its own configuration", async () => {
    altered(first);
    altered(second);
    const broker = { broker: 2, set: { "log.retention.ms": 1000 } } as const;
    expect(await admin.alterConfigs({ brokers: [broker] })).toEqual([{ broker: 2 }]);
    expect(second.seen("IncrementalAlterConfigs")[0]?.body).toMatchObject({
      resources: [{ resourceType: 4, resourceName: "2" }],
    });
  });

  it("repeats setting when a connection was lost, and adding to a list never", async () => {
    let asked = 0;
    for (const broker of [first, second])
      broker.on(IncrementalAlterConfigs, ({ resources }, { socket }) => {
        asked++;
        if (asked === 2)
          return {
            responses: resources.map(({ resourceType, resourceName }) => ({
              ...{ resourceType, resourceName, errorMessage: null },
            })),
          };
        socket.destroy();
        return silence;
      });
    expect(await admin.alterConfigs({ topics: [{ topic: "t", set: { a: 1 }, delete: ["b"] }] })).toEqual([
      { topic: "t" },
    ]);
    expect(asked).toBe(2);
    asked = 0;
    const lost = await failureOf(admin.alterConfigs({ topics: [{ topic: "t", set: { a: 1 }, append: { b: "c" } }] }));
    expect(lost).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    expect(asked).toBe(1);
  });

  it("says of brokers before 2.3 that they cannot do it", async () => {
    for (const broker of [first, second]) broker.on(ApiVersions, () => allVersions({ IncrementalAlterConfigs: null }));
    const error = await failureOf(admin.alterConfigs({ topics: [{ topic: "t", set: { a: 1 } }] }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION", apiName: "IncrementalAlterConfigs" });
  });
});

describe("deleteRecords", () => {
  function truncated(broker: ScriptedBroker, errorCode: () => number = () => 0): void {
    broker.on(DeleteRecords, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => ({
          ...{ partitionIndex, errorCode: offset > 100n ? 1 : errorCode() },
          lowWatermark: offset < 0n ? 70n : offset,
        })),
      })),
    }));
  }

  it("asks the leader of each partition, of whole topics too", async () => {
    truncated(first);
    truncated(second);
    expect(await admin.deleteRecords({ topics: ["t"], before: "latest" })).toEqual([
      { topic: "t", partition: 0, earliestOffset: 70n },
      { topic: "t", partition: 1, earliestOffset: 70n },
    ]);
    const partitions = [
      { topic: "t", partition: 1, before: 5n },
      { topic: "t", partition: 0 },
    ];
    const results = await admin.deleteRecords({ partitions, before: 101n, topics: ["none"] });
    expect(results).toEqual([
      { topic: "t", partition: 1, earliestOffset: 5n },
      { topic: "t", partition: 0, error: expect.objectContaining({ code: "OFFSET_OUT_OF_RANGE", partition: 0 }) },
      { topic: "none", partition: -1, error: expect.objectContaining({ code: "UNKNOWN_TOPIC_OR_PARTITION" }) },
    ]);
  });

  it("asks the new leader when the leadership has moved", async () => {
    truncated(first);
    truncated(second, () => {
      leaders = [1, 1];
      return 6;
    });
    const [moved] = await admin.deleteRecords({ partitions: [{ topic: "t", partition: 1, before: 5n }] });
    expect(moved).toEqual({ topic: "t", partition: 1, earliestOffset: 5n });
    expect(first.seen("DeleteRecords")).toHaveLength(1);
  });

  it("asks again when the connection was lost: deleting up to an offset twice is deleting once", async () => {
    truncated(first);
    const answer = (): void => truncated(first);
    first.on(DeleteRecords, (_, { socket }) => {
      answer();
      socket.destroy();
      return silence;
    });
    const [cut] = await admin.deleteRecords({ partitions: [{ topic: "t", partition: 0, before: 5n }] });
    expect(cut).toEqual({ topic: "t", partition: 0, earliestOffset: 5n });
    expect(first.seen("DeleteRecords")).toHaveLength(2);
  });
});

const cut = { topic: "t", partition: 0, before: 1n };
it.each([
  ["createPartitions", "partitions must be a whole number from 1", { topics: [{ topic: "t", partitions: 0 }] }],
  ["createPartitions", "count is partitions here", { topics: [{ topic: "t", count: 4 }] }],
  ["createPartitions", "topicPartitions is topics here, as in topics", { topicPartitions: [{ topic: "t", count: 4 }] }],
  ["createPartitions", "at least one", { topics: [], topicPartitions: [] }],
  ["createPartitions", "the preferred leader first", { topics: [{ topic: "t", partitions: 4, assignments: [[]] }] }],
  [
    "describeConfigs",
    'name topics, such as ["orders"], brokers, such as [1] or ["default"], or groups, such as ["billing"]',
    {},
  ],
  [
    "describeConfigs",
    'topics, brokers and groups here, as in topics: ["orders"]',
    { resources: [{ type: 2, name: "t" }] },
  ],
  ["describeConfigs", 'a node id, or "default"', { brokers: ["1"] }],
  ["describeConfigs", '"t" twice', { topics: ["t", "t"] }],
  ["alterConfigs", "name topics, such as", {}],
  ["alterConfigs", "changes nothing: say what to set, delete, append or subtract", { topics: [{ topic: "t" }] }],
  ["alterConfigs", '"a" twice', { topics: [{ topic: "t", set: { a: 1 }, delete: ["a"] }] }],
  ["alterConfigs", '["a"] must be a text, a number or a boolean', { topics: [{ topic: "t", set: { a: null } }] }],
  ["alterConfigs", '["a"] must be a text, or an array of texts', { topics: [{ topic: "t", append: { a: [1] } }] }],
  ["alterConfigs", "configEntries is set here", { topics: [{ topic: "t", configEntries: [] }] }],
  ["alterConfigs", "resources is topics, brokers and groups here", { resources: [] }],
  [
    "deleteRecords",
    'before is missing: say where partitions shall begin, by a bigint such as 100n, or "latest"',
    { topics: ["t"] },
  ],
  ["deleteRecords", "before is missing", { partitions: [cut, { topic: "t", partition: 1 }] }],
  ["deleteRecords", "a bigint such as 100n", { partitions: [{ topic: "t", partition: 0, before: "100" }] }],
  ["deleteRecords", "a bigint such as 100n", { topics: ["t"], before: -1n }],
  [
    "deleteRecords",
    "topic is missing. offset is before here",
    { topic: "t", partitions: [{ partition: 0, offset: "100" }] },
  ],
  ["deleteRecords", "topic is part of each partition here", { partitions: [cut], topic: "t" }],
  ["deleteRecords", '"t-0" twice', { partitions: [cut, cut] }],
] as const)("%s refuses at the call: %s", async (operation, reason, options) => {
  const error = await failureOf(admin[operation](options as never));
  expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
  expect(error.message).toContain(reason);
  expect(first.accepted).toBe(0);
});
