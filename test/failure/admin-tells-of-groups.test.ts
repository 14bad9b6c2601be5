import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  ConsumerGroupDescribe,
  DescribeGroups,
  encodeAssignment,
  encodeSubscription,
  FindCoordinator,
  ListOffsets,
  Metadata,
  OffsetFetch,
  Uuid,
  type ResponseInputOf,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { allVersions, ScriptedBroker } from "../support/scripted-broker.js";

let broker: ScriptedBroker;
let admin: Admin;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  admin = new Admin(newCluster([broker]));
  broker.on(FindCoordinator, ({ coordinatorKeys }, { version }) => {
    const here = { nodeId: 7, host: "127.0.0.1", port: broker.port };
    return version < 4 ? here : { coordinators: coordinatorKeys.map((key) => ({ key, ...here })) };
  });
  broker.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) => (groupId === "modern" ? modern : { groupId, errorCode: 69 })),
  }));
  broker.on(Metadata, ({ topics }) =>
    broker.metadata(
      (topics ?? []).map(({ name }) =>
        name === "t"
          ? { name, partitions: [1, 0].map((partitionIndex) => ({ partitionIndex, leaderId: 7 })) }
          : { name, errorCode: 3 },
      ),
    ),
  );
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

const member = {
  memberId: "m-1",
  groupInstanceId: "shelf",
  clientId: "app",
  clientHost: "/10.0.0.1",
  memberMetadata: encodeSubscription(1, { topics: ["t"] }),
  memberAssignment: encodeAssignment(1, { assignedPartitions: [{ topic: "t", partitions: [1, 0] }] }),
};

/** What the coordinator tells of a group that reads the topic "t". */
function stable(groupId: string): NonNullable<ResponseInputOf<typeof DescribeGroups>["groups"]>[number] {
  return { groupId, groupState: "Stable", protocolType: "consumer", protocolData: "range", members: [member] };
}

/** What the coordinator tells of a group of the next generation, whose member "b" waits for what "a" has. */
const modern: NonNullable<ResponseInputOf<typeof ConsumerGroupDescribe>["groups"]>[number] = {
  ...{ groupId: "modern", groupState: "Reconciling", groupEpoch: 4, assignmentEpoch: 4, assignorName: "uniform" },
  authorizedOperations: (1 << 3) | (1 << 8),
  members: [
    {
      ...{ memberId: "a", memberEpoch: 3, memberType: 1, clientId: "app", clientHost: "/10.0.0.1", rackId: "north" },
      ...{ subscribedTopicNames: ["u", "t"], subscribedTopicRegex: "" },
      assignment: assigned(["t", [1, 0]]),
      targetAssignment: assigned(["t", [0]]),
    },
    {
      ...{ memberId: "b", memberEpoch: 4, memberType: 0, clientId: "old", clientHost: "/10.0.0.2", instanceId: "till" },
      ...{ subscribedTopicNames: [], subscribedTopicRegex: "t.*" },
      assignment: assigned(),
      targetAssignment: assigned(["u", [0]], ["t", [1]]),
    },
  ],
};

function assigned(...topics: readonly (readonly [name: string, partitions: number[]])[]) {
  return { topicPartitions: topics.map(([topicName, partitions]) => ({ topicId: Uuid.zero, topicName, partitions })) };
}

/** What is committed in partition 0 of "t". */
function committed(offset: bigint, errorCode = 0) {
  const partition = { partitionIndex: 0, committedOffset: offset, metadata: "", committedLeaderEpoch: 3, errorCode };
  return [{ name: "t", partitions: [partition] }];
}

