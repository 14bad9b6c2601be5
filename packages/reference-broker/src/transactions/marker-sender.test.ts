import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import type { WriteTxnMarkersRequest } from "@moldau/protocol-codec";
import { onAbort } from "@moldau/platform";
import { VirtualClock } from "moldau-testing";
import { expect, onTestFinished, test } from "vitest";
import type { PartitionState } from "../cluster/state.js";
import type { Peers } from "../partitions/peers.js";
import { MarkerHolds } from "./held-markers.js";
import { PeerMarkerSender } from "./marker-sender.js";
import type { TransactionMarker } from "./marker.js";

/** A request that a broker got, to be answered by the test. */
interface Asked {
  readonly nodeId: number;
  readonly markers: WriteTxnMarkersRequest["markers"];
  /** Answers each partition with the code that is given for it, `orders-1`, or else with the other one. */
  answer(codes?: Readonly<Record<string, number>>, otherwise?: number): Promise<void>;
  /** Never answers. */
  cut(): Promise<void>;
}

/** A cluster whose brokers do what the test says. */
class Scene {
  readonly clock = new VirtualClock();
  readonly holds = new MarkerHolds();
  readonly asked: Asked[] = [];
  readonly errors: unknown[] = [];
  readonly leaders = new Map<string, number>();
  readonly sender: PeerMarkerSender;

  constructor(leaders: Readonly<Record<string, number>>) {
    for (const [partition, leader] of Object.entries(leaders)) this.leaders.set(partition, leader);
    this.sender = new PeerMarkerSender({
      cluster: {
        partition: (topic, partition) => this.#partition(topic, partition),
        isServing: (nodeId) => nodeId > 0,
      },
      peers: this.#peers(),
      clock: this.clock,
      random: () => 1,
      timeoutMs: 5000,
      holds: this.holds,
      onError: (error) => this.errors.push(error),
    });
    onTestFinished(() => this.sender.close());
  }

  /** Lets what is due happen. */
  async turn(ms = 0): Promise<void> {
    for (let round = 0; round < 20; round++) await Promise.resolve();
    if (ms > 0) await this.clock.advance(ms);
    for (let round = 0; round < 20; round++) await Promise.resolve();
  }

  #partition(topic: string, partition: number): PartitionState | undefined {
    const leader = this.leaders.get(`${topic}-${partition}`);
    if (leader === undefined) return undefined;
    return { partition, leader, leaderEpoch: 0, partitionEpoch: 0, replicas: [leader], isr: [leader] };
  }

  #peers(): Peers {
    return {
      request: (_api, { nodeId, body, signal }) =>
        new Promise((resolve, reject) => {
          const markers: WriteTxnMarkersRequest["markers"] = Reflect.get(body, "markers");
          onAbort(signal, () => reject(signal?.reason));
          this.asked.push({
            nodeId,
            markers,
            answer: async (codes = {}, otherwise = ErrorCode.NONE) => {
              const answered = markers.map(({ producerId, topics }) => ({
                producerId,
                topics: topics.map(({ name, partitionIndexes }) => ({
                  name,
                  partitions: partitionIndexes.map((partitionIndex) => ({
                    partitionIndex,
                    errorCode: codes[`${name}-${partitionIndex}`] ?? otherwise,
                  })),
                })),
              }));
              resolve({ markers: answered } as never);
              await this.turn();
            },
            cut: async () => {
              reject(new KafkaError("BROKER_PEER_UNREACHABLE", "it does not run", { retriable: true }));
              await this.turn();
            },
          });
        }),
    };
  }
}

function markerOf(producerId: bigint, more: Partial<TransactionMarker> = {}): TransactionMarker {
  return {
    transactionalId: `writer-${producerId}`,
    producerId,
    producerEpoch: 3,
    coordinatorEpoch: 5,
    isCommit: true,
    transactionVersion: 2,
    ...more,
  };
}

const at = (topic: string, ...partitions: number[]) => partitions.map((partition) => ({ topic, partition }));

/** What becomes of a promise, without waiting for it. */
function watch(promise: Promise<void>): { outcome: unknown } {
  const watched: { outcome: unknown } = { outcome: "pending" };
  promise.then(
    () => (watched.outcome = "written"),
    (error: unknown) => (watched.outcome = error),
  );
  return watched;
}

const never = new AbortController().signal;

