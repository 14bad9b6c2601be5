import type { KafkaError, RecordBatch } from "@moldau/protocol-codec";
import { stayEnded } from "../errors.js";
import type { AbortedTransaction } from "./aborted-transactions.js";
import { Ledger, type Holding } from "./ledger.js";
import { Lineage } from "./lineage.js";
import type { OffsetTarget } from "./offset-target.js";
import { PartitionBuffer, type BatchEnd } from "./partition-buffer.js";
import { partitionKey, type TopicPartition, type TopicPartitionOffset } from "./topic-partition.js";

/** How far a partition is from knowing where to read. */
export type Positioning =
  /** The group's committed offset is to be asked for. */
  | { readonly name: "committed" }
  /** A broker is to be asked which offset `target` is. With `isReset` nobody chose it but `startFrom`. */
  | { readonly name: "target"; readonly target: OffsetTarget; readonly isReset: boolean }
  /** The group's committed offset is to be asked for, since a transaction may have moved it to one of these, or not. */
  | { readonly name: "inDoubt"; readonly offsets: readonly bigint[] }
  /** Nobody but the application can say where to go on. */
  | { readonly name: "nowhere"; readonly error: KafkaError }
  | { readonly name: "ready" };

/** What is done of a partition, as it is committed. */
export interface DoneOffset extends TopicPartitionOffset {
  /** Epoch of the leader that took the last message before the offset, so that whoever resumes can notice a truncated log (KIP-320); -1 when unknown. */
  readonly leaderEpoch: number;
}

/** A place between two messages of a partition. */
export interface Place {
  /** Of the message behind it. */
  readonly offset: bigint;
  /** Epoch of the leader that took the last message before it; -1 when unknown. */
  readonly leaderEpoch: number;
}

/** What was read to its end last. */
interface LastRead {
  /** The offset behind it. */
  readonly nextOffset: bigint;
  /** Its youngest message's time, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** What was handed out and taken back: from one offset on, where reading goes on, up to another. */
interface TakenBack {
  readonly from: bigint;
  readonly to: bigint;
}

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
  /** What is in hand, and done. */
  readonly ledger = new Ledger();
  /** Who leads it, and whether that leader has what was read. */
  readonly lineage = new Lineage();
  /** The application wants nothing of it at the moment. */
  paused = false;
  /** Nothing more is handed out, since it is about to be given up. */
  isSuspended = false;
  /** Until when fetches leave it out, after an answer that said to try again later, on the clock's monotonic time; undefined: they do not. */
  heldBackUntil: number | undefined;
  /** Where it stands in the reader's feed: waiting for its turn, or somebody reads a batch of it. */
  turn: "none" | "queued" | "taken" = "none";
  /** Offset behind the last message that may be read, as the isolation level has it: -1n before the first answer. */
  highWatermark = -1n;
  /** First offset in the log, -1n before the first answer. */
  logStartOffset = -1n;

  readonly #end = new AbortController();
  #positioning: Positioning = { name: "committed" };
  #version = 0;
  #fetchOffset = -1n;
  /** What automatic commits need not commit any more. */
  #committed = -1n;
  /** Where reading began, or went on after a seek, or what was committed since. */
  #settled: Place = { offset: -1n, leaderEpoch: -1 };
  #stay: object = {};
  readonly #formerStays = new WeakSet<object>();
  readonly #lostStays = new WeakSet<object>();
  #takenBack: TakenBack | undefined;
  #lastRead: LastRead | undefined;

  constructor(topic: string, partition: number, buffer: PartitionBuffer = new PartitionBuffer()) {
    this.topic = topic;
    this.partition = partition;
    this.key = partitionKey(topic, partition);
    this.buffer = buffer;
  }

  /** False once the partition was revoked or lost; what still refers to it has no effect then. */
  get isLive(): boolean {
    return !this.#end.signal.aborted;
  }

  /** Fires, with a CLIENT_NOT_ASSIGNED as its reason, when the partition is revoked or lost: what is not committed of it by then is for others. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  get positioning(): Positioning {
    return this.#positioning;
  }

  /** Rises whenever reading continues elsewhere than before, so that an answer to an older question is recognised. */
  get version(): number {
    return this.#version;
  }

  /** Whether it is known where to read. */
  get isReady(): boolean {
    return this.#positioning.name === "ready";
  }

  /** Whether a fetch may ask for it. */
  get isFetchable(): boolean {
    return this.isReadable && this.heldBackUntil === undefined && this.isReady && !this.lineage.isInDoubt;
  }

  /** Whether the leader has to be asked whether it has what was read. */
  get isInDoubt(): boolean {
    return this.isLive && this.isReady && this.lineage.isInDoubt;
  }

  /** Whether its messages may be handed out. */
  get isReadable(): boolean {
    return this.isLive && !this.paused && !this.isSuspended;
  }

  /** What messages are handed out under; another one once they were taken back. */
  get stay(): object {
    return this.#stay;
  }