describe("describeGroups", () => {
  it("decodes what each member wants and reads", async () => {
    broker.on(DescribeGroups, ({ groups }) => ({ groups: groups.map(stable) }));
    expect(await admin.describeGroups({ groups: ["g"] })).toEqual([
      {
        ...{
          group: "g",
          type: "classic",
          state: "Stable",
          protocolType: "consumer",
          protocol: "range",
          coordinator: 7,
        },
        members: [
          {
            ...{ memberId: "m-1", groupInstanceId: "shelf", clientId: "app", host: "/10.0.0.1" },
            topics: ["t"],
            assignment: [{ topic: "t", partitions: [0, 1] }],
          },
        ],
      },
    ]);
  });

  it("describes groups of the next generation in the same form, with epochs and what members shall have", async () => {
    broker.on(DescribeGroups, ({ groups }) => ({ groups: groups.map(stable) }));
    const [theirs, classic] = await admin.describeGroups({
      groups: ["modern", "g"],
      includeAuthorizedOperations: true,
    });
    expect(theirs).toEqual({
      ...{ group: "modern", type: "consumer", state: "Reconciling", protocolType: "consumer", protocol: "uniform" },
      ...{ coordinator: 7, groupEpoch: 4, targetAssignmentEpoch: 4, authorizedOperations: ["READ", "DESCRIBE"] },
      members: [
        {
          ...{ memberId: "a", clientId: "app", host: "/10.0.0.1", rack: "north", type: "consumer", memberEpoch: 3 },
          topics: ["t", "u"],
          assignment: [{ topic: "t", partitions: [0, 1] }],
          targetAssignment: [{ topic: "t", partitions: [0] }],
        },
        {
          ...{
            memberId: "b",
            groupInstanceId: "till",
            clientId: "old",
            host: "/10.0.0.2",
            type: "classic",
            memberEpoch: 4,
          },
          ...{ topics: [], topicPattern: "t.*", assignment: [] },
          targetAssignment: [
            { topic: "t", partitions: [1] },
            { topic: "u", partitions: [0] },
          ],
        },
      ],
    });
    expect(classic).toMatchObject({ group: "g", type: "classic" });
    expect(broker.seen("DescribeGroups").map(({ body }) => body)).toMatchObject([
      { groups: ["g"], includeAuthorizedOperations: true },
    ]);
  });

  it("asks brokers that know nothing of the next generation for classic groups only", async () => {
    broker.on(DescribeGroups, ({ groups }) => ({ groups: groups.map(stable) }));
    broker.on(ApiVersions, () => allVersions({ ConsumerGroupDescribe: null }));
    expect(await admin.describeGroups({ groups: ["g", "h"] })).toMatchObject([{ type: "classic" }, { group: "h" }]);
    expect(broker.seen("ConsumerGroupDescribe")).toHaveLength(0);
  });

  it("does not ask again for a group that the user may not see", async () => {
    broker.on(ConsumerGroupDescribe, ({ groupIds }) => ({
      groups: groupIds.map((groupId) => ({ groupId, errorCode: 30, errorMessage: "not for you" })),
    }));
    const [secret] = await admin.describeGroups({ groups: ["secret"] });
    expect(secret).toMatchObject({ type: "", members: [], error: { code: "GROUP_AUTHORIZATION_FAILED" } });
    expect(broker.seen("DescribeGroups")).toHaveLength(0);
  });

  it("says that a broker is too old to tell what is allowed", async () => {
    broker.on(ApiVersions, () => allVersions({ ConsumerGroupDescribe: null, DescribeGroups: { max: 2 } }));
    const error = await failureOf(admin.describeGroups({ groups: ["g"], includeAuthorizedOperations: true }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION" });
    expect(error.message).toContain("includeAuthorizedOperations needs brokers of Apache Kafka 2.3");
  });

  it("leaves out what is no consumer's, or cannot be read, and shows the member all the same", async () => {
    broker.on(DescribeGroups, ({ groups }) => ({
      groups: groups.map((groupId) => ({
        ...stable(groupId),
        protocolType: groupId === "connect" ? "connect" : "consumer",
        members: [{ ...member, memberAssignment: Buffer.from([0, 1, 255, 255]), memberMetadata: Buffer.alloc(0) }],
      })),
    }));
    const results = await admin.describeGroups({ groups: ["connect", "torn"] });
    for (const { members } of results)
      expect(members).toEqual([{ memberId: "m-1", groupInstanceId: "shelf", clientId: "app", host: "/10.0.0.1" }]);
  });

  it("says of a group that does not exist the same, whatever the broker's version", async () => {
    broker.on(DescribeGroups, ({ groups }, { version }) => ({
      groups: groups.map((groupId) => ({ groupId, groupState: "Dead", errorCode: version >= 6 ? 69 : 0 })),
    }));
    const [newer] = await admin.describeGroups({ groups: ["none"] });
    broker.on(ApiVersions, () => allVersions({ DescribeGroups: { max: 5 } }));
    const [older] = await new Admin(newCluster([broker])).describeGroups({ groups: ["none"] });
    for (const result of [newer, older])
      expect(result).toMatchObject({ state: "", members: [], error: { code: "GROUP_ID_NOT_FOUND", groupId: "none" } });
  });

  it("asks the new coordinator when the group has moved", async () => {
    broker.on(DescribeGroups, ({ groups }) => ({
      groups: groups.map((groupId) =>
        broker.seen("DescribeGroups").length === 1 ? { groupId, errorCode: 16 } : stable(groupId),
      ),
    }));
    const [moved] = await admin.describeGroups({ groups: ["g"] });
    expect(moved?.state).toBe("Stable");
    expect(broker.seen("FindCoordinator")).toHaveLength(2);
  });
});

describe("listGroupOffsets", () => {
  it("asks for all groups of a coordinator at once", async () => {
    broker.on(OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId }) =>
        groupId === "secret" ? { groupId, errorCode: 30 } : { groupId, topics: committed(5n) },
      ),
    }));
    expect(await admin.listGroupOffsets({ groups: ["a", "b", "secret"] })).toEqual([
      { group: "a", offsets: [{ topic: "t", partition: 0, offset: 5n, leaderEpoch: 3 }] },
      { group: "b", offsets: [{ topic: "t", partition: 0, offset: 5n, leaderEpoch: 3 }] },
      { group: "secret", offsets: [], error: expect.objectContaining({ code: "GROUP_AUTHORIZATION_FAILED" }) },
    ]);
    expect(broker.seen("OffsetFetch").map(({ version, body }) => [version, body])).toMatchObject([
      [9, { groups: [{ topics: null }, { topics: null }, { topics: null }] }],
    ]);
  });

  it("asks older brokers for one group after the other", async () => {
    broker.on(ApiVersions, () => allVersions({ OffsetFetch: { max: 7 }, FindCoordinator: { max: 3 } }));
    broker.on(OffsetFetch, ({ groupId }) =>
      groupId === "b" ? { errorCode: 30 } : { topics: committed(groupId === "a" ? 1n : 3n) },
    );
    const results = await admin.listGroupOffsets({ groups: ["a", "b", "c"] });
    expect(results.map(({ offsets, error }) => [offsets[0]?.offset, error?.code])).toEqual([
      [1n, undefined],
      [undefined, "GROUP_AUTHORIZATION_FAILED"],
      [3n, undefined],
    ]);
    expect(broker.seen("OffsetFetch").map(({ body }) => body)).toMatchObject([
      { groupId: "a", topics: null },
      { groupId: "b", topics: null },
      { groupId: "c", topics: null },
    ]);
  });

  it("shows all partitions of a named topic, also those without an offset, and tells of a topic that does not exist", async () => {
    broker.on(OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId, topics }) => ({
        groupId,
        topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            ...{ partitionIndex, metadata: "note" },
            committedOffset: partitionIndex === 0 ? 5n : -1n,
          })),
        })),
      })),
    }));
    const [result] = await admin.listGroupOffsets({ groups: ["a"], topics: ["t", "none"] });
    expect(result?.offsets).toEqual([
      { topic: "t", partition: 0, offset: 5n, metadata: "note" },
      { topic: "t", partition: 1, metadata: "note" },
      { topic: "none", partition: -1, error: expect.objectContaining({ code: "UNKNOWN_TOPIC_OR_PARTITION" }) },
    ]);
  });

  it("tells of a partition that the coordinator refuses, or leaves out of its answer", async () => {
    broker.on(OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId }) => ({ groupId, topics: committed(-1n, 88) })),
    }));
    const [result] = await admin.listGroupOffsets({
      groups: ["a"],
      partitions: [
        { topic: "t", partition: 0 },
        { topic: "t", partition: 1 },
      ],
    });
    expect(result?.offsets.map(({ error }) => [error?.code, error?.partition])).toEqual([
      ["UNSTABLE_OFFSET_COMMIT", 0],
      ["CLIENT_PROTOCOL_VIOLATION", 1],
    ]);
  });
});

