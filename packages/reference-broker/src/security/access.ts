import { ErrorCode } from "@moldau/protocol-codec";
import { operationBits, operationsOf, type Operation, type ResourceKind } from "./operations.js";

/** Something that access rules are about. The cluster is named `kafka-cluster`. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly name: string;
}

/** What one client may do. */
export interface Access {
  /** Whether it may do this with that. */
  allows(operation: Operation, resource: Resource): boolean;
}

/** Makes the {@link Access} of whoever sends a request, by the principal's name and the address. */
export type AccessOf = (principal: string, clientHost: string) => Access;

/** Everybody may do everything: as long as there are no access rules. */
export const openAccess: AccessOf = () => ({ allows: () => true });

/** The one cluster that there is. */
export const theCluster: Resource = { kind: "cluster", name: "kafka-cluster" };

/** What may be done with a resource, one bit for each operation, as answers tell it. */
export function authorizedOperations(access: Access, resource: Resource): number {
  return operationBits(operationsOf[resource.kind].filter((operation) => access.allows(operation, resource)));
}

/** The error code for a client that wants to do this with that: NONE when it may, or else the one that says what it may not use. */
export function denialCode(access: Access, operation: Operation, resource: Resource): number {
  return access.allows(operation, resource) ? ErrorCode.NONE : denied[resource.kind];
}

const denied: Readonly<Record<ResourceKind, number>> = {
  topic: ErrorCode.TOPIC_AUTHORIZATION_FAILED,
  group: ErrorCode.GROUP_AUTHORIZATION_FAILED,
  cluster: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  transactionalId: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
};
