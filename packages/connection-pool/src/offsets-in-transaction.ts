/** Who a member is to the coordinator of its group, for offsets that go with a transaction (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string;
  /** Generation of the group, or epoch of the member; -1 for a group without members. */
  readonly generationId: number;
  /** Empty for a group without members. */
  readonly memberId: string;
  /** The static identity (KIP-345), or null. */
  readonly groupInstanceId: string | null;
}

/** The offset that a group is to read next in a partition. */
export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Leader epoch of the last record that was read; -1 when it is not known. */
  readonly leaderEpoch: number;
  /** A text that is kept with the offset. */
  readonly metadata: string;
}

/**
 * What became of a transaction, as far as its producer can tell. `unknown`: it was told to commit, and neither answer nor error says whether it
 * did, as when the producer was fenced meanwhile; the group's coordinator knows, once it is decided.
 */
export type TransactionOutcome = "committed" | "aborted" | "unknown";

/** What a consumer gives into a transaction: offsets, and the right under which they are committed. */
export interface OffsetsInTransaction {
  /** Who the member was when this was made. */
  readonly group: GroupMetadata;
  /**
   * Who the member is when the offsets go to the coordinator: the group may have had another round since this was made, in which the partitions were
   * kept. With `refused`, who it is once the coordinator's refusal of that one is out of date. Waits between two rounds. Absent: as `group` says.
   *
   * @throws {KafkaError} when `signal` fires.
   */
  readonly member?: (refused: GroupMetadata | undefined, signal: AbortSignal) => Promise<GroupMetadata>;
  readonly offsets: readonly GroupOffset[];
  /** Fires when one of the partitions is given up or lost: others may own it by then, and the transaction has to be aborted. */
  readonly ownershipEnded: AbortSignal;
  /**
   * Tells what became of the transaction, once; a second call changes nothing. `committed`: the offsets count as committed. `aborted`: of the
   * partitions that are still owned, what was read since the committed positions is read again, and what was fetched ahead is dropped.
   * `unknown`: the same, from where the coordinator then says that the group stands. Nothing from before is handed out once it resolves, which
   * is at once; never rejects.
   */
  settle(outcome: TransactionOutcome): Promise<void>;
}

/** A consumer as a transaction sees it: what it is asked for by `sendOffsets({ consumer, offsets })`. */
export interface OffsetsConsumer<Done> {
  /**
   * What is to be committed for `done`: a message, a batch, or offsets to read next.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, CLIENT_INVALID_STATE for a consumer that commits by itself, CLIENT_NOT_ASSIGNED for what
   * was given up since, CLIENT_TAKEN_BACK for what was taken back and not handed out again.
   */
  offsetsInTransaction(done: Done): OffsetsInTransaction;
  /**
   * Takes reading back to what was committed last and drops what was fetched ahead, for all partitions assigned: what a transaction read that was
   * aborted is read again. Offsets that went with that transaction are settled before. Resolves when reading stands there; never rejects.
   */
  takeBack(): Promise<void>;
}
