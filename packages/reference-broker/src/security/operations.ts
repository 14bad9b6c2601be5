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

/** Something that a client does with a resource, as access rules name it. */
export type Operation = keyof typeof operation;

/** The kinds of things that access rules are about. */
export type ResourceKind = "topic" | "group" | "cluster" | "transactionalId";

/** What can be done with each kind of thing, in Apache Kafka's order. */
export const operationsOf: Readonly<Record<ResourceKind, readonly Operation[]>> = {
  topic: ["read", "write", "create", "delete", "alter", "describe", "describeConfigs", "alterConfigs"],
  group: ["read", "delete", "describe", "describeConfigs", "alterConfigs"],
  cluster: ["create", "alter", "describe", "clusterAction", "describeConfigs", "alterConfigs", "idempotentWrite"],
  transactionalId: ["write", "describe"],
};

/** Operations as answers show them: one bit for each. */
export function operationBits(operations: readonly Operation[]): number {
  return operations.reduce((sum, name) => sum | (1 << operation[name]), 0);
}
