import { Uuid } from "@moldau/protocol-codec";
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
  encodeCoordinatorKey,
  encodeVersioned,
} from "@moldau/protocol-codec/state";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../../testing/group-fixture.js";
import { applyRecords } from "./apply.js";
import { decodeConsumerGroupRecord, encodeConsumerGroupRecord, type ConsumerGroupRecord } from "./records.js";
import { groupTombstones } from "./tombstones.js";

const topic = Uuid.parse("AAAAAAAAAAAAAAAAAAAABw").toString();
const about = { groupId: "g", memberId: "a" } as const;

const written: readonly ConsumerGroupRecord[] = [
  {
    kind: "consumerMember",
    ...about,
    value: {
      groupInstanceId: "i",
      rackId: "r",
      rebalanceTimeoutMs: 60_000,
      clientId: "client",
      clientHost: "/127.0.0.1",
      topics: ["orders", "payments"],
      pattern: "ord.*",
      serverAssignor: "range",
      classic: { sessionTimeoutMs: 10_000, protocols: [{ name: "range", metadata: Buffer.from("mine") }] },
    },
  },
  { kind: "consumerGroup", groupId: "g", value: { epoch: 7, metadataHash: -5n } },
  { kind: "consumerTarget", ...about, value: new Map([[topic, new Set([0, 2])]]) },
  { kind: "consumerTargetEpoch", groupId: "g", value: { epoch: 7, atMs: 1000 } },
  {
    kind: "consumerCurrent",
    ...about,
    value: {
      epoch: 6,
      previousEpoch: 5,
      state: "unrevokedPartitions",
      assigned: new Map([[topic, new Map([[0, 3]])]]),
      toRevoke: new Map([[topic, new Map([[1, 4]])]]),
    },
  },
  {
    kind: "consumerPattern",
    groupId: "g",
    pattern: "ord.*",
    value: { topics: ["orders"], version: 12n, resolvedAtMs: 900 },
  },
];

describe("records of a group of the consumer protocol", () => {
  test("are read as they were written, and so are those that remove it", () => {
    const group = applyRecords(undefined, written);
    const all = [...written, ...(group === undefined ? [] : groupTombstones("g", group))];
    const read = all.map((record) => {
      const { key, value } = encodeConsumerGroupRecord(record);
      return decodeConsumerGroupRecord(key, value);
    });
    expect(read).toEqual(all);
    expect(all).toHaveLength(13);
    expect(applyRecords(undefined, all)).toBeUndefined();
  });

  test("of Apache Kafka before 4.3 have no epochs of partitions: the member's counts, 0 for one that is away", () => {
    const read = (memberEpoch: number) =>
      decodeConsumerGroupRecord(
        encodeCoordinatorKey(ConsumerGroupCurrentMemberAssignmentKey, about),
        encodeVersioned(ConsumerGroupCurrentMemberAssignmentValue, 0, {
          memberEpoch,
          previousMemberEpoch: 1,
          state: 0,
          assignedPartitions: [{ topicId: Uuid.parse(topic), partitions: [0, 1], assignmentEpochs: null }],
          partitionsPendingRevocation: [],
        }),
      );
    const assigned = (epoch: number) => ({
      value: {
        assigned: new Map([
          [
            topic,
            new Map([
              [0, epoch],
              [1, epoch],
            ]),
          ],
        ]),
      },
    });
    expect(read(4)).toMatchObject(assigned(4));
    expect(read(-2)).toMatchObject(assigned(0));
  });

  test("of topics, which Apache Kafka before 4.1 kept, are removed by the next heartbeat that looks at topics", async () => {
    const first = await GroupFixture.start();
    await first.beatToJoin("g", "a");
    first.log.appendRaw(
      encodeCoordinatorKey(ConsumerGroupPartitionMetadataKey, { groupId: "g" }),
      encodeVersioned(ConsumerGroupPartitionMetadataValue, 0, { topics: [] }),
    );
    const next = await GroupFixture.start({}, [first.log]);
    const before = next.log.records.length;
    await next.beat("g", { memberId: "a", memberEpoch: 2 });
    await next.beat("g", { memberId: "a", memberEpoch: 2 });
    expect(next.log.records.slice(before)).toEqual([{ kind: "consumerPartitionMetadata", groupId: "g", value: null }]);
  });
});