  /** Whether messages that were handed out under `stay` were taken back. */
  tookBack(stay: object): boolean {
    return this.#formerStays.has(stay);
  }

  /** Whether messages that were handed out under `stay` are in the log no longer. */
  hasLost(stay: object): boolean {
    return this.#lostStays.has(stay);
  }

  /** Whether what lies before `offset` was taken back, and nothing was handed out again since, or not as far as that. */
  comesAgainBefore(offset: bigint): boolean {
    const again = this.#takenBack;
    return again !== undefined && offset <= again.to && (this.position <= again.from || offset > this.position);
  }

  /** The next offset to hand out; meaningful once {@link isReady}. */
  get position(): bigint {
    return this.ledger.position;
  }

  /** The next offset to ask a broker for. */
  get fetchOffset(): bigint {
    return this.#fetchOffset;
  }

  /** The next offset to commit: everything before is done, without a gap. Meaningful once {@link isReady}. */
  get done(): bigint {
    return this.ledger.done;
  }

  /** Time of the youngest message of the batch that was read last, in milliseconds since 1970; undefined before there is one, and after a seek. */
  get readUpTo(): number | undefined {
    return this.#lastRead?.timestamp;
  }

  /** What an automatic commit has to commit: undefined when the coordinator keeps it already, or nothing is known or done. */
  get due(): DoneOffset | undefined {
    if (!this.isLive || !this.isReady) return undefined;
    const { topic, partition } = this;
    const { done: offset, doneEpoch: leaderEpoch } = this.ledger;
    return offset > this.#committed ? { topic, partition, offset, leaderEpoch } : undefined;
  }

  /**
   * The offset was found out that {@link positioning} asked for; `leaderEpoch` is that of what lies before, where it is known, and `toldBy`
   * the epoch of the leader that said so, -1 when no leader did.
   */
  found(offset: bigint, leaderEpoch = -1, toldBy = -1): void {
    const { positioning } = this;
    const isReset = positioning.name === "target" && positioning.isReset;
    const lastRead = isReset ? this.#lastRead : undefined;
    this.#moveTo(offset, leaderEpoch);
    this.lineage.begin(leaderEpoch, toldBy);
    this.#lastRead = lastRead;
    // Where reading begins by startFrom is to be kept even when nothing comes: the next owner continues there. What was
    // committed already is not committed again, and seeking commits nothing by itself.
    this.#committed = isReset ? -1n : offset;
  }

  /** Continues reading elsewhere, as the application wishes; nothing is committed by that alone. */
  seek(to: bigint | OffsetTarget): void {
    if (typeof to !== "bigint") return this.#findOut({ name: "target", target: to, isReset: false });
    this.#moveTo(to, -1);
    this.#committed = to;
  }

  /** Continues reading at an offset that a broker has to be asked for, because there is no other. It is due for commit once it is found. */
  reset(target: OffsetTarget): void {
    this.#findOut({ name: "target", target, isReset: true });
  }

  /** What was read is in the log no longer: nothing of it counts any more. Whoever calls this says where reading goes on. */
  lose(): void {
    this.#lostStays.add(this.#stay);
    this.#stay = {};
  }

  /** Continues reading at a place that nobody chose, because what lay behind it is gone. It is due for commit. */
  goOnAt({ offset, leaderEpoch }: Place): void {
    const lastRead = this.#lastRead;
    this.#moveTo(offset, leaderEpoch);
    // It was the leader that said where the logs part.
    this.lineage.confirm(this.lineage.leader.epoch);
    this.#committed = -1n;
    this.#lastRead = lastRead;
  }

  /** Nothing tells where to go on; the application has to, by a seek. */
  strand(error: KafkaError): void {
    this.#findOut({ name: "nowhere", error });
  }

  /**
   * A transaction came to nothing: reading goes back to what was committed, or to where it began. What was handed out since is of no account
   * and is handed out again; what was fetched ahead is dropped.
   */
  rewind(): void {
    const to = this.#endStay();
    const { offset: from, leaderEpoch } = this.#settled;
    this.#moveTo(from, leaderEpoch);
    if (from < to) this.#takenBack = { from, to };
  }

  /** The same, when the coordinator has to be asked whether the group stands at `offset` by now. */
  doubt(offset: bigint): void {
    const others = this.#positioning.name === "inDoubt" ? this.#positioning.offsets : [];
    const to = this.#endStay();
    this.#findOut({ name: "inDoubt", offsets: [...others, offset] });
    this.#takenBack = { from: -1n, to };
  }

  /** The coordinator has told what it keeps (-1n: nothing) after a transaction that was {@link doubt in doubt}. */
  decided(kept: Place): void {
    const { positioning } = this;
    if (positioning.name !== "inDoubt") return;
    if (!positioning.offsets.includes(kept.offset)) return this.rewind();
    const to = this.#endStay();
    this.#moveTo(kept.offset, kept.leaderEpoch);
    this.#committed = kept.offset;
    this.#takenBack = { from: kept.offset, to };
  }