test("each broker gets one request with all the partitions that it leads", async () => {
  const scene = new Scene({ "orders-0": 1, "orders-1": 2, "orders-2": 1, "bills-0": 1 });
  const written = watch(scene.sender.write(markerOf(7n), [...at("orders", 0, 1, 2), ...at("bills", 0)], never));
  await scene.turn();
  expect(scene.asked.map(({ nodeId, markers }) => ({ nodeId, markers }))).toEqual([
    {
      nodeId: 1,
      markers: [
        {
          producerId: 7n,
          producerEpoch: 3,
          transactionResult: true,
          coordinatorEpoch: 5,
          transactionVersion: 2,
          topics: [
            { name: "orders", partitionIndexes: [0, 2] },
            { name: "bills", partitionIndexes: [0] },
          ],
        },
      ],
    },
    expect.objectContaining({
      nodeId: 2,
      markers: [expect.objectContaining({ topics: [{ name: "orders", partitionIndexes: [1] }] })],
    }),
  ]);
  await scene.asked[0]?.answer();
  expect(written.outcome).toBe("pending");
  await scene.asked[1]?.answer();
  expect(written.outcome).toBe("written");
});

test("one request is under way to a broker, and the next one takes all that came meanwhile", async () => {
  const scene = new Scene({ "orders-0": 1, "orders-1": 1 });
  const written = [7n, 8n, 9n].map((id, index) =>
    watch(scene.sender.write(markerOf(id), at("orders", index % 2), never)),
  );
  await scene.turn();
  const later = [10n, 11n].map((id) => watch(scene.sender.write(markerOf(id), at("orders", 0), never)));
  await scene.turn();
  expect(scene.asked.length).toBe(1);
  expect(scene.asked[0]?.markers.map(({ producerId }) => producerId)).toEqual([7n, 8n, 9n]);
  await scene.asked[0]?.answer();
  expect(written.map(({ outcome }) => outcome)).toEqual(["written", "written", "written"]);
  expect(scene.asked[1]?.markers.map(({ producerId }) => producerId)).toEqual([10n, 11n]);
  await scene.asked[1]?.answer();
  expect(later.map(({ outcome }) => outcome)).toEqual(["written", "written"]);
});

test("two markers of one producer go one after the other, since answers name the producer alone", async () => {
  const scene = new Scene({ "orders-0": 1 });
  watch(scene.sender.write(markerOf(7n), at("orders", 0), never));
  watch(scene.sender.write(markerOf(7n, { producerEpoch: 4 }), at("orders", 0), never));
  await scene.turn();
  expect(scene.asked.map(({ markers }) => markers.length)).toEqual([1]);
  await scene.asked[0]?.answer();
  expect(scene.asked[1]?.markers).toEqual([expect.objectContaining({ producerEpoch: 4 })]);
});

test("what is refused for the moment is asked again of whoever leads by then, ever more seldom", async () => {
  const scene = new Scene({ "orders-0": 1, "orders-1": 1 });
  const written = watch(scene.sender.write(markerOf(7n), at("orders", 0, 1), never));
  await scene.turn();
  await scene.asked[0]?.answer({ "orders-1": ErrorCode.NOT_LEADER_OR_FOLLOWER });
  scene.leaders.set("orders-1", 2);
  await scene.turn(19);
  expect(scene.asked.length).toBe(1);
  await scene.turn(1);
  expect(scene.asked[1]).toMatchObject({
    nodeId: 2,
    markers: [{ topics: [{ name: "orders", partitionIndexes: [1] }] }],
  });
  await scene.asked[1]?.cut();
  await scene.turn(39);
  expect(scene.asked.length).toBe(2);
  await scene.turn(1);
  await scene.asked[2]?.answer({}, ErrorCode.KAFKA_STORAGE_ERROR);
  await scene.turn(80);
  await scene.asked[3]?.answer();
  expect(written.outcome).toBe("written");
  expect(scene.errors).toEqual([]);
});

test("pauses grow to a second and no longer", async () => {
  const scene = new Scene({ "orders-0": 1 });
  watch(scene.sender.write(markerOf(7n), at("orders", 0), never));
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    await scene.turn();
    await scene.asked.at(-1)?.answer({}, ErrorCode.NOT_ENOUGH_REPLICAS);
    pauses.push(scene.clock.nextIn ?? 0);
    await scene.turn(pauses.at(-1));
  }
  expect(pauses).toEqual([20, 40, 80, 160, 320, 640, 1000, 1000, 1000]);
});

