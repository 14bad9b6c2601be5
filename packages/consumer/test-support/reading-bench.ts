import type { Clock } from "@moldau/connection-pool";
import { writeBatch, type CompressionCodec } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { AssignedPartition } from "../src/partitions/assigned-partition.js";
import { endOfRecords, PartitionBuffer } from "../src/partitions/partition-buffer.js";
import type { MessageLoop } from "../src/reading/message-loop.js";
import type { Message } from "../src/reading/message.js";
import { Reader } from "../src/reading/reader.js";

/** What a record batch is to look like. */
export interface BatchShape {
  readonly baseOffset: number;
  /** Distances of the records from the base offset. */
  readonly deltas?: readonly number[];
  readonly isControl?: boolean;
  readonly lastOffsetDelta?: number;
  readonly compression?: CompressionCodec;
}

/** Writes a record batch, by default of three records, whose values tell their offsets. */
export function batch({ baseOffset, deltas = [0, 1, 2], ...rest }: BatchShape): Buffer {
  const records = deltas.map((delta) => ({
    offset: BigInt(baseOffset + delta),
    timestamp: 1000 + delta,
    key: null,
    value: Buffer.from(`v${baseOffset + delta}`),
  }));
  return writeBatch({ baseOffset: BigInt(baseOffset), ...rest }, records);
}

/** A partition that is read from an offset on. */
export function assigned(
  number = 0,
  from = 0n,
  options?: ConstructorParameters<typeof PartitionBuffer>[0],
): AssignedPartition {
  const partition = new AssignedPartition("orders", number, new PartitionBuffer(options));
  partition.found(from);
  return partition;
}

/** A reader, and what it told. */
export interface Bench {
  readonly reader: Reader;
  readonly consumed: AssignedPartition[];
  /** Has an answer of these batches arrive. */
  give(partition: AssignedPartition, ...batches: readonly Buffer[]): void;
}

/** Makes a reader that needs no group. */
export function bench(start: () => Promise<void> = () => Promise.resolve(), clock: Clock = new VirtualClock()): Bench {
  const consumed: AssignedPartition[] = [];
  const reader = new Reader({
    name: { clientId: "test", clientInstance: 1, groupId: "billing" },
    clock,
    start,
    begun: () => undefined,
    progressed: () => undefined,
    consumed: (partition) => consumed.push(partition),
  });
  const give = (partition: AssignedPartition, ...batches: readonly Buffer[]): void => {
    const records = Buffer.concat(batches);
    partition.received(records, endOfRecords(records) ?? { nextOffset: partition.fetchOffset, leaderEpoch: -1 });
    reader.enqueue(partition);
  };
  return { reader, consumed, give };
}

/** Ends the reading without waiting for a body. */
export async function closeAtOnce(reader: Reader): Promise<void> {
  await reader.close({
    finish: false,
    deadline: 0,
    late: () => {
      throw new Error("nothing was waited for");
    },
  });
}

/** The first offset that is in hand; undefined when none is. */
export function inHandFrom({ ledger }: AssignedPartition): bigint | undefined {
  return ledger.isEmptyHanded ? undefined : ledger.done;
}

/** What the next so many messages are. */
export async function take(loop: MessageLoop, count: number): Promise<string[]> {
  const offsets: string[] = [];
  for (let index = 0; index < count; index++) offsets.push(describeMessage(await loop.next()));
  return offsets;
}

/** What a loop answered, as partition and offset. */
export function describeMessage({ value, done }: IteratorResult<Message, undefined>): string {
  return done === true ? "done" : `${value.partition}@${value.offset}`;
}