describe("listGroupOffsets with requireStable", () => {
  it("waits until no transaction is about to change them", async () => {
    broker.on(OffsetFetch, ({ groups, requireStable }) => ({
      groups: groups.map(({ groupId }) => ({
        groupId,
        topics: committed(5n, requireStable && broker.seen("OffsetFetch").length < 3 ? 88 : 0),
      })),
    }));
    const [result] = await admin.listGroupOffsets({ groups: ["a"], requireStable: true });
    expect(result).toEqual({ group: "a", offsets: [{ topic: "t", partition: 0, offset: 5n, leaderEpoch: 3 }] });
    expect(broker.seen("OffsetFetch")).toHaveLength(3);
  });

  it("tells of the group where one still is when the time is over", async () => {
    broker.on(OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId }) => ({ groupId, topics: committed(5n, groupId === "a" ? 88 : 0) })),
    }));
    const results = await admin.listGroupOffsets({ groups: ["a", "b"], requireStable: true, timeoutMs: 300 });
    expect(results.map(({ error, offsets }) => [error?.code, offsets.length])).toEqual([
      ["UNSTABLE_OFFSET_COMMIT", 0],
      [undefined, 1],
    ]);
  });

  it("is no option with brokers that do not know of it", async () => {
    broker.on(ApiVersions, () => allVersions({ OffsetFetch: { max: 6 }, FindCoordinator: { max: 3 } }));
    const error = await failureOf(admin.listGroupOffsets({ groups: ["a"], requireStable: true }));
    expect(error.message).toContain("requireStable needs brokers of Apache Kafka 2.5");
  });
});