test("a partition without a leader is waited for, and one that is deleted needs no marker", async () => {
  const scene = new Scene({ "orders-0": -1, "orders-1": 1 });
  const written = watch(scene.sender.write(markerOf(7n), [...at("orders", 0, 1), ...at("gone", 0)], never));
  await scene.turn();
  expect(scene.asked.length).toBe(1);
  await scene.asked[0]?.answer({}, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  scene.leaders.delete("orders-1");
  await scene.turn(20);
  expect(written.outcome).toBe("pending");
  scene.leaders.set("orders-0", 2);
  await scene.turn(40);
  expect(scene.asked[1]).toMatchObject({ nodeId: 2 });
  await scene.asked[1]?.answer();
  expect(written.outcome).toBe("written");
});

test.each(["TRANSACTION_COORDINATOR_FENCED", "INVALID_PRODUCER_EPOCH"] as const)(
  "%s of one partition ends it for all: this coordinator has nothing more to say",
  async (name) => {
    const scene = new Scene({ "orders-0": 1, "orders-1": 2, "orders-2": -1 });
    const written = watch(scene.sender.write(markerOf(7n), at("orders", 0, 1, 2), never));
    await scene.turn();
    await scene.asked[0]?.answer({}, ErrorCode[name]);
    expect(written.outcome).toMatchObject({ name: "CoordinatorError", errorCode: ErrorCode[name] });
    await scene.turn(10_000);
    expect(scene.asked.length).toBe(2);
    expect(scene.clock.armed).toBe(0);
  },
);

test("an error that nobody expects is told once, and it is tried again", async () => {
  const scene = new Scene({ "orders-0": 1 });
  const written = watch(scene.sender.write(markerOf(7n), at("orders", 0), never));
  await scene.turn();
  await scene.asked[0]?.answer({}, ErrorCode.CORRUPT_MESSAGE);
  await scene.turn(20);
  await scene.asked[1]?.answer({}, ErrorCode.CORRUPT_MESSAGE);
  await scene.turn(40);
  await scene.asked[2]?.answer();
  expect(written.outcome).toBe("written");
  expect(scene.errors).toEqual([expect.objectContaining({ errorCode: ErrorCode.CORRUPT_MESSAGE })]);
});

test("a signal ends it at once, wherever it stands, and leaves the others alone", async () => {
  const scene = new Scene({ "orders-0": 1, "orders-1": -1, "orders-2": 2 });
  scene.holds.hold({ partition: 2 });
  const ending = new AbortController();
  const given = watch(scene.sender.write(markerOf(7n), at("orders", 0, 1, 2), ending.signal));
  const kept = watch(scene.sender.write(markerOf(8n), at("orders", 0), never));
  await scene.turn();
  const reason = new Error("the partition moved");
  ending.abort(reason);
  await scene.turn();
  expect(given.outcome).toBe(reason);
  expect(scene.clock.armed).toBe(0);
  await scene.asked[0]?.answer();
  expect(kept.outcome).toBe("written");
});

test("what waits for its request and is given up is not sent", async () => {
  const scene = new Scene({ "orders-0": 1 });
  watch(scene.sender.write(markerOf(7n), at("orders", 0), never));
  await scene.turn();
  const ending = new AbortController();
  watch(scene.sender.write(markerOf(8n), at("orders", 0), ending.signal));
  await scene.turn();
  ending.abort(new Error("moved"));
  await scene.asked[0]?.answer();
  expect(scene.asked.length).toBe(1);
});

test("a sender that is closed gives everything up", async () => {
  const scene = new Scene({ "orders-0": 1, "orders-1": -1 });
  const written = watch(scene.sender.write(markerOf(7n), at("orders", 0, 1), never));
  await scene.turn();
  scene.sender.close();
  await scene.turn();
  expect(written.outcome).toMatchObject({ message: "the broker that sends the markers stops" });
  expect(scene.clock.armed).toBe(0);
  const after = watch(scene.sender.write(markerOf(8n), at("orders", 0), never));
  await scene.turn();
  expect(after.outcome).toMatchObject({ message: "the broker that sends the markers stops" });
});

test("a held marker is brought when it is released, to whoever leads by then", async () => {
  const scene = new Scene({ "orders-0": 1 });
  const held = scene.holds.hold({ transactionalId: "writer-7" });
  const written = watch(scene.sender.write(markerOf(7n), at("orders", 0), never));
  await scene.turn(60_000);
  expect([scene.asked.length, held.waiting]).toEqual([0, 1]);
  scene.leaders.set("orders-0", 2);
  held.release();
  await scene.turn();
  expect(scene.asked[0]).toMatchObject({ nodeId: 2 });
  await scene.asked[0]?.answer();
  expect(written.outcome).toBe("written");
});
