import { ErrorCode, TxnOffsetCommit, type TxnOffsetCommitRequest } from "@moldau/protocol-codec";
import { groupsTopic } from "../cluster/internal-topics.js";
import { clientError, CoordinatorError } from "../coordination/coordinator-error.js";
import { answerCommit, refuseCommit, topicsToCommit } from "../groups/topics-to-commit.js";
import type { RequiredVerification } from "../log/producer-tracking.js";
import { handler, type RequestContext } from "../network/handler.js";
import { denialCode } from "../security/access.js";
import { admissionOfOffsetCommit } from "../transactions/admission.js";

/**
 * TxnOffsetCommit 0-5: a producer writes down, as a part of its transaction, how far the messages have been read that it answers.
 *
 * The offsets are pending until the transaction ends: a commit makes them the group's, an abort drops them. From version 3 on the member says
 * who it is (KIP-447), and is judged as in OffsetCommit, except that a group that is being rebalanced takes it (UNKNOWN_MEMBER_ID,
 * FENCED_INSTANCE_ID, ILLEGAL_GENERATION, also for a generation of a group that is not there); who says nothing may commit always. The
 * group's partition has to be in the transaction: up to version 4 that is asked of the transaction's coordinator (TRANSACTION_ABORTABLE, before
 * version 4 INVALID_TXN_STATE), from 5 on it is added (KIP-890). A fenced producer hears INVALID_PRODUCER_EPOCH. A commit is no heartbeat. As in
 * Apache Kafka 4.3; the answer keeps the order of the request, where Kafka puts refused topics first.
 */
export const txnOffsetCommit = handler({
  api: TxnOffsetCommit,
  versions: { min: 0, max: 5 },
  refuse: ({ topics }, { errorCode }) => ({ topics: topics.map((topic) => refuseCommit(topic, errorCode)) }),
  authorize: ({ transactionalId, groupId }, { access }) => {
    const denied = denialCode(access, "write", { kind: "transactionalId", name: transactionalId });
    return denied === ErrorCode.NONE ? denialCode(access, "read", { kind: "group", name: groupId }) : denied;
  },
  answer: async (request, context) => {
    const { broker, apiVersion } = context;
    const topics = topicsToCommit(request.topics, broker.groups.topics, { byId: false });
    const commit = async (wanted: typeof request.topics) => {
      const verification = await admit(request, context);
      const { producerId, producerEpoch } = request;
      const producer = { producerId, producerEpoch, verification };
      return broker.groups.commitInTransaction({ ...request, topics: wanted }, producer, apiVersion);
    };
    return { topics: await answerCommit(topics, commit, (errorCode) => inVersion(errorCode, apiVersion)) };
  },
});

/** Producers of the first versions fail when they hear that a coordinator is loading (KAFKA-7296). */
const firstVersionWithLoading = 2;

/** Makes sure that the partition of the group is in the transaction. Throws a CoordinatorError when it is not. */
async function admit(
  { groupId, transactionalId, producerId, producerEpoch }: TxnOffsetCommitRequest,
  { broker, apiVersion, signal }: RequestContext,
): Promise<RequiredVerification | undefined> {
  if (groupId === "") throw new CoordinatorError(ErrorCode.INVALID_GROUP_ID);
  const led = broker.partitions.get(groupsTopic, broker.groups.partitionOf(groupId));
  if (led?.isLed !== true) throw new CoordinatorError(ErrorCode.NOT_COORDINATOR);
  const [admission] = await broker.admission.admit({
    kind: admissionOfOffsetCommit(apiVersion),
    transactionalId,
    producerId,
    producerEpoch,
    partitions: [{ led, firstSequence: -1 }],
    signal,
  });
  const errorCode = admission?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  if (errorCode !== ErrorCode.NONE) throw new CoordinatorError(clientError(errorCode));
  return admission?.verification;
}

function inVersion(errorCode: number, apiVersion: number): number {
  const isTooNew = errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS && apiVersion < firstVersionWithLoading;
  return isTooNew ? ErrorCode.COORDINATOR_NOT_AVAILABLE : errorCode;
}
