import { Admin } from "@moldau/admin";
import { ApiVersions, DeleteGroups, FindCoordinator, ListGroups, ListOffsets, Metadata } from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster, until } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

let first: ScriptedBroker;
let second: ScriptedBroker;
let admin: Admin;
/** By node id, from 1 on; they are known also when the broker is gone. */
let ports: number[];
/** Node id of the leader of each partition of the topic "t". */
let leaders: number[];

beforeEach(async () => {
  first = await ScriptedBroker.start();
  second = await ScriptedBroker.start();
  ports = [first.port, second.port];
  leaders = [1, 2];
  for (const broker of [first, second]) {
    broker.on(Metadata, ({ topics }) => ({
      brokers: ports.map((port, index) => ({ nodeId: index + 1, host: "127.0.0.1", port })),
      controllerId: 1,
      topics: (topics ?? []).map(({ name }) => ({
        name,
        partitions: leaders.map((leaderId, partitionIndex) => ({ partitionIndex, leaderId, leaderEpoch: 5 })),
      })),
    }));
  }
  admin = new Admin(newCluster([first]));
});
afterEach(async () => {
  await closeAll();
  await first.close();
  await second.close();
});

/** Says that `key` is coordinated by the first broker, or the second. */
function coordinators(nodeOf: (key: string) => number): void {
  first.on(FindCoordinator, ({ coordinatorKeys }) => ({
    coordinators: coordinatorKeys.map((key) => {
      const nodeId = nodeOf(key);
      return { key, nodeId, host: "127.0.0.1", port: ports[nodeId - 1] ?? 0 };
    }),
  }));
  second.on(FindCoordinator, () => silence);
}

