import { runIn } from "./admin-life.js";
import {
  alterGroupOffsets,
  type AlteredGroupOffset,
  type AlterGroupOffsetsOptions,
} from "./operations/alter-group-offsets.js";
import {
  deleteGroupOffsets,
  type DeletedGroupOffset,
  type DeleteGroupOffsetsOptions,
} from "./operations/delete-group-offsets.js";
import { deleteGroups, type DeletedGroup, type DeleteGroupsOptions } from "./operations/delete-groups.js";
import { describeGroupLag, type DescribeGroupLagOptions, type GroupLag } from "./operations/describe-group-lag.js";
import { describeGroups, type DescribeGroupsOptions } from "./operations/describe-groups.js";
import type { DescribedGroup } from "./operations/described-group.js";
import type { RemovedGroupMember } from "./operations/leave-group.js";
import { listGroupOffsets, type GroupOffsets, type ListGroupOffsetsOptions } from "./operations/list-group-offsets.js";
import { listGroups, type GroupListing, type ListGroupsOptions } from "./operations/list-groups.js";
import { removeGroupMembers, type RemoveGroupMembersOptions } from "./operations/remove-group-members.js";
import { resetGroupOffsets, type ResetGroupOffsetsOptions } from "./operations/reset-group-offsets.js";
import type { ResetGroupOffset } from "./operations/reset-target.js";
import { TransactionsAdmin } from "./transactions-admin.js";

/** Looks into the groups of a cluster, moves and ends them: the operations of an admin that are about groups. */
export abstract class GroupsAdmin extends TransactionsAdmin {
  /**
   * Lists the groups of all brokers; those of a broker that fails are missing, and it is named.
   *
   * ```ts
   * const { groups } = await admin.listGroups({ states: ["Stable"], types: ["consumer"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection when no broker answers.
   */
  listGroups(options: ListGroupsOptions = {}): Promise<GroupListing> {
    return runIn(this, () => listGroups(options));
  }

  /**
   * Describes groups of the classic and the next-generation protocol alike: state, protocol, members and what each of them reads; a group that
   * does not exist is GROUP_ID_NOT_FOUND.
   *
   * ```ts
   * const [billing] = await admin.describeGroups({ groups: ["billing"] });
   * for (const { clientId, host, assignment } of billing?.members ?? []) console.log(clientId, host, assignment);
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  describeGroups(options: DescribeGroupsOptions): Promise<readonly DescribedGroup[]> {
    return runIn(this, () => describeGroups(options));
  }

  /**
   * Lists the offsets that groups have committed: all of them, or those of topics or partitions.
   *
   * ```ts
   * const [billing] = await admin.listGroupOffsets({ groups: ["billing"], topics: ["orders"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  listGroupOffsets(options: ListGroupOffsetsOptions): Promise<readonly GroupOffsets[]> {
    return runIn(this, () => listGroupOffsets(options));
  }

  /**
   * Tells how far groups are behind, partition by partition, and which member reads each: what a dashboard shows.
   *
   * ```ts
   * const [billing] = await admin.describeGroupLag({ groups: ["billing"] });
   * console.log(billing?.lag, JSON.stringify(billing?.partitions));
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  describeGroupLag(options: DescribeGroupLagOptions): Promise<readonly GroupLag[]> {
    return runIn(this, () => describeGroupLag(options));
  }

  /**
   * Lets a group without members go on from another place: the beginning, the end, a time, an offset, or so many messages on or back.
   *
   * An offset that a partition does not have becomes its beginning or its end. With `dryRun` nothing is committed, and the result says what
   * would be.
   *
   * ```ts
   * const results = await admin.resetGroupOffsets({ group: "billing", topics: ["orders"], to: new Date("2026-01-01") });
   * ```
   *
   * @throws {KafkaError} NON_EMPTY_GROUP when the group has members, whom its message names: stop them first; GROUP_ID_NOT_FOUND when there is
   * no such group and no topic or partition was named; CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  resetGroupOffsets(options: ResetGroupOffsetsOptions): Promise<readonly ResetGroupOffset[]> {
    return runIn(this, () => resetGroupOffsets(options));
  }

  /**
   * Commits offsets for a group without members; of a group with members each is UNKNOWN_MEMBER_ID. A group that does not exist begins to.
   *
   * ```ts
   * await admin.alterGroupOffsets({ group: "billing", offsets: [{ topic: "orders", partition: 0, offset: 100n }] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  alterGroupOffsets(options: AlterGroupOffsetsOptions): Promise<readonly AlteredGroupOffset[]> {
    return runIn(this, () => alterGroupOffsets(options));
  }

  /**
   * Deletes committed offsets of a group; of a topic that a member reads they are GROUP_SUBSCRIBED_TO_TOPIC.
   *
   * ```ts
   * await admin.deleteGroupOffsets({ group: "billing", topics: ["orders"] });
   * ```
   *
   * @throws {KafkaError} GROUP_ID_NOT_FOUND; NON_EMPTY_GROUP when the members are no consumers; CLIENT_INVALID_ARGUMENT, and failures of the
   * connection; UNSUPPORTED_VERSION from brokers before 2.4.
   */
  deleteGroupOffsets(options: DeleteGroupOffsetsOptions): Promise<readonly DeletedGroupOffset[]> {
    return runIn(this, () => deleteGroupOffsets(options));
  }

  /**
   * Deletes consumer groups that have no members, with their committed offsets; one with members is NON_EMPTY_GROUP.
   *
   * ```ts
   * const results = await admin.deleteGroups({ groups: ["billing"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  deleteGroups(options: DeleteGroupsOptions): Promise<readonly DeletedGroup[]> {
    return runIn(this, () => deleteGroups(options));
  }

  /**
   * Removes members from a group: their partitions go to the others at once, instead of after their session. Each has a result of its own;
   * one that is not there is UNKNOWN_MEMBER_ID. A member that still runs joins again.
   *
   * ```ts
   * await admin.removeGroupMembers({ group: "billing", members: [{ groupInstanceId: "till-1" }], reason: "till 1 is broken" });
   * ```
   *
   * A request that may have been carried out is not made again.
   *
   * @throws {KafkaError} GROUP_ID_NOT_FOUND; CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  removeGroupMembers(options: RemoveGroupMembersOptions): Promise<readonly RemovedGroupMember[]> {
    return runIn(this, () => removeGroupMembers(options));
  }
}
