import { DescribeGroups, ErrorCode } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { authorizedOperations, type Access } from "../security/access.js";

/**
 * DescribeGroups 0-6: state, protocol and members of groups.
 *
 * An unknown group is described as Dead; from version 6 on with GROUP_ID_NOT_FOUND (KIP-1043). Metadata of members and the protocol's name
 * are shown of a stable group alone. From version 3 on the operations that the client may do can be asked for; there are no ACLs yet, so
 * they are all that Kafka knows for a group. As in Apache Kafka 4.3; the answers keep the order of the request.
 */
export const describeGroups = handler({
  api: DescribeGroups,
  versions: { min: 0, max: 6 },
  refuse: ({ groups }, { errorCode }) => ({
    groups: groups.map((groupId) => ({ groupId, errorCode })),
  }),
  answer: ({ groups, includeAuthorizedOperations }, { broker, apiVersion, access }) => ({
    groups: broker.groups.describe(groups, apiVersion).map((group) => {
      const isShown = includeAuthorizedOperations && apiVersion >= 3 && group.errorCode === ErrorCode.NONE;
      return isShown ? { ...group, authorizedOperations: operationsOn(group.groupId, access) } : group;
    }),
  }),
});

function operationsOn(groupId: string, access: Access): number {
  return authorizedOperations(access, { kind: "group", name: groupId });
}