describe("deleteGroups", () => {
  it("asks each coordinator once, for all of its groups", async () => {
    coordinators((key) => (key < "g3" ? 1 : 2));
    for (const broker of [first, second])
      broker.on(DeleteGroups, ({ groupsNames }) => ({ results: groupsNames.map((groupId) => ({ groupId })) }));
    const results = await admin.deleteGroups({ groups: ["g4", "g1", "g3", "g2"] });
    expect(results).toEqual([{ group: "g4" }, { group: "g1" }, { group: "g3" }, { group: "g2" }]);
    expect(first.seen("DeleteGroups").map(({ body }) => body)).toMatchObject([{ groupsNames: ["g1", "g2"] }]);
    expect(second.seen("DeleteGroups").map(({ body }) => body)).toMatchObject([{ groupsNames: ["g4", "g3"] }]);
  });

  it("finds the new coordinator when the old one is gone, and meanwhile does the others", async () => {
    let hasMoved = false;
    coordinators((key) => (key === "moving" && !hasMoved ? 2 : 1));
    first.on(DeleteGroups, ({ groupsNames }) => {
      hasMoved = true;
      return { results: groupsNames.map((groupId) => ({ groupId })) };
    });
    await second.close();
    expect(await admin.deleteGroups({ groups: ["moving", "staying"] })).toEqual([
      { group: "moving" },
      { group: "staying" },
    ]);
    expect(first.seen("DeleteGroups").map(({ body }) => body)).toMatchObject([
      { groupsNames: ["staying"] },
      { groupsNames: ["moving"] },
    ]);
    second = await ScriptedBroker.start();
  });

  it("does not delete twice what may have been deleted when the connection was lost", async () => {
    coordinators((key) => (key === "a" ? 1 : 2));
    first.on(DeleteGroups, (_, { socket }) => {
      socket.destroy();
      return silence;
    });
    second.on(DeleteGroups, ({ groupsNames }) => ({ results: groupsNames.map((groupId) => ({ groupId })) }));
    const [a, b] = await admin.deleteGroups({ groups: ["a", "b"] });
    expect(a?.error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    expect(b).toEqual({ group: "b" });
    expect(first.seen("DeleteGroups")).toHaveLength(1);
  });

  it("rejects, within the time that it has, when no broker could be asked about any of them", async () => {
    coordinators(() => 2);
    await second.close();
    const start = performance.now();
    const error = await failureOf(admin.deleteGroups({ groups: ["a", "b"], timeoutMs: 1000 }));
    expect(error.code).toBe("CLIENT_CONNECTION_FAILED");
    expect(performance.now() - start).toBeLessThan(5000);
    second = await ScriptedBroker.start();
  });
});

describe("listOffsets", () => {
  const partitions = [
    { topic: "t", partition: 1, at: "latest" },
    { topic: "t", partition: 0, at: new Date(1234) },
  ] as const;

  function offsets(broker: ScriptedBroker, errorCode: () => number = () => 0): void {
    broker.on(ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions: all }) => ({
        name,
        partitions: all.map(({ partitionIndex, timestamp }) => ({
          ...{ partitionIndex, errorCode: errorCode(), leaderEpoch: 5 },
          ...(timestamp === -1n ? { offset: 70n } : { offset: 3n, timestamp }),
        })),
      })),
    }));
  }

  it("asks the leader of each partition", async () => {
    offsets(first);
    offsets(second);
    expect(await admin.listOffsets({ partitions })).toEqual([
      { topic: "t", partition: 1, offset: 70n, leaderEpoch: 5 },
      { topic: "t", partition: 0, offset: 3n, timestamp: 1234, leaderEpoch: 5 },
    ]);
    expect(first.seen("ListOffsets")).toHaveLength(1);
    expect(second.seen("ListOffsets")).toHaveLength(1);
  });

  it("asks the new leader when the leadership has moved", async () => {
    offsets(first);
    offsets(second, () => {
      leaders = [1, 1];
      return 6;
    });
    const [moved] = await admin.listOffsets({ partitions });
    expect(moved).toEqual({ topic: "t", partition: 1, offset: 70n, leaderEpoch: 5 });
    expect(first.seen("ListOffsets")).toHaveLength(2);
  });

  it("lists all partitions of a topic, at its end unless told otherwise", async () => {
    offsets(first);
    offsets(second);
    expect(await admin.listOffsets({ topics: ["t"] })).toEqual([
      { topic: "t", partition: 0, offset: 70n, leaderEpoch: 5 },
      { topic: "t", partition: 1, offset: 70n, leaderEpoch: 5 },
    ]);
    expect(await admin.listOffsets({ topics: ["t"], at: 1234 })).toMatchObject([
      { timestamp: 1234 },
      { timestamp: 1234 },
    ]);
  });

  it("says of brokers before 3.0 that they do not find the youngest message", async () => {
    for (const broker of [first, second]) broker.on(ApiVersions, () => allVersions({ ListOffsets: { max: 6 } }));
    const error = await failureOf(admin.listOffsets({ topics: ["t"], at: "maxTimestamp" }));
    expect(error.message).toBe('UNSUPPORTED_VERSION: at: "maxTimestamp" needs brokers of Apache Kafka 3.0 or newer.');
  });

  it("finds partitions that a topic has got since it was last looked at", async () => {
    offsets(first);
    offsets(second);
    await admin.listOffsets({ topics: ["t"] });
    leaders = [1, 2, 1];
    const [named] = await admin.listOffsets({ partitions: [{ topic: "t", partition: 2 }] });
    expect(named?.offset).toBe(70n);
    leaders = [1, 2, 1, 2];
    expect((await admin.listOffsets({ topics: ["t"] })).map(({ offset }) => offset)).toEqual([70n, 70n, 70n, 70n]);
  });

  it("doubts that there is no such topic while the news of it may be on its way", async () => {
    offsets(first);
    let asked = 0;
    for (const broker of [first, second])
      broker.on(Metadata, ({ topics }) => ({
        brokers: ports.map((port, index) => ({ nodeId: index + 1, host: "127.0.0.1", port })),
        topics: (topics ?? []).map(({ name }) =>
          ++asked < 3 ? { name, errorCode: 3 } : { name, partitions: [{ partitionIndex: 0, leaderId: 1 }] },
        ),
      }));
    expect(await admin.listOffsets({ topics: ["fresh"] })).toMatchObject([{ partition: 0, offset: 70n }]);
    asked = 0;
    const partitions = [{ topic: "fresher", partition: 0 }];
    expect(await admin.listOffsets({ partitions })).toMatchObject([{ partition: 0, offset: 70n }]);
  });

  it("tells within a second or two of a topic that does not exist, beside the others", async () => {
    offsets(first);
    offsets(second);
    for (const broker of [first, second])
      broker.on(Metadata, ({ topics }) => ({
        brokers: ports.map((port, index) => ({ nodeId: index + 1, host: "127.0.0.1", port })),
        topics: (topics ?? []).map(({ name }) =>
          name === "none" ? { name, errorCode: 3 } : { name, partitions: [{ partitionIndex: 0, leaderId: 1 }] },
        ),
      }));
    const patient = new Admin(newCluster([first], { requestTimeoutMs: 30_000 }));
    const start = performance.now();
    const whole = await patient.listOffsets({ topics: ["none", "t"] });
    const single = await patient.listOffsets({ partitions: [{ topic: "none", partition: 0 }] });
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(whole).toMatchObject([
      { topic: "t", partition: 0, offset: 70n },
      { topic: "none", partition: -1 },
    ]);
    for (const { error } of [...whole.slice(1), ...single])
      expect(error).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "none" });
  });

  it("tells of a partition that the topic does not have, beside the others", async () => {
    offsets(first);
    const [none, found] = await admin.listOffsets({
      partitions: [
        { topic: "t", partition: 9, at: "latest" },
        { topic: "t", partition: 0, at: "latest" },
      ],
    });
    expect(none?.error).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "t", partition: 9 });
    expect(found?.offset).toBe(70n);
  });

  it.each([
    [{}, 'name topics, such as ["orders"]'],
    [{ topic: "t" }, "topic is topics here"],
    [{ topics: ["t"], partitions }, '"t" stands in topics'],
    [{ topics: ["t"], at: "end" }, '"earliest", "latest", "maxTimestamp"'],
    [{ partitions: [{ topic: "t", partition: 0, at: "newest" }] }, '"earliest", "latest", "maxTimestamp"'],
    [{ partitions: [{ topic: "t", partition: 0, at: -1 }] }, "milliseconds since 1970"],
    [{ partitions: [...partitions, ...partitions] }, '"t-1" twice'],
    [{ partitions, signal: new AbortController() }, "the signal of an AbortController"],
    [7, "expected an object"],
  ])("refuses %j at the call", async (options, reason) => {
    const error = await failureOf(admin.listOffsets(options as never));
    expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
    expect(error.message).toContain(reason);
    expect(first.accepted).toBe(0);
  });
});

