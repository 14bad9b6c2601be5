import { coordinatorPartition, ErrorCode, errorByCode, FindCoordinator } from "@moldau/protocol-codec";
import { handler, type RequestContext } from "../network/handler.js";
import { groupsTopic } from "../cluster/internal-topics.js";
import { endpointOf } from "../partitions/partition-lookup.js";

/**
 * FindCoordinator 0-6: the broker that looks after a group.
 *
 * It is the one that leads the partition of `__consumer_offsets` that the group's name belongs to; that topic is made by the first
 * question. From 4 on several keys may be asked for at once. Differences from Apache Kafka: there are no transactions yet, so a
 * transactional id gets TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which every client takes for the end of its transactional producer, where
 * librdkafka asks again for ever after others; and no share groups, so these keys get INVALID_REQUEST.
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
const groupKey = 0;
const transactionKey = 1;

interface Coordinator {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

async function coordinatorOf(key: string, keyType: number, { broker, session }: RequestContext): Promise<Coordinator> {
  if (keyType === transactionKey)
    return nobody(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "This broker has no transactions yet.");
  if (keyType !== groupKey)
    return nobody(ErrorCode.INVALID_REQUEST, `This broker coordinates groups only, not keys of type ${keyType}.`);
  if (broker.cluster.topic(groupsTopic) === undefined) await broker.autoCreate([groupsTopic]);
  const partitions = broker.cluster.topic(groupsTopic)?.partitions ?? [];
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
