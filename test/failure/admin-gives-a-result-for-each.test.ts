import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  CreateTopics,
  DeleteGroups,
  DeleteTopics,
  FindCoordinator,
  Metadata,
  Uuid,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

let broker: ScriptedBroker;
let admin: Admin;
const id = Uuid.parse("AAAAAAAAAAAAAAAAAAAABQ");

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  admin = new Admin(newCluster([broker]));
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

describe("createTopics", () => {
  it("tells of each topic what became of it", async () => {
    broker.on(CreateTopics, ({ topics }) => ({
      topics: topics.map(({ name, numPartitions }) =>
        name === "old"
          ? { name, errorCode: 36, errorMessage: "Topic 'old' already exists." }
          : { name, topicId: id, numPartitions, replicationFactor: 1 },
      ),
    }));
    const [fresh, old] = await admin.createTopics({
      topics: [
        { topic: "fresh", partitions: 6, configs: { "retention.ms": 1000, "cleanup.policy": "compact" } },
        { topic: "old" },
      ],
    });
    expect(fresh).toEqual({ topic: "fresh", topicId: id, partitions: 6, replicationFactor: 1 });
    expect(old?.error).toMatchObject({ code: "TOPIC_ALREADY_EXISTS", topic: "old" });
    expect(broker.seen("CreateTopics")[0]?.body).toMatchObject({
      topics: [
        {
          name: "fresh",
          numPartitions: 6,
          replicationFactor: -1,
          configs: [
            { name: "retention.ms", value: "1000" },
            { name: "cleanup.policy", value: "compact" },
          ],
        },
        { name: "old", numPartitions: -1 },
      ],
      validateOnly: false,
    });
  });

  it("asks again, at the controller, for those that were refused for the moment only", async () => {
    broker.on(CreateTopics, ({ topics }) => ({
      topics: topics.map(({ name }) => ({
        name,
        errorCode: name === "b" && broker.seen("CreateTopics").length < 3 ? 41 : 0,
      })),
    }));
    const results = await admin.createTopics({ topics: [{ topic: "a" }, { topic: "b" }] });
    expect(results.map(({ topic, error }) => [topic, error])).toEqual([
      ["a", undefined],
      ["b", undefined],
    ]);
    expect(
      broker
        .seen("CreateTopics")
        .map(({ body }) => (body as { topics: { name: string }[] }).topics.map(({ name }) => name)),
    ).toEqual([["a", "b"], ["b"], ["b"]]);
  });

  it("does not repeat what may have been done, and keeps the results of the others", async () => {
    broker.on(CreateTopics, ({ topics }, { socket }) => {
      if (broker.seen("CreateTopics").length === 1)
        return { topics: topics.map(({ name }) => ({ name, errorCode: name === "b" ? 89 : 0 })) };
      socket.destroy();
      return silence;
    });
    const [a, b] = await admin.createTopics({ topics: [{ topic: "a" }, { topic: "b" }] });
    expect(a?.error).toBeUndefined();
    expect(b?.error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    expect(broker.seen("CreateTopics")).toHaveLength(2);
  });

  it("repeats what only checks", async () => {
    broker.on(CreateTopics, ({ topics }, { socket }) => {
      if (broker.seen("CreateTopics").length > 1) return { topics: topics.map(({ name }) => ({ name })) };
      socket.destroy();
      return silence;
    });
    const [checked] = await admin.createTopics({ topics: [{ topic: "a" }], validateOnly: true });
    expect(checked).toMatchObject({ topic: "a" });
    expect(checked?.error).toBeUndefined();
  });

  it("shows when the broker's answer leaves a topic out", async () => {
    broker.on(CreateTopics, () => ({ topics: [] }));
    const [result] = await admin.createTopics({ topics: [{ topic: "a" }] });
    expect(result?.error?.code).toBe("CLIENT_PROTOCOL_VIOLATION");
  });

  it.each([
    [{}, "topics is missing"],
    [{ topics: [] }, "at least one"],
    [{ topics: ["orders"] }, "topics[0] must be an object"],
    [{ topics: [{ topic: "" }] }, "not empty"],
    [{ topics: [{ topic: "a", partitions: 0 }] }, "partitions must be a whole number from 1"],
    [{ topics: [{ topic: "a", partition: 3 }] }, 'unknown option "partition"'],
    [{ topics: [{ topic: "a" }, { topic: "a" }] }, '"a" twice'],
    [{ topics: [{ topic: "a", partitions: 1, assignments: [[0]] }] }, "leave partitions"],
    [{ topics: [{ topic: "a", configs: { x: {} } }] }, 'configs["x"]'],
    [{ topics: [{ topic: "a" }], timeoutMs: 0 }, "timeoutMs"],
  ])("refuses %j at the call", async (options, reason) => {
    const error = await failureOf(admin.createTopics(options as never));
    expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
    expect(error.message).toContain(reason);
    expect(broker.accepted).toBe(0);
  });
});

it("deleteTopics gives a result for each, in old versions too", async () => {
  broker.on(ApiVersions, () => allVersions({ DeleteTopics: { max: 3 } }));
  broker.on(DeleteTopics, ({ topicNames }) => ({
    responses: topicNames.map((name) => ({ name, errorCode: name === "none" ? 3 : 0 })),
  }));
  const results = await admin.deleteTopics({ topics: ["a", "none"] });
  expect(results.map(({ topic, error }) => [topic, error?.code])).toEqual([
    ["a", undefined],
    ["none", "UNKNOWN_TOPIC_OR_PARTITION"],
  ]);
});

it("deleteGroups asks each group's coordinator, again when it has moved", async () => {
  broker.on(FindCoordinator, ({ coordinatorKeys: [key = ""] }) =>
    key === "secret"
      ? { coordinators: [{ key, nodeId: -1, host: "", port: -1, errorCode: 30 }] }
      : { coordinators: [{ key, nodeId: 7, host: "127.0.0.1", port: broker.port }] },
  );
  broker.on(DeleteGroups, ({ groupsNames }) => ({
    results: groupsNames.map((groupId) => ({
      groupId,
      errorCode: groupId === "busy" ? 68 : broker.seen("DeleteGroups").length === 1 ? 16 : 0,
    })),
  }));
  const results = await admin.deleteGroups({ groups: ["busy", "moved", "secret"] });
  expect(results.map(({ group, error }) => [group, error?.code])).toEqual([
    ["busy", "NON_EMPTY_GROUP"],
    ["moved", undefined],
    ["secret", "GROUP_AUTHORIZATION_FAILED"],
  ]);
});

it("lists and describes topics and the cluster", async () => {
  const partitions = [1, 0].map((partitionIndex) => ({
    partitionIndex,
    leaderId: 7,
    leaderEpoch: 2,
    replicaNodes: [7],
    isrNodes: [7],
    errorCode: partitionIndex === 1 ? 9 : 0,
  }));
  const all = [
    { name: "b", topicId: id, partitions },
    { name: "__consumer_offsets", isInternal: true },
    { name: "a", errorCode: 29 },
  ];
  broker.on(Metadata, ({ topics }) =>
    broker.metadata(topics === null ? all : all.filter(({ name }) => topics.some((asked) => asked.name === name))),
  );
  expect((await admin.listTopics()).map(({ topic }) => topic)).toEqual(["a", "b"]);
  expect((await admin.listTopics({ includeInternal: true })).map(({ topic }) => topic)).toEqual([
    "__consumer_offsets",
    "a",
    "b",
  ]);
  const [b, a] = await admin.describeTopics({ topics: ["b", "a"] });
  expect(b?.partitions.map(({ partition, error }) => [partition, error?.code])).toEqual([
    [0, undefined],
    [1, "REPLICA_NOT_AVAILABLE"],
  ]);
  expect(a?.error?.code).toBe("TOPIC_AUTHORIZATION_FAILED");
  expect(await admin.describeCluster()).toEqual({
    clusterId: "scripted",
    controllerId: 7,
    brokers: [{ nodeId: 7, host: "127.0.0.1", port: broker.port, rack: null }],
  });
});

it("refuses to work once it is closed", async () => {
  await admin.close();
  await admin.close();
  expect((await failureOf(admin.listTopics())).code).toBe("CLIENT_CLOSED");
});
