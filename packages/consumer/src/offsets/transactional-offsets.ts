import {
  linkSignals,
  type GroupMetadata,
  type OffsetsInTransaction,
  type TransactionOutcome,
} from "@moldau/connection-pool";
import { withJson } from "@moldau/protocol-codec/internal";
import { commitsByItself, notAMember, notAssigned, takenBack } from "../errors.js";
import type { Tell } from "../events.js";
import type { MemberIdentity, Membership } from "../membership/membership.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { Assignment } from "../partitions/assignment.js";
import type { MessageBatch } from "../reading/message-batch.js";
import { markDone, readCommittable, type Committable, type NamedOffset } from "./committable.js";

/** What offsets in transactions need, and whom they tell. */
export interface TransactionalOffsetsInit {
  readonly options: ResolvedConsumerOptions;
  readonly membership: Membership;
  readonly assignment: Assignment;
  readonly tell: Tell;
  /** Reading of these partitions stands elsewhere than before, or has to find out where. */
  readonly rewound: (partitions: readonly AssignedPartition[]) => void;
}

/** An offset that goes with a transaction, and where its partition stood when it was given. */
interface OwnedOffset extends NamedOffset {
  readonly assigned: AssignedPartition;
  readonly version: number;
}

/**
 * What the consumer gives into the transactions of a producer, which commits it with what was made of the messages: nothing is sent from here.
 * What becomes of the transaction is told afterwards, and then reading goes on from there or goes back.
 */
export class TransactionalOffsets {
  readonly #init: TransactionalOffsetsInit;
  #last: MemberIdentity | undefined;

  constructor(init: TransactionalOffsetsInit) {
    this.#init = init;
  }

  /**
   * Who this member is to the group's coordinator in the round that stands.
   *
   * @throws {KafkaError} CLIENT_NOT_ASSIGNED between two rounds.
   */
  groupMetadata(): GroupMetadata {
    return this.#metadataOf(this.#identity());
  }

