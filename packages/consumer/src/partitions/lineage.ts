import { Uuid } from "@moldau/protocol-codec";

/** Who leads a partition, as far as the metadata tells. */
export interface PartitionLeader {
  /** Node id, -1 when there is none. */
  readonly node: number;
  /** Counts the leaders of the partition; -1 when the broker is too old to tell. */
  readonly epoch: number;
  /** All zero when the broker is too old to tell. */
  readonly topicId: Uuid;
}

const noLeader: PartitionLeader = { node: -1, epoch: -1, topicId: Uuid.zero };
const unknown = -1;

/**
 * Whose log a partition was read from so far, and whether the log that is read next goes on from it (KIP-320).
 *
 * A leader never cuts off what it has handed out, as long as it leads. Its successor may not have all of it: after an election that was not
 * clean, or a crash before the disk had everything, the log begins anew from an earlier offset, with other messages. So what was read under
 * one epoch is in doubt under another one, until the new leader has told where that epoch ends in its log. Within one epoch nothing is asked.
 */
export class Lineage {
  #leader = noLeader;
  /** The topic's id as it was told last; all zero before. */
  #topicId = Uuid.zero;
  /** Epoch of the leader that took the last batch that was fetched, or that lies before the place where reading began. */
  #epoch = unknown;
  /** Epoch of the leader whose log is known to hold what was read. */
  #confirmedBy = unknown;

  get leader(): PartitionLeader {
    return this.#leader;
  }

  /** Of the topic that is read, whatever else has its name by now; all zero before it was told. */
  get topicId(): Uuid {
    return this.#topicId;
  }

  /** Epoch of the leader that took the last message before the next one to fetch; -1 when unknown. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether the leader has to be asked where {@link epoch} ends in its log, before anything is fetched from it. */
  get isInDoubt(): boolean {
    const { epoch } = this.#leader;
    return this.#epoch >= 0 && epoch >= 0 && epoch !== this.#epoch && epoch !== this.#confirmedBy;
  }

  /** Takes note of who leads. False when it is another topic under the same name by now: nothing that is known of the old one holds. */
  ledBy(leader: PartitionLeader): boolean {
    const known = this.#topicId;
    this.#leader = leader;
    if (leader.topicId.isZero) return true;
    this.#topicId = leader.topicId;
    return known.isZero || known.equals(leader.topicId);
  }

  /**
   * Reading begins, or goes on elsewhere, behind a message that was taken under `epoch`; -1 when that is unknown, so that nothing can be asked.
   * `confirmedBy` is the epoch of the leader that named the place, -1 when none did.
   */
  begin(epoch: number, confirmedBy = unknown): void {
    this.#epoch = epoch;
    this.#confirmedBy = confirmedBy;
  }

  /** What ends with a batch of this epoch was fetched from the leader, or a replica of it. */
  fetched(epoch: number): void {
    if (epoch >= 0) this.#epoch = epoch;
    this.#confirmedBy = this.#leader.epoch;
  }

  /** Fetching goes back to behind an earlier message: a leader that has what came later has that as well. */
  back(epoch: number): void {
    if (epoch < 0) return;
    if (!this.isInDoubt) this.#confirmedBy = this.#leader.epoch;
    this.#epoch = epoch;
  }

  /** The leader of this epoch has what was read, or cannot tell. */
  confirm(leaderEpoch: number): void {
    this.#confirmedBy = leaderEpoch;
  }
}
