import { ErrorCode, type ConsumerGroupHeartbeatRequest } from "@moldau/protocol-codec";
import type { CoordinatorError } from "../../coordination/coordinator-error.js";
import { refusal } from "./draft.js";
import { memberEpochs } from "./state.js";

/**
 * Why a heartbeat says nothing that could be meant, whatever the group is; undefined when there is nothing wrong with it. From version 1 on a
 * member makes its id itself, and has one from the start.
 */
export function heartbeatProblem(
  request: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
  assignors: Iterable<string>,
): CoordinatorError | undefined {
  const sentence = invalid(request, apiVersion);
  if (sentence !== undefined) return refusal(ErrorCode.INVALID_REQUEST, sentence);
  const { serverAssignor } = request;
  const names = [...assignors];
  if (serverAssignor === null || names.includes(serverAssignor)) return undefined;
  return refusal(
    ErrorCode.UNSUPPORTED_ASSIGNOR,
    `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${names.join(", ")}.`,
  );
}

function invalid(request: ConsumerGroupHeartbeatRequest, apiVersion: number): string | undefined {
  const { memberEpoch, memberId, groupId, instanceId, rackId } = request;
  const needsId = apiVersion >= 1 || memberEpoch > 0 || memberEpoch === memberEpochs.leave;
  if (needsId && isBlank(memberId)) return "MemberId can't be empty.";
  if (isBlank(groupId)) return "GroupId can't be empty.";
  if (isBlank(instanceId)) return "InstanceId can't be empty.";
  if (isBlank(rackId)) return "RackId can't be empty.";
  if (memberEpoch === memberEpochs.join) return invalidJoin(request);
  if (memberEpoch === memberEpochs.leaveForAWhile && instanceId === null) return "InstanceId can't be null.";
  return memberEpoch < memberEpochs.leaveForAWhile ? "MemberEpoch is invalid." : undefined;
}

/** Who joins says everything of itself. No topics and no pattern are fine: such a member reads nothing, and belongs to the group. */
function invalidJoin(request: ConsumerGroupHeartbeatRequest): string | undefined {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request;
  if (rebalanceTimeoutMs === -1) return "RebalanceTimeoutMs must be provided in first request.";
  if (topicPartitions?.length !== 0) return "TopicPartitions must be empty when (re-)joining.";
  return subscribedTopicNames === null && subscribedTopicRegex === null
    ? "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
    : undefined;
}

/** As Java trims: what is not above a space is nothing. */
function isBlank(text: string | null): boolean {
  return text !== null && !/[!-\uffff]/.test(text);
}
