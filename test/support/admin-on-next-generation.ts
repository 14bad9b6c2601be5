import { ConsumerGroupHeartbeat, OffsetCommit, type RequestInputOf, type ResponseOf } from "@moldau/protocol-codec";
import { Kafka, type Admin, type DescribedGroup, type DescribedMember } from "moldau";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BrokerWithGroups } from "./admin-on-groups.js";
import { RawConnection } from "./raw-connection.js";

/**
 * Declares tests of the admin on groups of the next-generation protocol: "modern" with the member "a", to which the static member "b" comes, and
 * configurations of groups. The members say only what they are told to, and do not come back when they are removed.
 */
export function testAdminOnNextGeneration(start: () => Promise<BrokerWithGroups>): void {
  let broker: BrokerWithGroups;
  let kafka: Kafka;
  let admin: Admin;
  let connection: RawConnection;

  beforeAll(async () => {
    broker = await start();
    kafka = new Kafka({ brokers: [broker.address] });
    admin = kafka.admin();
    await admin.createTopics({ topics: [{ topic: "orders", partitions: 2 }] });
    await kafka.producer().send({ topic: "orders", messages: [0, 1].map((partition) => ({ partition, value: "v" })) });
    connection = await RawConnection.open(broker.address, "raw");
    // Once the coordinator is there, and knows the group.
    await admin.listGroupOffsets({ groups: ["modern"] });
  }, 120_000);
  afterAll(async () => {
    connection.close();
    await kafka.close();
    await broker.close();
  });

  const beat = async (
    request: Omit<RequestInputOf<typeof ConsumerGroupHeartbeat>, "groupId">,
  ): Promise<ResponseOf<typeof ConsumerGroupHeartbeat>> => {
    const answer = await connection.request(ConsumerGroupHeartbeat, 1, { groupId: "modern", ...request });
    expect(answer).toMatchObject({ errorCode: 0 });
    return answer;
  };
  const joining = { memberEpoch: 0, rebalanceTimeoutMs: 60_000, subscribedTopicNames: ["orders"], topicPartitions: [] };
  const described = async (): Promise<DescribedGroup | undefined> =>
    (await admin.describeGroups({ groups: ["modern"], includeAuthorizedOperations: true }))[0];
  const member = async (memberId: string): Promise<DescribedMember | undefined> =>
    (await described())?.members.find((each) => each.memberId === memberId);
  /** Beats as a member that has what it was told, until it has heard of its partitions. */
  const settle = async (memberId: string, epoch: number): Promise<void> => {
    let memberEpoch = epoch;
    await expect
      .poll(
        async () => {
          const { memberEpoch: reached, assignment } = await beat({ memberId, memberEpoch });
          memberEpoch = reached;
          if (assignment !== null) {
            const topicPartitions = assignment.topicPartitions.map(({ topicId: id, partitions }) => ({
              ...{ topicId: id, partitions },
            }));
            ({ memberEpoch } = await beat({ memberId, memberEpoch, topicPartitions }));
          }
          return (await member(memberId))?.memberEpoch === (await described())?.groupEpoch;
        },
        { timeout: 30_000 },
      )
      .toBe(true);
  };

  test("describes a group with its epochs, and what its member reads", async () => {
    const { memberEpoch } = await beat({ memberId: "a", rackId: "north", ...joining });
    await settle("a", memberEpoch);
    const group = await described();
    expect(group).toMatchObject({
      ...{ group: "modern", type: "consumer", state: "Stable", protocolType: "consumer", protocol: "uniform" },
      coordinator: 1,
    });
    expect(group?.authorizedOperations).toEqual(["READ", "DELETE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"]);
    expect(group?.groupEpoch).toBeGreaterThan(0);
    expect(group?.targetAssignmentEpoch).toBe(group?.groupEpoch);
    const all = [{ topic: "orders", partitions: [0, 1] }];
    expect(group?.members).toEqual([
      {
        ...{ memberId: "a", clientId: "raw", host: expect.stringContaining("127.0.0.1"), rack: "north" },
        ...{ type: "consumer", memberEpoch: group?.groupEpoch, topics: ["orders"] },
        ...{ assignment: all, targetAssignment: all },
      },
    ]);
  });

  test("shows what a member shall have while it has it not yet, and who is to give it up", async () => {
    const who = { memberId: "b", instanceId: "till" };
    let { memberEpoch } = await beat({ ...who, ...joining });
    // Brokers wait a moment for others who join, and work it out with a heartbeat after that.
    const target = async (): Promise<DescribedMember["targetAssignment"]> => {
      ({ memberEpoch } = await beat({ ...who, memberEpoch }));
      return (await member("b"))?.targetAssignment;
    };
    await expect.poll(target, { timeout: 30_000 }).toMatchObject([{ topic: "orders" }]);
    const group = await described();
    expect(group).toMatchObject({ state: "Reconciling" });
    expect(await member("a")).toMatchObject({
      assignment: [{ partitions: [0, 1] }],
      targetAssignment: [{ topic: "orders" }],
    });
    expect(await member("b")).toMatchObject({ groupInstanceId: "till", assignment: [] });
    const targets = group?.members.flatMap(({ targetAssignment }) => targetAssignment?.[0]?.partitions ?? []);
    expect(targets?.toSorted()).toEqual([0, 1]);
  });

  test("tells how far it is behind, and resets nothing as long as it has members", async () => {
    const epoch = (await member("a"))?.memberEpoch ?? -1;
    const commit = { partitionIndex: 0, committedOffset: 0n, committedMetadata: null };
    const { topics } = await connection.request(OffsetCommit, 9, {
      ...{ groupId: "modern", memberId: "a", generationIdOrMemberEpoch: epoch },
      topics: [{ name: "orders", partitions: [commit] }],
    });
    expect(topics[0]?.partitions[0]).toMatchObject({ errorCode: 0 });
    const [lag] = await admin.describeGroupLag({ groups: ["modern"] });
    expect(lag).toMatchObject({
      ...{ group: "modern", lag: 1n },
      partitions: [
        { partition: 0, offset: 0n, lag: 1n, memberId: "a", clientId: "raw" },
        { partition: 1, endOffset: 1n, memberId: "a" },
      ],
    });
    await expect(admin.resetGroupOffsets({ group: "modern", to: "latest" })).rejects.toMatchObject({
      code: "NON_EMPTY_GROUP",
    });
    const dry = await admin.resetGroupOffsets({ group: "modern", to: "latest", dryRun: true });
    expect(dry).toMatchObject([{ previous: 0n, offset: 1n }]);
    const offsets = [{ topic: "orders", partition: 0, offset: 1n }];
    expect(await admin.alterGroupOffsets({ group: "modern", offsets })).toMatchObject([
      { error: { code: "UNKNOWN_MEMBER_ID" } },
    ]);
    expect(await admin.deleteGroups({ groups: ["modern"] })).toMatchObject([{ error: { code: "NON_EMPTY_GROUP" } }]);
  });

  test("lists it by type and state", async () => {
    const { groups } = await admin.listGroups({ types: ["consumer"] });
    expect(groups).toMatchObject([{ group: "modern", type: "consumer", protocolType: "consumer" }]);
    expect((await admin.listGroups({ types: ["classic"] })).groups).toEqual([]);
    expect((await admin.listGroups({ states: ["Reconciling", "Assigning"] })).groups).toHaveLength(1);
  });

  test("removes members of it, by id and by name, and tells of one that is not there", async () => {
    const results = await admin.removeGroupMembers({
      group: "modern",
      members: [{ groupInstanceId: "till" }, { memberId: "z" }],
    });
    expect(results.map(({ error }) => error?.code)).toEqual([undefined, "UNKNOWN_MEMBER_ID"]);
    expect((await described())?.members.map(({ memberId }) => memberId)).toEqual(["a"]);
    expect(await admin.removeGroupMembers({ group: "modern", members: "all" })).toEqual([{ memberId: "a" }]);
    expect(await described()).toMatchObject({ type: "consumer", state: "Empty", members: [] });
    const fenced = await connection.request(ConsumerGroupHeartbeat, 1, {
      ...{ groupId: "modern", memberId: "a", memberEpoch: 5 },
    });
    expect(fenced).toMatchObject({ errorCode: 25 });
  });

  test("resets and deletes it once it is empty", async () => {
    const results = await admin.resetGroupOffsets({ group: "modern", topics: ["orders"], to: "latest" });
    expect(results.map(({ offset, error }) => [offset, error])).toEqual([
      [1n, undefined],
      [1n, undefined],
    ]);
    expect(await admin.deleteGroups({ groups: ["modern"] })).toEqual([{ group: "modern" }]);
    expect(await described()).toMatchObject({ error: { code: "GROUP_ID_NOT_FOUND" } });
  });

  test("configures groups, and lists those that are", async () => {
    const set = { "consumer.session.timeout.ms": 50_000 };
    expect(
      await admin.alterConfigs({
        groups: [
          { group: "modern", set },
          { group: "billing", set: { "consumer.session.timeout.ms": 1 } },
          { group: "till", set: { "retention.ms": 1 } },
        ],
      }),
    ).toMatchObject([
      { group: "modern" },
      { group: "billing", error: { code: "INVALID_CONFIG" } },
      { group: "till", error: { code: "INVALID_CONFIG" } },
    ]);
    const settingOf = async (group: string) =>
      (await admin.describeConfigs({ groups: [group] }))[0]?.configs["consumer.session.timeout.ms"];
    await expect
      .poll(() => settingOf("modern"), { timeout: 10_000 })
      .toMatchObject({ value: "50000", source: "DYNAMIC_GROUP_CONFIG", type: "INT" });
    expect(await settingOf("another")).toMatchObject({ value: "45000", source: "DEFAULT_CONFIG" });
    expect(await admin.listConfigResources({ types: ["group"] })).toEqual([{ type: "group", name: "modern" }]);
    expect(await admin.listConfigResources({ types: ["topic", "broker"] })).toEqual(
      expect.arrayContaining([
        { type: "broker", name: "1" },
        { type: "topic", name: "orders" },
      ]),
    );
    await admin.alterConfigs({ groups: [{ group: "modern", delete: ["consumer.session.timeout.ms"] }] });
    await expect.poll(() => settingOf("modern"), { timeout: 10_000 }).toMatchObject({ value: "45000" });
  });
}
