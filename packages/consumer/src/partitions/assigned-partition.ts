import { Uuid, type RecordBatch } from "@moldau/protocol-codec";
import { PartitionBuffer } from "../fetch/partition-buffer.js";
import type { OffsetTarget } from "../offsets/offset-target.js";
import { partitionKey, type TopicPartition } from "./topic-partition.js";

/** How far a partition is from knowing where to read. */
export type Positioning =
  /** The group's committed offset is to be asked for. */
  | { readonly name: "committed" }
  /** A broker is to be asked which offset `target` is. */
  | { readonly name: "target"; readonly target: OffsetTarget }
  | { readonly name: "ready" };

/** Who leads a partition, as far as the metadata tells. */
export interface PartitionLeader {
  /** Node id, -1 when there is none. */
  readonly node: number;
  readonly epoch: number;
  readonly topicId: Uuid;
}

const noLeader: PartitionLeader = { node: -1, epoch: -1, topicId: Uuid.zero };

/**
 * One partition during its stay with this consumer, from assignment to revocation: what is buffered, where reading
 * stands, and what is done.
 *
 *   done ≤ position ≤ fetch offset
 *
 *   ──────────────┬────────────┬──────────────────────────┬──────────▶ log
 *    done          in hand      buffered                   to be fetched
 */
export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly buffer: PartitionBuffer;
  leader: PartitionLeader = noLeader;
  positioning: Positioning = { name: "committed" };
  paused = false;
  /** Backing off after an answer that said to try again later. */
  isHeldBack = false;
  /** Whether the partition waits in the reader's queue. */
  isQueued = false;
  /** Rises whenever reading continues elsewhere than before, so that an answer to an older question is recognised. */
  version = 0;
  /** Offset behind the last message that readers may see, -1n before the first answer. */
  highWatermark = -1n;
  /** First offset in the log, -1n before the first answer. */
  logStartOffset = -1n;
  /** Epoch of the batch read last: goes into commits, so that whoever resumes can notice a truncated log (KIP-320). */
  leaderEpochRead = -1;

  #isLive = true;
  #position = -1n;
  #fetchOffset = -1n;
  #marked = -1n;
  #committed = -1n;

  constructor(topic: string, partition: number, buffer: PartitionBuffer = new PartitionBuffer()) {
    this.topic = topic;
    this.partition = partition;
    this.key = partitionKey(topic, partition);
    this.buffer = buffer;
  }

  /** False once the partition was revoked or lost; what still refers to it has no effect then. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get isReady(): boolean {
    return this.positioning.name === "ready";
  }

  /** Whether a fetch may ask for it. */
  get isFetchable(): boolean {
    return this.#isLive && !this.paused && !this.isHeldBack && this.isReady;
  }

  /** The next offset to hand out; meaningful once {@link isReady}. While a batch is being read, where that batch began or was put back. */
  get position(): bigint {
    return this.#position;
  }

  /** The next offset to ask a broker for. */
  get fetchOffset(): bigint {
    return this.#fetchOffset;
  }

  /** The offset committed last, or where the stay began: automatic commits leave out what stands there. -1n before it is known. */
  get committed(): bigint {
    return this.#committed;
  }

  /** What the application marked by hand: everything before is done. */
  get marked(): bigint {
    return this.#marked;
  }

  /** Reading begins, or continues elsewhere: what was fetched is dropped, and nothing counts as done before something new is. */
  moveTo(offset: bigint): void {
    this.#drop();
    this.positioning = { name: "ready" };
    this.#position = offset;
    this.#fetchOffset = offset;
    this.#committed = offset;
  }

  /** Reading continues at an offset that a broker has to be asked for. */
  moveToTarget(target: OffsetTarget): void {
    this.#drop();
    this.positioning = { name: "target", target };
  }

  /** Everything before `offset` has been read or stepped over. */
  advanceTo(offset: bigint): void {
    this.#position = offset;
  }

  /** Takes the records of an answer to a fetch at {@link fetchOffset}. */
  received(records: Buffer, nextOffset: bigint): void {
    this.buffer.push(records);
    this.#fetchOffset = nextOffset;
  }

  /** Everything before `offset` is done, whatever is in hand. */
  mark(offset: bigint): void {
    if (offset > this.#marked) this.#marked = offset;
  }

  /** The coordinator keeps `offset` now. */
  committedAt(offset: bigint): void {
    this.#committed = offset;
  }

  /** Drops what was fetched and not read; it is fetched again. */
  forgetFetched(): void {
    this.buffer.clear();
    this.#fetchOffset = this.#position;
  }

  /** Puts batches back that were taken; reading continues at `offset`, in the first of them. */
  putBack(batches: readonly RecordBatch[], offset: bigint): void {
    this.buffer.unshift(batches);
    this.#position = offset;
  }

  /** The stay is over. */
  end(): void {
    this.#isLive = false;
    this.buffer.clear();
    this.version++;
  }

  /**
   * Takes the next batch that holds messages. Batches without any (control batches, batches that compaction emptied, and what
   * lies before the position) are stepped over, each to the offset behind its last: the offset of its last record may be less.
   *
   * @throws {DecodeError} when what the broker sent is no batch, or its checksum is wrong.
   */
  nextBatch(): RecordBatch | undefined {
    for (;;) {
      const batch = this.buffer.shift();
      if (batch === undefined) return undefined;
      const { nextOffset } = batch;
      if (nextOffset <= this.#position) continue;
      if (!batch.isControl && batch.count > 0) return batch;
      this.#position = nextOffset;
    }
  }

  #drop(): void {
    this.buffer.clear();
    this.version++;
    this.#marked = -1n;
  }
}
