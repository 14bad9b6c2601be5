import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  ConsumerGroupDescribe,
  DescribeGroups,
  FindCoordinator,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

/** Partitions 0 and 1 of the topic "t" begin at 10 and end at 100; the group has committed 50 in the first. */
const earliest = 10n;
const latest = 100n;
const previous = 50n;
/** When the message at offset 70 was written; nothing is younger. */
const time = 1_700_000_000_000;

let broker: ScriptedBroker;
let admin: Admin;
let members: { memberId: string; clientId: string; clientHost: string }[];

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  admin = new Admin(newCluster([broker]));
  members = [];
  broker.on(FindCoordinator, ({ coordinatorKeys }) => ({
    coordinators: coordinatorKeys.map((key) => ({ key, nodeId: 7, host: "127.0.0.1", port: broker.port })),
  }));
  broker.on(Metadata, ({ topics }) =>
    broker.metadata(
      (topics ?? []).map(({ name }) =>
        name === "t"
          ? { name, partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, leaderId: 7 })) }
          : { name, errorCode: 3 },
      ),
    ),
  );
  broker.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) => ({ groupId, errorCode: 69 })),
  }));
  broker.on(DescribeGroups, ({ groups }) => ({
    groups: groups.map((groupId) =>
      groupId === "new" ? { groupId, errorCode: 69 } : { groupId, groupState: "Empty", members },
    ),
  }));
  broker.on(OffsetFetch, ({ groups }) => ({
    groups: groups.map(({ groupId, topics }) => ({
      groupId,
      topics: (topics ?? (groupId === "new" ? [] : [{ name: "t", partitionIndexes: [0] }])).map(
        ({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            ...{ partitionIndex, metadata: "" },
            committedOffset: groupId !== "new" && partitionIndex === 0 ? previous : -1n,
          })),
        }),
      ),
    })),
  }));
  broker.on(ListOffsets, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => ({ partitionIndex, ...offsetAt(timestamp) })),
    })),
  }));
  broker.on(OffsetCommit, ({ topics }) => ({ topics: answered(topics) }));
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

function offsetAt(timestamp: bigint): { offset: bigint; timestamp: bigint } {
  if (timestamp === -2n) return { offset: earliest, timestamp: -1n };
  if (timestamp === -1n) return { offset: latest, timestamp: -1n };
  return timestamp <= time ? { offset: 70n, timestamp: BigInt(time) } : { offset: -1n, timestamp: -1n };
}

type Asked = readonly { readonly name: string; readonly partitions: readonly { readonly partitionIndex: number }[] }[];

function answered(topics: Asked, errorOf: (partition: number) => number = () => 0) {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorOf(partitionIndex) })),
  }));
}

/** The offsets that were committed, by partition. */
function committed(): unknown {
  return broker
    .seen("OffsetCommit")
    .flatMap(
      ({ body }) =>
        (body as { topics: { partitions: { partitionIndex: number; committedOffset: bigint }[] }[] }).topics,
    )
    .flatMap(({ partitions }) => partitions)
    .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]);
}