  /**
   * Reads what is to be committed, and changes nothing; on request with what is due in other partitions.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE for a consumer that commits by itself; CLIENT_INVALID_ARGUMENT; CLIENT_NOT_ASSIGNED for what is not,
   * or no longer, assigned; CLIENT_TAKEN_BACK for what an abort has taken back and was not handed out again.
   */
  offsetsInTransaction(done: Committable, { withOthersDue = false } = {}): OffsetsInTransaction {
    const { options, assignment } = this.#init;
    if (options.autoCommit) throw commitsByItself(options.groupId);
    const named = readCommittable("sendOffsets", done, assignment);
    for (const { assigned, ...offset } of named)
      if (assigned?.comesAgainBefore(offset.offset) === true) throw takenBack(offset, offset.offset);
    const offsets = (withOthersDue ? [...named, ...this.#dueBeside(named)] : named).map(owned);
    const identity = this.#identity();
    const { signal: ownershipEnded, unlink } = linkSignals(...offsets.map(({ assigned }) => assigned.ended));
    let isSettled = false;
    return {
      group: this.#metadataOf(identity),
      member: this.#memberOverTime(identity),
      offsets: offsets.map(({ topic, partition, offset, leaderEpoch, metadata }) =>
        withJson({ topic, partition, offset, leaderEpoch, metadata }),
      ),
      ownershipEnded,
      settle: (outcome) => {
        if (!isSettled) this.#settle(offsets, outcome);
        isSettled = true;
        unlink();
        return Promise.resolve();
      },
    };
  }

  /** Fires when the partition that the batch is of is given up or lost; it has fired where that has happened. */
  ownershipEnded(batch: MessageBatch): AbortSignal {
    this.#last = this.#init.membership.identity ?? this.#last;
    return this.#init.assignment.find(batch)?.ended ?? AbortSignal.abort(notAMember(this.#init.options.groupId));
  }

  /** Whether anything is done, or stepped over, that was not committed. */
  get hasDue(): boolean {
    return this.#dueBeside([]).length > 0;
  }

  /** A transaction came to nothing before its offsets were given: reading of these batches, and what follows them, goes back. */
  rewind(batches: readonly MessageBatch[]): void {
    const { assignment, rewound } = this.#init;
    const held = batches.flatMap((batch) => assignment.find(batch) ?? []);
    const standing = [...new Set(held)].filter(({ isReady }) => isReady);
    for (const partition of standing) partition.rewind();
    rewound(standing);
  }

  /** The same for all partitions; one that has to find out where it stands goes on with that. */
  takeBack(): void {
    const { assignment, rewound } = this.#init;
    const standing = [...assignment].filter(({ isReady }) => isReady);
    for (const partition of standing) partition.rewind();
    rewound(standing);
  }

  #dueBeside(named: readonly NamedOffset[]): NamedOffset[] {
    const { assignment } = this.#init;
    const isNamed = new Set(named.map(({ assigned }) => assigned));
    return [...assignment].flatMap((assigned): NamedOffset[] => {
      const due = isNamed.has(assigned) ? undefined : assigned.due;
      const { topicId } = assigned.lineage;
      return due === undefined ? [] : [{ ...due, topicId, metadata: "", assigned }];
    });
  }

  #settle(offsets: readonly OwnedOffset[], outcome: TransactionOutcome): void {
    switch (outcome) {
      case "committed":
        return this.#committed(offsets);
      case "aborted":
        return this.#goBack(offsets.filter(stands), ({ assigned }) => assigned.rewind());
      case "unknown":
        return this.#goBack(
          offsets.filter((each) => stands(each) || isInDoubt(each)),
          ({ assigned, offset }) => assigned.doubt(offset),
        );
    }
  }

  #goBack(offsets: readonly OwnedOffset[], move: (offset: OwnedOffset) => void): void {
    offsets.forEach(move);
    this.#init.rewound(offsets.map(({ assigned }) => assigned));
  }

  #committed(offsets: readonly OwnedOffset[]): void {
    for (const { assigned, offset, leaderEpoch } of offsets.filter(stands)) {
      markDone(assigned, offset);
      assigned.committedAt({ offset, leaderEpoch }, offset);
    }
    const kept = offsets.map(({ topic, partition, offset }) => withJson({ topic, partition, offset }));
    if (kept.length > 0) this.#init.tell("committed", (consumer) => ({ ...consumer, offsets: kept }));
  }

  /** Between two rounds, while partitions are kept, the one that ended last: whoever commits under it waits for the next. */
  #identity(): MemberIdentity {
    const { options, membership, assignment } = this.#init;
    const { identity = assignment.size > 0 ? this.#last : undefined } = membership;
    if (identity === undefined) throw notAMember(options.groupId);
    this.#last = identity;
    return identity;
  }

  /** {@link OffsetsInTransaction.member}, beginning with `first`. */
  #memberOverTime(first: MemberIdentity): NonNullable<OffsetsInTransaction["member"]> {
    const { membership } = this.#init;
    let told = first;
    return async (refused, signal) => {
      told = await membership.nextIdentity(refused === undefined ? undefined : told, signal);
      return this.#metadataOf(told);
    };
  }

  #metadataOf({ memberId, generationId, groupInstanceId }: MemberIdentity): GroupMetadata {
    return { groupId: this.#init.options.groupId, generationId, memberId, groupInstanceId };
  }
}

function owned(offset: NamedOffset): OwnedOffset {
  const { assigned } = offset;
  if (assigned === undefined) throw notAssigned(offset, "is not assigned to this consumer.");
  return { ...offset, assigned, version: assigned.version };
}

/** Whether nobody moved the reading elsewhere meanwhile, or gave the partition up: otherwise that stands. */
function stands({ assigned, version }: OwnedOffset): boolean {
  return assigned.isReady && assigned.version === version;
}

/** Whether another offset of the same transaction was the first to be settled. */
function isInDoubt({ assigned }: OwnedOffset): boolean {
  return assigned.isLive && assigned.positioning.name === "inDoubt";
}