  /**
   * The application has committed a place in what was taken back, as the next to be read: reading goes on there, unless something is in hand.
   * Whether it was moved.
   */
  stepOver({ offset, leaderEpoch }: Place): boolean {
    const again = this.#takenBack;
    if (again === undefined || !this.isReady || !this.ledger.isEmptyHanded) return false;
    if (offset <= this.position || offset > again.to) return false;
    this.#moveTo(offset, leaderEpoch);
    this.#committed = offset;
    if (offset < again.to) this.#takenBack = { from: offset, to: again.to };
    return true;
  }

  /** Takes the records of an answer to a fetch at {@link fetchOffset}; messages of the aborted transactions are left out. */
  received(records: Buffer, { nextOffset, leaderEpoch }: BatchEnd, aborted: readonly AbortedTransaction[] = []): void {
    this.buffer.push(records, aborted);
    this.#fetchOffset = nextOffset;
    this.lineage.fetched(leaderEpoch);
  }

  /** Everything before `offset` is done, whatever is in hand. */
  mark(offset: bigint): void {
    this.ledger.mark(offset);
  }

  /** The coordinator keeps this place now. Only what lies beyond it, and beyond `done` as it was then, is due. */
  committedAt(place: Place, done: bigint): void {
    this.#settled = place;
    this.notDue(place.offset > done ? place.offset : done);
  }

  /** Nothing before `offset` is to be committed any more. */
  notDue(offset: bigint): void {
    this.#committed = offset;
  }

  /** Drops what was fetched and not read; it is fetched again. */
  forgetFetched(): void {
    this.buffer.clear();
    this.#fetchOffset = this.position;
    this.lineage.back(this.ledger.epoch);
  }

  /** A batch was read to its end. The offset behind it may be further than its last record: compaction leaves gaps. */
  readToEnd({ nextOffset, partitionLeaderEpoch, maxTimestamp: timestamp }: RecordBatch): void {
    this.ledger.advanceTo(nextOffset, partitionLeaderEpoch);
    if (timestamp >= 0) this.#lastRead = { nextOffset, timestamp };
  }

  /** Puts a batch back that was taken and not read to its end; reading continues in it at the {@link position}. */
  putBack(batch: RecordBatch): void {
    this.buffer.unshift([batch]);
  }

  /** Takes everything back that is in hand and not done, or only `holding` and what lies behind it; reading continues there. */
  giveBack(holding?: Holding): void {
    const { batches } = holding === undefined ? this.ledger.giveBack() : this.ledger.giveBackFrom(holding);
    this.buffer.unshift(batches);
    const [first] = batches;
    // What is given back was not read: the messages before it are the last, and are no younger than its first one.
    if (first !== undefined && (this.#lastRead?.nextOffset ?? -1n) > this.position)
      this.#lastRead = { nextOffset: this.position, timestamp: first.baseTimestamp - 1 };
  }

  /** The stay is over. */
  end(): void {
    this.#end.abort(stayEnded(this));
    this.#drop();
    this.ledger.restart(-1n, -1);
    this.lineage.begin(-1);
  }

  /**
   * Takes the next batch that holds messages. Batches without any (control batches, batches of aborted transactions or that
   * compaction emptied, and what lies before the position) are stepped over, each to the offset behind its last: the offset of its last record may be less.
   *
   * @throws {DecodeError} when what the broker sent is no batch, or its checksum is wrong.
   */
  nextBatch(): RecordBatch | undefined {
    for (;;) {
      const batch = this.buffer.shift();
      if (batch === undefined) {
        this.ledger.advanceTo(this.buffer.passed, this.buffer.passedEpoch);
        return undefined;
      }
      const { nextOffset } = batch;
      if (nextOffset <= this.position) continue;
      if (!batch.isControl && batch.count > 0) return batch;
      this.ledger.advanceTo(nextOffset, batch.partitionLeaderEpoch);
    }
  }

  /** What was handed out is of no account any more; where it ends. */
  #endStay(): bigint {
    const { position } = this;
    if (position > this.#settled.offset) {
      this.#formerStays.add(this.#stay);
      this.#stay = {};
    }
    const earlier = this.#takenBack?.to ?? -1n;
    return earlier > position ? earlier : position;
  }

  #moveTo(offset: bigint, leaderEpoch: number): void {
    this.#drop();
    this.#takenBack = undefined;
    this.#lastRead = undefined;
    this.ledger.restart(offset, leaderEpoch);
    this.lineage.begin(leaderEpoch);
    this.#settled = { offset, leaderEpoch };
    this.#positioning = { name: "ready" };
    this.#fetchOffset = offset;
  }

  #findOut(positioning: Positioning): void {
    this.#drop();
    this.#takenBack = undefined;
    if (positioning.name !== "target" || !positioning.isReset) this.#lastRead = undefined;
    this.ledger.restart(-1n, -1);
    this.lineage.begin(-1);
    this.#positioning = positioning;
  }

  #drop(): void {
    this.buffer.clear();
    this.#version++;
  }
}