describe("resetGroupOffsets", () => {
  it.each([
    ["the beginning", { to: "earliest" }, earliest],
    ["the end", { to: "latest" }, latest],
    ["where it is", { to: "current" }, previous],
    ["an offset", { to: 42n }, 42n],
    ["an offset before the beginning, which becomes the beginning", { to: 3n }, earliest],
    ["an offset behind the end, which becomes the end", { to: 1000n }, latest],
    ["a time", { to: new Date(time) }, 70n],
    ["a time after which there is nothing, which is the end", { to: new Date(time + 1) }, latest],
    ["so long ago", { to: { durationMs: 1e13 } }, 70n],
    ["so many messages on", { shiftBy: 7n }, 57n],
    ["so many messages back, as far as there are", { shiftBy: -1000n }, earliest],
  ] as const)("goes to %s", async (_, move, offset) => {
    expect(await admin.resetGroupOffsets({ group: "g", ...move })).toEqual([
      { topic: "t", partition: 0, previous, offset },
    ]);
    expect(committed()).toEqual([[0, offset]]);
    expect(broker.seen("OffsetCommit")[0]).toMatchObject({
      version: 9,
      body: { groupId: "g", generationIdOrMemberEpoch: -1, memberId: "" },
    });
  });

  it("takes whole topics, also partitions in which nothing is committed, and tells of a topic that does not exist", async () => {
    const [first, second, none] = await admin.resetGroupOffsets({ group: "g", topics: ["t", "none"], to: "latest" });
    expect(first).toEqual({ topic: "t", partition: 0, previous, offset: latest });
    expect(second).toEqual({ topic: "t", partition: 1, offset: latest });
    expect(none).toMatchObject({ topic: "none", partition: -1, error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } });
  });

  it("goes to the end where nothing is committed, when all others stay where they are", async () => {
    const results = await admin.resetGroupOffsets({ group: "g", topics: ["t"], to: "current" });
    expect(results).toEqual([
      { topic: "t", partition: 0, previous, offset: previous },
      { topic: "t", partition: 1, offset: latest },
    ]);
  });

  it("tells in a dry run what it would do, and does nothing, with members or without", async () => {
    members = [{ memberId: "m", clientId: "app", clientHost: "/10.0.0.1" }];
    const results = await admin.resetGroupOffsets({ group: "g", to: "earliest", dryRun: true });
    expect(results).toEqual([{ topic: "t", partition: 0, previous, offset: earliest }]);
    expect(broker.seen("OffsetCommit")).toEqual([]);
  });

  it("refuses a group with members, and says who they are and what to do", async () => {
    members = [
      { memberId: "m1", clientId: "app", clientHost: "/10.0.0.1" },
      { memberId: "m2", clientId: "app", clientHost: "/10.0.0.1" },
      { memberId: "m3", clientId: "job", clientHost: "/10.0.0.2" },
    ];
    const error = await failureOf(admin.resetGroupOffsets({ group: "g", to: "earliest" }));
    expect(error).toMatchObject({ code: "NON_EMPTY_GROUP", groupId: "g", retriable: false });
    expect(error.message).toBe(
      'NON_EMPTY_GROUP: The group "g" has members (app at /10.0.0.1, job at /10.0.0.2). Stop them, then reset its offsets.',
    );
    expect(broker.seen("OffsetCommit")).toEqual([]);
  });

  it("names a few of many members", async () => {
    members = Array.from({ length: 9 }, (_, index) => ({
      ...{ memberId: `m${index}`, clientId: "app", clientHost: `/10.0.0.${index}` },
    }));
    const { message } = await failureOf(admin.resetGroupOffsets({ group: "g", to: "earliest" }));
    expect(message).toContain("app at /10.0.0.4, …). Stop them");
  });

  it("begins a group that does not exist where topics are named, and says that there is none where not", async () => {
    const results = await admin.resetGroupOffsets({ group: "new", topics: ["t"], to: "latest" });
    expect(results).toEqual([
      { topic: "t", partition: 0, offset: latest },
      { topic: "t", partition: 1, offset: latest },
    ]);
    const error = await failureOf(admin.resetGroupOffsets({ group: "new", to: "latest" }));
    expect(error).toMatchObject({ code: "GROUP_ID_NOT_FOUND", groupId: "new" });
  });

  it("cannot shift what is not committed, and says so of that partition", async () => {
    const [first, second] = await admin.resetGroupOffsets({ group: "g", topics: ["t"], shiftBy: 1n });
    expect(first?.offset).toBe(51n);
    expect(second?.error).toMatchObject({ code: "CLIENT_INVALID_ARGUMENT", topic: "t", partition: 1 });
    expect(second?.error?.message).toContain('no committed offset in partition 1 of "t"');
    expect(committed()).toEqual([[0, 51n]]);
  });

  it("tells of a partition that the leader or the coordinator refuses, beside the others", async () => {
    broker.on(ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          ...{ partitionIndex, errorCode: partitionIndex === 1 && timestamp === -1n ? 29 : 0 },
          ...offsetAt(timestamp),
        })),
      })),
    }));
    broker.on(OffsetCommit, ({ topics }) => ({ topics: answered(topics, () => 12) }));
    const [first, second] = await admin.resetGroupOffsets({ group: "g", topics: ["t"], to: "earliest" });
    expect(first).toEqual({
      ...{ topic: "t", partition: 0, previous },
      error: expect.objectContaining({ code: "OFFSET_METADATA_TOO_LARGE" }),
    });
    expect(second).toMatchObject({ partition: 1, error: { code: "TOPIC_AUTHORIZATION_FAILED" } });
    expect(committed()).toEqual([[0, earliest]]);
  });

  it("goes into JSON as it is", async () => {
    const results = await admin.resetGroupOffsets({ group: "g", to: 42n });
    expect(JSON.parse(JSON.stringify(results))).toEqual([{ topic: "t", partition: 0, previous: "50", offset: "42" }]);
  });
});

