import { Fetch, writeBatch } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues, type Consuming } from "../support/consuming.js";

/** Who was asked, and in which rack the client said to be. */
interface Asked {
  readonly broker: number;
  readonly rack: string;
}

/** What the replica does: serves what the leader has, refuses with an error of Kafka's, or cuts the connection. */
type Replica = "serves" | "cuts" | number;

/** Two brokers. The one that leads names the other one to whoever states a rack, and gives it no records. */
async function withReplica(): Promise<
  Consuming & { readonly asked: Asked[]; replica: Replica; readonly leader: number }
> {
  const run = await startConsuming({ brokers: 2 });
  const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 0;
  const state = { ...run, asked: [] as Asked[], replica: "serves" as Replica, leader };
  run.broker.intercept({ api: Fetch }, async (request) => {
    const { rackId, topics } = request.body;
    const [topic] = topics;
    const [partition] = topic?.partitions ?? [];
    const isLeader = request.broker === leader;
    state.asked.push({ broker: request.broker, rack: rackId });
    if (isLeader && rackId === "") return void (await request.apply());
    if (!isLeader && state.replica === "cuts") return request.drop();
    const answer = {
      partitionIndex: 0,
      errorCode: isLeader || state.replica === "serves" ? 0 : Number(state.replica),
      highWatermark: 10n,
      preferredReadReplica: isLeader ? 3 - leader : -1,
      records: isLeader || state.replica !== "serves" ? null : await recordsFrom(run, partition?.fetchOffset ?? 0n),
    };
    if (answer.records === null && !isLeader) await new Promise((resolve) => setTimeout(resolve, 20));
    const partitions = topic === undefined ? [] : [answer];
    request.respond({ sessionId: 0, responses: [{ topicId: topic?.topicId, partitions }] });
  });
  return state;
}

/** What the partition's log holds from an offset on. */
async function recordsFrom({ broker }: Consuming, offset: bigint): Promise<Buffer | null> {
  const records = (await broker.log("orders", 0).records()).filter((record) => record.offset >= offset);
  return records.length === 0 ? null : writeBatch({ baseOffset: offset }, records);
}

const inRack = { rackId: "rack-b" };
const brokersOf = (asked: readonly Asked[]): number[] => asked.map(({ broker }) => broker);

describe("a client that states its rack", () => {
  it("reads from the replica that the leader names, and says its rack in every fetch", async () => {
    await using run = await withReplica();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer({}, run.client(inRack));
    const taken = takeValues(consumer, 4);
    await expect.poll(() => run.asked.length).toBeGreaterThan(3);
    await run.send("orders", 0, ["c", "d"]);
    expect(await taken).toEqual(["a", "b", "c", "d"]);
    expect(brokersOf(run.asked).filter((broker) => broker === run.leader)).toHaveLength(1);
    expect(new Set(run.asked.map(({ rack }) => rack))).toEqual(new Set(["rack-b"]));
  });

  it.each([
    ["does not have the offset yet", 1],
    ["is no replica any more", 6],
    ["has been deposed", 74],
    ["does not answer", "cuts"],
  ] as const)("goes back to the leader when the replica %s, and is served there", async (_what, replica) => {
    await using run = await withReplica();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ startFrom: "none" }, run.client(inRack));
    await consumer.connect();
    consumer.seek({ topic: "orders", partition: 0, offset: 0n });
    expect(await takeValues(consumer, 1, (message) => consumer.commit(message))).toEqual(["a"]);
    run.replica = replica;
    await run.send("orders", 0, ["b"]);
    expect(await takeValues(consumer, 1)).toEqual(["b"]);
    expect(run.asked.at(-1)).toEqual({ broker: run.leader, rack: "" });
  });

  it("asks the leader anew once its metadata is old", async () => {
    await using run = await withReplica();
    const consumer = run.consumer({}, run.client({ ...inRack, metadataMaxAgeMs: 300 }));
    const taken = takeValues(consumer, 1);
    await expect.poll(() => brokersOf(run.asked).filter((broker) => broker === run.leader).length).toBeGreaterThan(2);
    await run.send("orders", 0, ["a"]);
    expect(await taken).toEqual(["a"]);
  });
});

it("a client without a rack reads from leaders", async () => {
  await using run = await withReplica();
  await run.send("orders", 0, ["a"]);
  expect(await takeValues(run.consumer(), 1)).toEqual(["a"]);
  expect(new Set(brokersOf(run.asked))).toEqual(new Set([run.leader]));
});
