import {
  invalidArgument,
  isPlainObject,
  OptionReader,
  type Cluster,
  type OperationOptions,
} from "@moldau/connection-pool";
import { ErrorCode } from "@moldau/protocol-codec";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions, unique } from "./arguments.js";
import { describedGroups } from "./describe-groups.js";
import type { DescribedGroup } from "./described-group.js";
import { expelConsumers, type ConsumerToExpel } from "./expel-consumers.js";
import { leaveGroup, memberKey, type GroupMemberName, type RemovedGroupMember } from "./leave-group.js";
import type { Operation } from "./operation.js";

/** Which members of a group to remove. */
export interface RemoveGroupMembersOptions extends OperationOptions {
  /** Id of the group. */
  readonly group: string;
  /** The members, or `"all"` that it has at this moment. */
  readonly members: "all" | readonly GroupMemberName[];
  /**
   * Why, for the log of the broker, which keeps the first 255 characters; of members of the next generation, and by brokers before 3.2, it is not
   * heard. Default: that an admin did it.
   */
  readonly reason?: string;
}

/**
 * Removes members from a group, each with a result of its own (LeaveGroup, KIP-345; ConsumerGroupHeartbeat for members of the next generation):
 * their partitions go to the others at once. A member that still runs joins again.
 */
export function removeGroupMembers(options: RemoveGroupMembersOptions): Operation<readonly RemovedGroupMember[]> {
  const read = new OptionReader("removeGroupMembers", options);
  const group = read.text("group", { example: '"billing"' });
  const members = read.custom("members", memberWords, checkMembers);
  const given = read.optionalText("reason");
  const wait = operationOptions(read);
  read.done();
  if (members !== "all") unique("removeGroupMembers: members", members.map(memberKey));
  const reason = (given === undefined ? byAdmin : `${byAdmin}: ${given}`).slice(0, longestReason);
  return { wait, run: (cluster, wait) => remove({ group, members, reason }, cluster, wait) };
}

const memberWords = '"all", or an array such as [{ groupInstanceId: "till-1" }]';
const byAdmin = "member was removed by an admin";
/** Brokers refuse longer ones. */
const longestReason = 255;

interface Removal {
  readonly group: string;
  readonly members: "all" | readonly GroupMemberName[];
  readonly reason: string;
}

async function remove(
  { group, members, reason }: Removal,
  cluster: Cluster,
  wait: OperationOptions,
): Promise<readonly RemovedGroupMember[]> {
  const left = timeLeft(cluster, wait);
  const named = members === "all" ? namesIn(await described(group, cluster, left())) : members;
  if (named.length === 0) return [];
  const results = await leaveGroup(group, named, reason)(cluster, left());
  if (!results.some(isUnknown)) return results;
  // To LeaveGroup members of the next generation are unknown: they leave by a heartbeat that says so.
  const consumers = consumersIn(await described(group, cluster, left()));
  const found = new Map(results.filter(isUnknown).map((result) => [result, consumers.get(memberKey(result))]));
  const expelled = await expelConsumers(
    group,
    [...found.values()].flatMap((each) => each ?? []),
  )(cluster, left());
  const outcomes = new Map(expelled.map((each) => [each.consumer, each.error]));
  return results.map((result) => {
    const consumer = found.get(result);
    return consumer === undefined ? result : outcome(result, outcomes.get(consumer));
  });
}

/** Looks at the group. @throws {KafkaError} GROUP_ID_NOT_FOUND, and what else keeps it from being described. */
async function described(group: string, cluster: Cluster, wait: OperationOptions): Promise<DescribedGroup["members"]> {
  const [found] = await describedGroups([group])(cluster, wait);
  if (found?.error !== undefined) throw found.error;
  return found?.members ?? [];
}

/** Static members are named as such: one that comes back meanwhile has another id by then, and is meant too. */
function namesIn(members: DescribedGroup["members"]): readonly GroupMemberName[] {
  return members.map(({ memberId, groupInstanceId }) =>
    groupInstanceId === undefined ? { memberId } : { groupInstanceId },
  );
}

/** The members that speak the next-generation protocol, by each of their names. */
function consumersIn(members: DescribedGroup["members"]): ReadonlyMap<string, ConsumerToExpel> {
  return new Map(
    members
      .filter(({ memberEpoch, type }) => memberEpoch !== undefined && type !== "classic")
      .flatMap((member) => {
        const { memberId, groupInstanceId } = member;
        const names: GroupMemberName[] = [{ memberId }];
        if (groupInstanceId !== undefined) names.push({ groupInstanceId });
        return names.map((name) => [memberKey(name), member] as const);
      }),
  );
}

function isUnknown({ error }: RemovedGroupMember): boolean {
  return error?.errorCode === ErrorCode.UNKNOWN_MEMBER_ID;
}

function outcome({ error: _, ...member }: RemovedGroupMember, error: RemovedGroupMember["error"]): RemovedGroupMember {
  return error === undefined ? member : { ...member, error };
}

function checkMembers(value: unknown, path: string): "all" | readonly GroupMemberName[] | undefined {
  if (value === "all") return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((member: unknown, index) => checkMember(member, `${path}[${index}]`));
}

function checkMember(value: unknown, path: string): GroupMemberName {
  if (!isPlainObject(value)) throw invalidArgument(`${path} must be an object such as ${memberExample}.`);
  const read = new OptionReader<Partial<Record<"memberId" | "groupInstanceId", string>>>(path, value);
  const memberId = read.optionalText("memberId");
  const groupInstanceId = read.optionalText("groupInstanceId");
  read.done();
  if (memberId !== undefined && groupInstanceId === undefined) return { memberId };
  if (memberId === undefined && groupInstanceId !== undefined) return { groupInstanceId };
  throw invalidArgument(`${path} must name a member in one way: ${memberExample}.`);
}

const memberExample = '{ groupInstanceId: "till-1" }, or { memberId } as describeGroups tells it';