describe("alterGroupOffsets", () => {
  const offsets = [
    { topic: "t", partition: 0, offset: 5n, metadata: "why", leaderEpoch: 2 },
    { topic: "t", partition: 1, offset: 6n },
  ];

  it("commits from outside of the group, again when the connection was lost or the group has moved", async () => {
    broker.on(OffsetCommit, ({ topics }, { socket }) => {
      const turn = broker.seen("OffsetCommit").length;
      if (turn === 1) {
        socket.destroy();
        return silence;
      }
      return { topics: answered(topics, (partition) => (turn === 2 && partition === 1 ? 16 : 0)) };
    });
    expect(await admin.alterGroupOffsets({ group: "g", offsets })).toEqual([
      { topic: "t", partition: 0 },
      { topic: "t", partition: 1 },
    ]);
    expect(committed()).toEqual([
      [0, 5n],
      [1, 6n],
      [0, 5n],
      [1, 6n],
      [1, 6n],
    ]);
    expect(broker.seen("OffsetCommit")[0]?.body).toMatchObject({
      topics: [{ partitions: [{ committedMetadata: "why", committedLeaderEpoch: 2 }, { committedMetadata: "" }] }],
    });
  });

  it("says of a group with members that they have to be stopped", async () => {
    broker.on(OffsetCommit, ({ topics }) => ({ topics: answered(topics, () => 25) }));
    const [first] = await admin.alterGroupOffsets({ group: "g", offsets });
    expect(first?.error).toMatchObject({ code: "UNKNOWN_MEMBER_ID", topic: "t", partition: 0, groupId: "g" });
    expect(first?.error?.message).toBe(
      'UNKNOWN_MEMBER_ID: The group "g" has members, and as long as it has, only they may commit. Stop them, then try again.',
    );
  });
});

describe("deleteGroupOffsets", () => {
  it("gives a result for each partition", async () => {
    broker.on(OffsetDelete, ({ topics }) => ({ topics: answered(topics, (partition) => (partition === 1 ? 86 : 0)) }));
    expect(await admin.deleteGroupOffsets({ group: "g", topics: ["t"] })).toEqual([
      { topic: "t", partition: 0 },
      { topic: "t", partition: 1, error: expect.objectContaining({ code: "GROUP_SUBSCRIBED_TO_TOPIC", groupId: "g" }) },
    ]);
  });

  it("rejects when the group as a whole is refused, and asks the new coordinator when it has moved", async () => {
    broker.on(OffsetDelete, () => ({ errorCode: broker.seen("OffsetDelete").length === 1 ? 16 : 69 }));
    const error = await failureOf(admin.deleteGroupOffsets({ group: "g", topics: ["t"] }));
    expect(error).toMatchObject({ code: "GROUP_ID_NOT_FOUND", groupId: "g", apiName: "OffsetDelete" });
    expect(broker.seen("FindCoordinator")).toHaveLength(2);
  });

  it("says of brokers before 2.4 that they cannot do it", async () => {
    broker.on(ApiVersions, () => allVersions({ OffsetDelete: null }));
    const error = await failureOf(admin.deleteGroupOffsets({ group: "g", topics: ["t"] }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION", apiName: "OffsetDelete" });
  });
});

it.each([
  ["resetGroupOffsets", 'group is missing. Give it, as in { group: "billing" }', {}],
  ["resetGroupOffsets", "say either to", { group: "g" }],
  ["resetGroupOffsets", "say either to", { group: "g", to: "latest", shiftBy: 1n }],
  ["resetGroupOffsets", "a bigint from 0n", { group: "g", to: 100 }],
  ["resetGroupOffsets", "a bigint from 0n", { group: "g", to: new Date("then") }],
  ["resetGroupOffsets", "a bigint such as -100n", { group: "g", shiftBy: -100 }],
  ["resetGroupOffsets", "groupId is group here", { groupId: "g", topic: "t", earliest: true }],
  ["alterGroupOffsets", "offsets is missing", { group: "g" }],
  ["alterGroupOffsets", "partitions is offsets here", { group: "g", partitions: [] }],
  ["alterGroupOffsets", "a bigint from 0n", { group: "g", offsets: [{ topic: "t", partition: 0, offset: "5" }] }],
  ["deleteGroupOffsets", "name topics", { group: "g" }],
] as const)("%s refuses at the call: %s", async (operation, reason, options) => {
  const error = await failureOf(admin[operation](options as never));
  expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
  expect(error.message).toContain(reason);
  expect(broker.accepted).toBe(0);
});
