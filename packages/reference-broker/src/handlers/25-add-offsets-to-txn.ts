import { AddOffsetsToTxn, ErrorCode } from "@moldau/protocol-codec";
import { groupsTopic } from "../cluster/internal-topics.js";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";
import { errorBefore } from "../transactions/older-errors.js";

/**
 * AddOffsetsToTxn 0-4: makes the offsets of a group a part of a producer's transaction.
 *
 * What is added is the partition of `__consumer_offsets` that the group belongs to; whether that topic exists yet is not asked. The errors
 * are those of AddPartitionsToTxn; a fenced producer hears INVALID_PRODUCER_EPOCH before version 2. Under version 2 of the protocol
 * TxnOffsetCommit 5 does this by itself. As in Apache Kafka 4.3.
 */
export const addOffsetsToTxn = handler({
  api: AddOffsetsToTxn,
  versions: { min: 0, max: 4 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  authorize: ({ transactionalId, groupId }, { access }) => {
    const denied = denialCode(access, "write", { kind: "transactionalId", name: transactionalId });
    return denied === ErrorCode.NONE ? denialCode(access, "read", { kind: "group", name: groupId }) : denied;
  },
  answer: async ({ transactionalId, producerId, producerEpoch, groupId }, { broker, apiVersion }) => {
    const partitions = [{ topic: groupsTopic, partition: broker.groups.partitionOf(groupId) }];
    const request = { transactionalId, producerId, producerEpoch, partitions };
    const errorCode = await broker.transactions.addPartitions(request, 0);
    return { errorCode: errorBefore(firstVersionWithFenced, errorCode, apiVersion) };
  },
});

const firstVersionWithFenced = 2;
