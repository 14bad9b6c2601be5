import { ErrorCode, FindCoordinator, OffsetFetch } from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { topicToCommit } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";
import { commitInTransaction, retried } from "../support/transactional-commit.js";

const groupId = "g";
const configs = { "offsets.topic.num.partitions": 1, "transaction.state.log.num.partitions": 1 };

let broker: ReferenceBroker;
let connections: readonly RawConnection[];

beforeEach(async () => {
  broker = await startBroker({ brokers: 2, topics: ["orders"], configs });
  connections = await Promise.all(broker.bootstrapServers.map((address) => RawConnection.open(address, "mover")));
  for (const keyType of [0, 1])
    await retried(() => at(1).request(FindCoordinator, 3, { key: keyType === 0 ? groupId : "transfer", keyType }));
  for (const topic of ["__consumer_offsets", "__transaction_state"]) await broker.moveLeader(topic, 0, 1);
});
afterEach(async () => {
  for (const connection of connections) connection.close();
  await broker.close();
});

test.each([
  ["commit", 7n],
  ["abort", -1n],
] as const)(
  "offsets of a transaction stay pending when another broker leads their group, which hears of the %s",
  async (end, offset) => {
    const held = broker.holdMarkers();
    const topics = [topicToCommit("orders", 7n)];
    await commitInTransaction(at(1), { transactionalId: "transfer", groupId, topics, end });
    expect(await committedAt(1)).toBe("UNSTABLE_OFFSET_COMMIT");
    await broker.moveLeader("__consumer_offsets", 0, 2);
    await expect.poll(() => committedAt(2)).toBe("UNSTABLE_OFFSET_COMMIT");
    expect(await committedAt(1)).toBe(`error ${ErrorCode.NOT_COORDINATOR}`);
    held.release();
    await expect.poll(() => committedAt(2), { timeout: 20_000 }).toBe(offset);
    await broker.moveLeader("__consumer_offsets", 0, 1);
    await expect.poll(() => committedAt(1)).toBe(offset);
  },
);

function at(nodeId: number): RawConnection {
  const connection = connections[nodeId - 1];
  if (connection === undefined) throw new Error(`there is no broker ${nodeId}`);
  return connection;
}

/** The stable offset of the group as a broker knows it, or what it says instead. */
async function committedAt(nodeId: number): Promise<bigint | string | undefined> {
  const topics = [{ name: "orders", partitionIndexes: [0] }];
  const answer = await at(nodeId).request(OffsetFetch, 7, { groupId, topics, requireStable: true });
  if (answer.errorCode !== ErrorCode.NONE) return `error ${answer.errorCode}`;
  const [partition] = answer.topics[0]?.partitions ?? [];
  return partition?.errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT
    ? "UNSTABLE_OFFSET_COMMIT"
    : partition?.committedOffset;
}
