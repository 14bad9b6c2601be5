/** Kafka's numbers of the operations that access rules speak of. */
const operation = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const;

/**
 * What a client may do with a topic, one bit for each operation: everything, as long as there are no access rules.
 */
export const allTopicOperations: number = bits(
  "read",
  "write",
  "create",
  "delete",
  "alter",
  "describe",
  "describeConfigs",
  "alterConfigs",
);

/** What a client may do with the cluster. */
export const allClusterOperations: number = bits(
  "create",
  "alter",
  "describe",
  "clusterAction",
  "describeConfigs",
  "alterConfigs",
  "idempotentWrite",
);

function bits(...operations: readonly (keyof typeof operation)[]): number {
  return operations.reduce((sum, name) => sum | (1 << operation[name]), 0);
}