describe("listGroups", () => {
  const group = (groupId: string) => ({
    groupId,
    protocolType: "consumer",
    groupState: "Stable",
    groupType: "classic",
  });

  it("asks every broker, again while its groups are loading", async () => {
    first.on(ListGroups, () => ({ groups: [group("b")] }));
    second.on(ListGroups, () => (second.seen("ListGroups").length < 3 ? { errorCode: 14 } : { groups: [group("a")] }));
    const { groups, failed } = await admin.listGroups({ states: ["Stable"] });
    expect(groups).toEqual([
      { group: "a", protocolType: "consumer", state: "Stable", type: "classic", coordinator: 2 },
      { group: "b", protocolType: "consumer", state: "Stable", type: "classic", coordinator: 1 },
    ]);
    expect(failed).toEqual([]);
    expect(first.seen("ListGroups")).toHaveLength(1);
    expect(first.seen("ListGroups")[0]?.body).toMatchObject({ statesFilter: ["Stable"] });
  });

  it("waits for a cluster that is not there yet, as everything else does", async () => {
    const { port } = first;
    await first.close();
    const listed = new Admin(newCluster([`127.0.0.1:${port}`], { requestTimeoutMs: 10_000 })).listGroups();
    await new Promise((resolve) => setTimeout(resolve, 50));
    first = await ScriptedBroker.start({ port });
    first.on(ListGroups, () => ({ groups: [group("a")] }));
    expect((await listed).groups).toMatchObject([{ group: "a", coordinator: 7 }]);
  });

  it("names the broker whose groups are missing", async () => {
    first.on(ListGroups, () => ({ groups: [group("b")] }));
    second.on(ListGroups, () => ({ errorCode: 31 }));
    const { groups, failed } = await admin.listGroups();
    expect(groups.map((each) => each.group)).toEqual(["b"]);
    expect(failed).toMatchObject([{ broker: 2, error: { code: "CLUSTER_AUTHORIZATION_FAILED", broker: 2 } }]);
  });
});

describe("close", () => {
  it("waits for operations that are under way", async () => {
    let answer: (() => void) | undefined;
    first.on(ListGroups, async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return {};
    });
    second.on(ListGroups, () => ({}));
    const listed = admin.listGroups();
    await until(() => answer !== undefined);
    const closed = admin.close();
    answer?.();
    expect(await listed).toEqual({ groups: [], failed: [] });
    await closed;
  });

  it("ends them when its own time is over", async () => {
    first.on(ListGroups, () => silence);
    const listed = failureOf(admin.listGroups());
    await until(() => first.seen("ListGroups").length > 0);
    await admin.close({ timeoutMs: 20 });
    expect((await listed).code).toBe("CLIENT_CLOSED");
  });

  it("ends those that wait before they ask again", async () => {
    for (const broker of [first, second]) broker.on(ListGroups, () => ({ errorCode: 14 }));
    const listed = failureOf(admin.listGroups({ timeoutMs: 60_000 }));
    await until(() => first.seen("ListGroups").length > 1);
    await admin.close({ timeoutMs: 0 });
    expect((await listed).code).toBe("CLIENT_CLOSED");
  });

  it("refuses wrong options, and goes on as before", async () => {
    const error = await failureOf(admin.close({ timeoutMs: "now" } as never));
    expect(error.message).toContain("timeoutMs must be a whole number");
    first.on(ListGroups, () => ({}));
    second.on(ListGroups, () => ({}));
    expect((await admin.listGroups()).groups).toEqual([]);
  });
});
