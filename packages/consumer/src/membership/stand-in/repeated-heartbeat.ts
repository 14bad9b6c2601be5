import type { Coordinator } from "@moldau/connection-pool";
import { ConsumerGroupHeartbeat, ErrorCode, errorByCode, Heartbeat, Uuid } from "@moldau/protocol-codec";

/** A heartbeat that says again what was said before; plain data, as it goes from thread to thread. */
export type RepeatedHeartbeat = RepeatedClassic | RepeatedNextGeneration;

interface Repeated {
  readonly groupId: string;
  readonly memberId: string;
  /** The round, or the epoch of the member. */
  readonly generationId: number;
  readonly groupInstanceId: string | null;
  /** Time between heartbeats, in milliseconds. */
  readonly intervalMs: number;
  /** Time for the answer to one, in milliseconds. */
  readonly timeoutMs: number;
}

/** The heartbeat of a member under the classic protocol. */
export interface RepeatedClassic extends Repeated {
  readonly protocol: "classic";
}

/**
 * The heartbeat of a member under the next-generation protocol. It says all there is: the main thread may have been told of another epoch and
 * not got to know it, and the coordinator takes one that is only just over from a member that lists what it owns.
 */
export interface RepeatedNextGeneration extends Repeated {
  readonly protocol: "consumer";
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[];
  readonly pattern: string | undefined;
  readonly assignor: string | null;
  readonly owned: readonly { readonly topicId: string; readonly partitions: readonly number[] }[];
}

/** What the answer to a repeated heartbeat amounts to. */
export interface RepeatedOutcome {
  /** Whether the coordinator does not want to hear more of it: the main thread will find out why. */
  readonly refused: boolean;
  /** Under which the member stands now. */
  readonly generationId: number;
}

/** Sends a heartbeat, one attempt. @throws {KafkaError} when the coordinator cannot be asked. */
export async function repeatHeartbeat(
  coordinator: Coordinator,
  heartbeat: RepeatedHeartbeat,
): Promise<RepeatedOutcome> {
  const { generationId } = heartbeat;
  const { errorCode, memberEpoch = generationId } = await ask(coordinator, heartbeat);
  if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE)
    coordinator.forget();
  // A classic group that rebalances waits for its members, and counts their heartbeats all the while.
  const passes = errorCode === 0 || errorCode === ErrorCode.REBALANCE_IN_PROGRESS || errorByCode(errorCode).retriable;
  return { refused: !passes, generationId: errorCode === 0 ? memberEpoch : generationId };
}

function ask(
  coordinator: Coordinator,
  heartbeat: RepeatedHeartbeat,
): Promise<{ readonly errorCode: number; readonly memberEpoch?: number }> {
  const { groupId, memberId, groupInstanceId, generationId, timeoutMs } = heartbeat;
  const options = { purpose: "group", timeoutMs } as const;
  if (heartbeat.protocol === "classic")
    return coordinator.request(
      Heartbeat,
      (version) => ({ groupId, generationId, memberId, groupInstanceId: version >= 3 ? groupInstanceId : null }),
      options,
    );
  const { rackId, rebalanceTimeoutMs, topics, pattern, assignor, owned } = heartbeat;
  return coordinator.request(
    ConsumerGroupHeartbeat,
    {
      groupId,
      memberId,
      memberEpoch: generationId,
      instanceId: groupInstanceId,
      rackId,
      rebalanceTimeoutMs,
      subscribedTopicNames: [...topics],
      ...(pattern === undefined ? {} : { subscribedTopicRegex: pattern }),
      serverAssignor: assignor,
      topicPartitions: owned.map(({ topicId, partitions }) => ({
        topicId: Uuid.parse(topicId),
        partitions: [...partitions],
      })),
    },
    options,
  );
}
