import type { Cluster, OperationOptions } from "@moldau/connection-pool";
import { ConsumerGroupHeartbeat } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";

/** A member of the next-generation protocol that is to go. */
export interface ConsumerToExpel {
  readonly memberId: string;
  /** The name of a static member; absent for others. */
  readonly groupInstanceId?: string;
}

/** What became of it. */
interface ExpelledConsumer extends ItemResult {
  readonly consumer: ConsumerToExpel;
}

/** Says in the place of members of the next generation that they leave (ConsumerGroupHeartbeat, KIP-848), each by a request of its own. */
export function expelConsumers(
  groupId: string,
  members: readonly ConsumerToExpel[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly ExpelledConsumer[]> {
  return perform({
    api: ConsumerGroupHeartbeat,
    items: members,
    route: coordinatorOf("group", () => groupId),
    // Whoever has that name by then may be another.
    repeatable: false,
    itemsPerRequest: () => 1,
    keyOf: ({ memberId }) => memberId,
    factsOf: () => ({ groupId }),
    question: ([only]) => ({
      ...{ groupId, memberId: only?.memberId ?? "", memberEpoch: leaving },
      ...(only?.groupInstanceId === undefined ? {} : { instanceId: only.groupInstanceId }),
    }),
    answers: ({ errorCode, errorMessage }, [only]) => [[only?.memberId ?? "", { errorCode, errorMessage }] as const],
    succeeded: (consumer): ExpelledConsumer => ({ consumer }),
    failed: (consumer, error): ExpelledConsumer => ({ consumer, error }),
  });
}

/** The epoch of those that leave for good, static or not. */
const leaving = -1;
