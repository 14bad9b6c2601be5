import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import { timeLeft } from "../routing/time-left.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import { classicGroups } from "./classic-groups.js";
import { consumerGroups } from "./consumer-groups.js";
import type { DescribedGroup } from "./described-group.js";
import type { Operation } from "./operation.js";

/** Which groups to describe. */
export interface DescribeGroupsOptions extends OperationOptions {
  /** Ids of groups. */
  readonly groups: readonly string[];
  /** Whether to tell what the user may do with each group; needs brokers of 2.3. Default false. */
  readonly includeAuthorizedOperations?: boolean;
}

/**
 * Describes groups at their coordinators, each with a result of its own (ConsumerGroupDescribe, and DescribeGroups for those that are not of the
 * next generation); one that does not exist is GROUP_ID_NOT_FOUND.
 */
export function describeGroups(options: DescribeGroupsOptions): Operation<readonly DescribedGroup[]> {
  const read = new OptionReader("describeGroups", options);
  const groups = read.list("groups", checkName, { nonEmpty: true, example: '["billing"]' });
  const includeAuthorizedOperations = read.boolean("includeAuthorizedOperations", { default: false });
  const wait = operationOptions(read);
  read.done();
  unique("describeGroups: groups", groups);
  return { wait, run: describedGroups(groups, includeAuthorizedOperations) };
}

/** Describes groups of whichever protocol; that a group is none of the next generation is only known once its coordinator was asked. */
export function describedGroups(
  groups: readonly string[],
  includeAuthorizedOperations = false,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly DescribedGroup[]> {
  return async (cluster, wait) => {
    const left = timeLeft(cluster, wait);
    const ofNextGeneration = consumerGroups(groups, includeAuthorizedOperations)(cluster, left());
    const found = await ofNextGeneration.catch((error: unknown) => noneIfUnknown(error));
    const described = new Map(found.filter((each) => !mayBeClassic(each.error)).map((each) => [each.group, each]));
    const others = groups.filter((group) => !described.has(group));
    if (others.length > 0)
      for (const each of await classicGroups(others, includeAuthorizedOperations)(cluster, left()))
        described.set(each.group, each);
    return groups.flatMap((group) => described.get(group) ?? []);
  };
}

/** Brokers before 3.7 know nothing of the next generation; all groups are classic there. */
function noneIfUnknown(error: unknown): readonly DescribedGroup[] {
  if (error instanceof KafkaError && error.errorCode === ErrorCode.UNSUPPORTED_VERSION) return [];
  throw error;
}

function mayBeClassic(error: KafkaError | undefined): boolean {
  return error?.errorCode === ErrorCode.GROUP_ID_NOT_FOUND || error?.errorCode === ErrorCode.UNSUPPORTED_VERSION;
}
