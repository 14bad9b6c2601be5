import { DeleteTopics, Fetch, Produce, writeBatch, type ResponseOf } from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pause } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";

let broker: ReferenceBroker;
const connections: RawConnection[] = [];

beforeEach(async () => {
  broker = await startBroker({ brokers: 2 });
  await broker.createTopic("orders", { partitions: 4 });
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await broker.close();
});

/** A connection to the broker that leads a partition. */
async function toLeader(partition: number): Promise<RawConnection> {
  const leader = broker.topic("orders")?.partitions[partition]?.leader;
  const found = broker.brokers.findIndex(({ nodeId }) => nodeId === leader);
  const connection = await RawConnection.open(broker.bootstrapServers[found] ?? "", "poll");
  connections.push(connection);
  return connection;
}

function fetch(
  connection: RawConnection,
  partitions: readonly number[],
  wish: { minBytes?: number; maxWaitMs?: number } = {},
): Promise<ResponseOf<typeof Fetch>> {
  return connection.request(Fetch, 12, {
    maxWaitMs: 10_000,
    minBytes: 1,
    ...wish,
    topics: [
      {
        topic: "orders",
        partitions: partitions.map((partition) => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1 << 20 })),
      },
    ],
  });
}

async function produce(partition: number, size = 10): Promise<void> {
  const connection = await toLeader(partition);
  const { responses } = await connection.request(Produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      {
        name: "orders",
        partitionData: [{ index: partition, records: writeBatch({}, [{ value: Buffer.alloc(size) }]) }],
      },
    ],
  });
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
}

/** Partitions led by the same broker, so that one fetch can name them all. */
function togetherWith(partition: number): number[] {
  const partitions = broker.topic("orders")?.partitions ?? [];
  return partitions.filter(({ leader }) => leader === partitions[partition]?.leader).map((state) => state.partition);
}

const sizeOf = (response: ResponseOf<typeof Fetch>): number =>
  response.responses
    .flatMap(({ partitions }) => partitions)
    .reduce((sum, { records }) => sum + (records?.length ?? 0), 0);

test("a fetch at the end of several partitions is answered as soon as one of them has a record", async () => {
  const partitions = togetherWith(0);
  expect(partitions).toHaveLength(2);
  const began = performance.now();
  const waiting = fetch(await toLeader(0), partitions);
  await pause(50);
  await produce(partitions[1] ?? 0);
  expect(sizeOf(await waiting)).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("it goes on waiting until there are minBytes in all of them together", async () => {
  const [first = 0, second = 0] = togetherWith(0);
  let isAnswered = false;
  const waiting = fetch(await toLeader(0), [first, second], { minBytes: 2000 }).then((answer) => {
    isAnswered = true;
    return answer;
  });
  await produce(first, 900);
  await pause(100);
  expect(isAnswered).toBe(false);
  await produce(second, 1100);
  expect(sizeOf(await waiting)).toBeGreaterThanOrEqual(2000);
});

test("when the time is over it brings what there is, even if that is too little", async () => {
  await produce(0, 100);
  const began = performance.now();
  const answer = await fetch(await toLeader(0), [0], { minBytes: 5000, maxWaitMs: 200 });
  expect(performance.now() - began).toBeGreaterThan(180);
  expect(sizeOf(answer)).toBeGreaterThan(100);
});

test("it is answered when the topic is deleted", async () => {
  const waiting = fetch(await toLeader(0), [0]);
  await pause(50);
  await (await toLeader(0)).request(DeleteTopics, 5, { topicNames: ["orders"], timeoutMs: 1000 });
  expect((await waiting).responses[0]?.partitions[0]).toMatchObject({ errorCode: 3 });
});

test("it is answered when another broker takes the lead, which then has the records", async () => {
  await produce(0, 100);
  const from = await toLeader(0);
  const waiting = fetch(from, [0], { minBytes: 5000 });
  await pause(50);
  const [leader] = broker.topic("orders")?.partitions ?? [];
  const to = broker.brokers.find(({ nodeId }) => nodeId !== leader?.leader)?.nodeId ?? -1;
  await broker.moveLeader("orders", 0, to);
  expect((await waiting).responses[0]?.partitions[0]).toMatchObject({ errorCode: 6 });
  expect(sizeOf(await fetch(await toLeader(0), [0]))).toBeGreaterThan(100);
});

test("one whose client is gone leaves nothing behind", async () => {
  const gone = await toLeader(0);
  const waiting = fetch(gone, [0]);
  await pause(50);
  const disconnected = broker.waitFor("disconnected");
  gone.close();
  await expect(waiting).rejects.toThrow("was closed");
  await disconnected;
  await produce(0);
});
