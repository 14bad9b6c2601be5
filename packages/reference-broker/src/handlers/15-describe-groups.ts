import { DescribeGroups, ErrorCode } from "@moldau/protocol-codec";
import { handler } from "../network/dispatch.js";

/**
 * DescribeGroups 0-6: state, protocol and members of groups.
 *
 * An unknown group is described as Dead; from version 6 on with GROUP_ID_NOT_FOUND (KIP-1043). Metadata of members and the protocol's name
 * are shown of a stable group alone. From version 3 on the operations that the client may do can be asked for; there are no ACLs yet, so
 * they are all that Kafka knows for a group. As in Apache Kafka 4.3; the answers keep the order of the request.
 */
export const describeGroups = handler(
  DescribeGroups,
  { min: 0, max: 6 },
  ({ groups, includeAuthorizedOperations }, { broker, apiVersion }) => ({
    groups: broker.groups.describe(groups, apiVersion).map((group) => {
      const isShown = includeAuthorizedOperations && apiVersion >= 3 && group.errorCode === ErrorCode.NONE;
      return isShown ? { ...group, authorizedOperations: groupOperations } : group;
    }),
  }),
);

/** A bit for each of READ (3), DELETE (6), DESCRIBE (8), DESCRIBE_CONFIGS (10) and ALTER_CONFIGS (11). */
const groupOperations = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);
