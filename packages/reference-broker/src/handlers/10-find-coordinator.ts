import { coordinatorPartition, ErrorCode, errorByCode, FindCoordinator } from "@moldau/protocol-codec";
import { handler, type RequestContext } from "../network/handler.js";
import { internalTopics } from "../cluster/internal-topics.js";
import { denialCode } from "../security/access.js";
import { endpointOf } from "../partitions/partition-lookup.js";

/**
 * FindCoordinator 0-6: the broker that looks after a group or a transactional id.
 *
 * It is the one that leads the partition of `__consumer_offsets` or `__transaction_state` that the key belongs to; that topic is made by the
 * first question (Kafka answers that one with COORDINATOR_NOT_AVAILABLE, and makes the topic meanwhile). From 4 on several keys may be asked
 * for at once. Difference from Apache Kafka: there are no share groups, so these keys get INVALID_REQUEST.
 */
export const findCoordinator = handler({
  api: FindCoordinator,
  versions: { min: 0, max: 6 },
  refuse: ({ coordinatorKeys }, { errorCode, apiVersion }) =>
    apiVersion >= firstVersionWithKeys
      ? { coordinators: coordinatorKeys.map((key) => ({ key, ...nobody(errorCode) })) }
      : nobody(errorCode),
  answer: async ({ key, keyType, coordinatorKeys }, context) => {
    if (context.apiVersion >= firstVersionWithKeys) {
      return {
        coordinators: await Promise.all(
          coordinatorKeys.map(async (each) => ({ key: each, ...(await coordinatorOf(each, keyType, context)) })),
        ),
      };
    }
    return coordinatorOf(key, keyType, context);
  },
});

const firstVersionWithKeys = 4;
interface Coordinator {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

async function coordinatorOf(key: string, keyType: number, context: RequestContext): Promise<Coordinator> {
  const { broker, session, access } = context;
  const topic = internalTopics.find((each) => each.keyType === keyType && each.wish !== undefined);
  if (topic === undefined)
    return nobody(
      ErrorCode.INVALID_REQUEST,
      `This broker coordinates groups and transactions only, not keys of type ${keyType}.`,
    );
  const kind = topic.coordinates === "transaction" ? "transactionalId" : "group";
  const denied = denialCode(access, "describe", { kind, name: key });
  if (denied !== ErrorCode.NONE) return nobody(denied);
  if (broker.cluster.topic(topic.name) === undefined) await broker.autoCreate([topic.name]);
  const partitions = broker.cluster.topic(topic.name)?.partitions ?? [];
  const leader =
    partitions.length === 0 ? -1 : (partitions[coordinatorPartition(key, partitions.length)]?.leader ?? -1);
  const endpoint = endpointOf(broker.cluster, leader, session.listener);
  if (endpoint === undefined) return nobody(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  const { nodeId, host, port } = endpoint;
  return { errorCode: ErrorCode.NONE, errorMessage: null, nodeId, host, port };
}

function nobody(errorCode: number, errorMessage = errorByCode(errorCode).message): Coordinator {
  return { errorCode, errorMessage, nodeId: -1, host: "", port: -1 };
}
