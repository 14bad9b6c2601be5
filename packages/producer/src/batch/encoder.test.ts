import { Backoff, type RetryPolicy } from "@moldau/connection-pool";
import { KafkaError, readBatches, type CompressionName } from "@moldau/protocol-codec";
import { turns, VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import type { Batch } from "./batch.js";
import { BatchMemory } from "./batch-memory.js";
import { BufferMemory } from "./buffer-memory.js";
import { Encoder } from "./encoder.js";
import type { Lane } from "./lane.js";
import { openGate, type PartitionGate } from "./partition-gate.js";
import { PartitionQueue } from "./partition-queue.js";
import { SizeLimit } from "./size-limit.js";

const identity = { producerId: 7n, producerEpoch: 0 };
const epochs = {
  identity,
  after: () => identity,
  successor: () => undefined,
  mayForget: () => true,
  retire: () => undefined,
};
const retry: RetryPolicy = { initialDelayMs: 1, maxDelayMs: 1, multiplier: 1, jitter: 0 };
const call = { hold: () => undefined, delivered: () => undefined, failed: () => undefined };

function laneOf(compression: CompressionName, transactionalId: string | null = null): Lane {
  return {
    acks: "all",
    compression,
    compressionLevel: undefined,
    isIdempotent: true,
    transactionalId,
    timeoutMs: 1000,
  };
}

interface Filled {
  readonly queue: PartitionQueue;
  readonly batch: Batch;
}

const memory = new BufferMemory(2 ** 30, () => undefined);

/** A queue with one sealed batch of about so many bytes. */
function filled(lane: Lane, bytes: number, gate: PartitionGate = openGate): Filled {
  const backoff = new Backoff(retry, () => 0);
  const sizeLimit = new SizeLimit();
  const shared = new BatchMemory(memory);
  const queue = new PartitionQueue({ topic: "t", partition: 0, backoff, memory: shared, epochs, gate, sizeLimit });
  const batch = queue.begin({ lane, createdAt: 0, dueAt: 0, maxBytes: 2 ** 20, initialBytes: 512 });
  const messages = [{ value: "x".repeat(bytes) }];
  const advance = (): void => undefined;
  queue.append(batch, { call, messages, places: undefined, timestamp: 1, cursor: 0, indexBase: 0, advance }, 2 ** 20);
  queue.seal(batch);
  return { queue, batch };
}

function start(): { encoder: Encoder; sendable: Set<PartitionQueue> } {
  const sendable = new Set<PartitionQueue>();
  const outcomes = {
    sendable: (queue: PartitionQueue) => void sendable.add(queue),
    unencodable: (_batch: Batch, _queue: PartitionQueue, error: unknown) => {
      throw error;
    },
  };
  return { encoder: new Encoder({ clock: new VirtualClock(), outcomes }), sendable };
}

describe("encoding", () => {
  it("takes a bounded part of each turn of the event loop, however many batches are ready", async () => {
    const { encoder } = start();
    const waiting = Array.from({ length: 80 }, () => filled(laneOf("lz4"), 100_000));
    const perTurn: number[] = [];
    while (waiting.length > 0) {
      let bytes = 0;
      for (let [next] = waiting; next !== undefined; [next] = waiting) {
        if (encoder.prepare(next.batch, next.queue) !== "ready") break;
        bytes += next.batch.sizeInBytes;
        next.queue.take(next.batch, { node: 1, now: 0 });
        waiting.shift();
      }
      perTurn.push(bytes);
      await turns(1);
    }
    expect(perTurn.length).toBeGreaterThanOrEqual(15);
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(600_000);
  });

  it("leaves to threads what is too much for the turn", async () => {
    const { encoder, sendable } = start();
    const batches = Array.from({ length: 80 }, () => filled(laneOf("gzip"), 100_000));
    const readiness = batches.map(({ batch, queue }) => encoder.prepare(batch, queue));
    expect(readiness).toEqual([...Array(5).fill("ready"), ...Array(75).fill("under way")]);
    while (sendable.size < 75) await turns(1);
    expect(batches.filter(({ batch }) => batch.state.name === "encoded").length).toBe(75);
  });

  it("leaves large batches to threads, a few at a time, and tells when each may be sent", async () => {
    const { encoder, sendable } = start();
    const batches = Array.from({ length: 20 }, () => filled(laneOf("gzip"), 300_000));
    for (const { batch, queue } of batches) expect(encoder.prepare(batch, queue)).toBe("under way");
    const encoding = (): number => batches.filter(({ batch }) => batch.state.name === "encoding").length;
    expect(encoding()).toBe(3);
    let most = 0;
    while (sendable.size < batches.length) {
      most = Math.max(most, encoding());
      await turns(1);
    }
    expect(most).toBe(3);
    for (const { batch, queue } of batches) {
      expect(encoder.prepare(batch, queue)).toBe("ready");
      queue.take(batch, { node: 1, now: 0 });
      const [read] = [...readBatches(batch.records ?? Buffer.alloc(0))];
      expect([read?.isValid(), read?.producerId, read?.baseSequence]).toEqual([true, 7n, 0]);
    }
  });

  it("goes on with the others when a batch is given up meanwhile, and frees its memory once the thread is done", async () => {
    const { encoder, sendable } = start();
    const before = memory.used;
    const [one, two] = [filled(laneOf("gzip"), 300_000), filled(laneOf("gzip"), 300_000)];
    encoder.begin(one.batch, one.queue);
    encoder.begin(two.batch, two.queue);
    const held = memory.used;
    one.queue.giveUp(one.batch, new KafkaError("CLIENT_DELIVERY_TIMEOUT", "late"));
    expect(memory.used).toBe(held);
    while (sendable.size < 2) await turns(1);
    expect(one.queue.length).toBe(0);
    expect(memory.used - before).toBe(two.batch.sizeInBytes);
  });
});

describe("a partition's gate", () => {
  it("keeps batches of a transaction back until it opens, and marks them as such", () => {
    let isOpen = false;
    const gate: PartitionGate = {
      maxProduceVersion: undefined,
      isOpen: (_target, lane) => lane.transactionalId === null || isOpen,
    };
    const turn = { node: 1, now: 0 };
    const plain = filled(laneOf("none"), 10, gate);
    expect(plain.queue.peek(turn)).toBe(plain.batch);
    const { queue, batch } = filled(laneOf("none", "payments"), 10, gate);
    expect(queue.peek(turn)).toBeUndefined();
    isOpen = true;
    expect(queue.peek(turn)).toBe(batch);
    queue.take(batch, turn);
    const [read] = [...readBatches(batch.records ?? Buffer.alloc(0))];
    expect(read?.isTransactional).toBe(true);
  });
});