describe("describeGroupLag", () => {
  beforeEach(() => {
    broker.on(OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId }) => ({ groupId, topics: groupId === "none" ? [] : committed(5n) })),
    }));
    broker.on(DescribeGroups, ({ groups }) => ({
      groups: groups.map((groupId) => (groupId === "reading" ? stable(groupId) : { groupId, errorCode: 69 })),
    }));
    broker.on(ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, offset: 20n, timestamp: -1n })),
      })),
    }));
  });

  it("puts together what is committed, where the end is, and who reads it", async () => {
    const reader = { memberId: "m-1", clientId: "app", host: "/10.0.0.1" };
    const [result] = await admin.describeGroupLag({ groups: ["reading"] });
    expect(result).toEqual({
      ...{ group: "reading", state: "Stable", lag: 15n },
      partitions: [
        { topic: "t", partition: 0, offset: 5n, endOffset: 20n, lag: 15n, ...reader },
        { topic: "t", partition: 1, endOffset: 20n, ...reader },
      ],
    });
  });

  it("asks for each partition's end once, however many groups read it", async () => {
    await admin.describeGroupLag({ groups: ["reading", "other"] });
    const [asked] = broker.seen("ListOffsets").map(({ body }) => body);
    expect(asked).toMatchObject({ topics: [{ partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }] });
    expect(broker.seen("ListOffsets")).toHaveLength(1);
  });

  it("shows the lag of a group that is none of consumers, which cannot be described, and tells of one that does not exist", async () => {
    const [other, none] = await admin.describeGroupLag({ groups: ["other", "none"] });
    expect(other).toEqual({
      ...{ group: "other", state: "", lag: 15n },
      partitions: [{ topic: "t", partition: 0, offset: 5n, endOffset: 20n, lag: 15n }],
    });
    expect(none).toMatchObject({ partitions: [], error: { code: "GROUP_ID_NOT_FOUND" } });
    expect(none).not.toHaveProperty("lag");
  });

  it("tells of a partition of which the end cannot be read", async () => {
    broker.on(ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 29 })),
      })),
    }));
    const [result] = await admin.describeGroupLag({ groups: ["other"] });
    expect(result?.partitions).toEqual([
      { topic: "t", partition: 0, offset: 5n, error: expect.objectContaining({ code: "TOPIC_AUTHORIZATION_FAILED" }) },
    ]);
  });

  it("goes into JSON as it is, errors too", async () => {
    const [group] = await admin.describeGroupLag({ groups: ["reading"] });
    expect(JSON.parse(JSON.stringify(group))).toMatchObject({
      ...{ group: "reading", lag: "15" },
      partitions: [
        { offset: "5", endOffset: "20", lag: "15" },
        { partition: 1, endOffset: "20" },
      ],
    });
    const [none] = await admin.describeGroupLag({ groups: ["none"] });
    expect(JSON.parse(JSON.stringify(none))).toMatchObject({
      error: {
        code: "GROUP_ID_NOT_FOUND",
        message: expect.stringContaining('There is no group of this id. It was asked about the group "none".'),
      },
    });
  });
});

it.each([
  ["describeGroups", {}, "groups is missing"],
  ["describeGroups", { groups: ["a", "a"] }, '"a" twice'],
  ["describeGroups", { group: "a" }, 'There is "group": did you mean groups?'],
  ["describeGroups", ["a"], 'expected an object such as { groups: ["billing"] }, not an array'],
  ["deleteGroups", ["a"], 'expected an object such as { groups: ["billing"] }, not an array'],
  ["describeGroupLag", "a", 'expected an object such as { groups: ["billing"] }, not "a"'],
  ["listOffsets", "t", 'expected an object such as { topics: ["orders"] }, not "t"'],
  ["describeTopics", ["t"], 'expected an object such as { topics: ["orders"] }, not an array'],
  ["listGroupOffsets", { groups: ["a"], topic: "t" }, "Did you mean topics?"],
  ["listGroupOffsets", { groups: ["a"], partitions: [7] }, '{ topic: "orders", partition: 0 }'],
  [
    "listGroupOffsets",
    { groups: ["a"], partitions: [{ topic: "t", partition: -1 }] },
    "partition must be a whole number",
  ],
  [
    "listGroupOffsets",
    { groups: ["a"], topics: ["t"], partitions: [{ topic: "t", partition: 0 }] },
    "stands in topics",
  ],
  ["describeGroupLag", { groups: [] }, "at least one"],
  ["describeGroupLag", { groups: ["a"], isolationLevel: 1 }, '"read_uncommitted", "read_committed"'],
] as const)("%s refuses %j at the call", async (operation, options, reason) => {
  const error = await failureOf(admin[operation](options as never));
  expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
  expect(error.message).toContain(reason);
  expect(broker.accepted).toBe(0);
});
