import {
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  ErrorCode,
  FindCoordinator,
  ListGroups,
} from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions } from "@moldau/reference-broker";
import { expect, test } from "vitest";
import { RawConnection } from "../support/raw-connection.js";

const join = {
  groupId: "g",
  memberId: "a",
  memberEpoch: 0,
  rebalanceTimeoutMs: 60_000,
  subscribedTopicNames: ["orders"],
  topicPartitions: [],
};

test.each<[string, BrokerOptions]>([
  ["for a cluster, by its feature group.version", { features: { "group.version": 0 } }],
  ["for a broker, by its protocols", { configs: { "group.coordinator.rebalance.protocols": "classic" } }],
])("%s: heartbeats and descriptions are UNSUPPORTED_VERSION", async (_how, options) => {
  await using broker = await startBroker(options);
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "member");
  try {
    const beaten = await connection.request(ConsumerGroupHeartbeat, 1, join);
    expect(beaten.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    const described = await connection.request(ConsumerGroupDescribe, 1, { groupIds: ["g"] });
    expect(described.groups[0]?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  } finally {
    connection.close();
  }
});

test("otherwise the same member is let in", async () => {
  await using broker = await startBroker();
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "member");
  try {
    await connection.request(FindCoordinator, 6, { keyType: 0, coordinatorKeys: ["g"] });
    const beat = async (): Promise<number> => (await connection.request(ConsumerGroupHeartbeat, 1, join)).errorCode;
    await expect.poll(beat, { timeout: 20_000 }).toBe(ErrorCode.NONE);
    const { groups } = await connection.request(ListGroups, 5, { statesFilter: [], typesFilter: ["consumer"] });
    expect(groups).toMatchObject([{ groupId: "g", groupType: "consumer" }]);
  } finally {
    connection.close();
  }
});
