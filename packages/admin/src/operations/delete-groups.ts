import { isConnectionFailure, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { DeleteGroups, ErrorCode, KafkaError, kafkaError } from "@moldau/protocol-codec";
import { checkName, operationOptions, unanswered, unique } from "./arguments.js";
import { repeat, type ItemResult } from "./repeat.js";

/** What to delete. */
export interface DeleteGroupsOptions extends OperationOptions {
  /** Ids of consumer groups. */
  readonly groups: readonly string[];
}

/** What became of a group to delete. */
export interface DeletedGroup extends ItemResult {
  readonly group: string;
}

/** Deletes consumer groups, each with a result of its own (DeleteGroups, KIP-229); a group with members is refused (NON_EMPTY_GROUP). */
export async function deleteGroups(cluster: Cluster, options: DeleteGroupsOptions): Promise<readonly DeletedGroup[]> {
  const read = new OptionReader("deleteGroups", options);
  const groups = read.list("groups", checkName, { nonEmpty: true });
  const wait = operationOptions(read);
  read.done();
  unique("deleteGroups: groups", groups);
  return repeat(cluster, groups, {
    ...wait,
    temporary: coordinatorRefusals,
    failed: (group, error) => ({ group, error }),
    attempt: (ids, timeoutMs) => attempt(cluster, ids, { ...wait, timeoutMs }),
  });
}

const coordinatorRefusals: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
]);

/** Asks each coordinator once, for all of its groups. */
async function attempt(
  cluster: Cluster,
  groups: readonly string[],
  wait: OperationOptions,
): Promise<readonly DeletedGroup[]> {
  const results = new Map<string, DeletedGroup>();
  const byNode = new Map<number, string[]>();
  const find = async (group: string): Promise<void> => {
    try {
      const node = await cluster.coordinator("group", group, wait);
      byNode.set(node, [...(byNode.get(node) ?? []), group]);
    } catch (error) {
      results.set(group, { group, error: asResult(error) });
    }
  };
  await Promise.all(groups.map(find));
  await Promise.all(
    [...byNode].map(async ([node, ids]) => {
      for (const result of await deleteAt(cluster, node, { ids, wait })) results.set(result.group, result);
    }),
  );
  return groups.map(
    (group) => results.get(group) ?? { group, error: unanswered({ groupId: group, apiName: DeleteGroups.name }) },
  );
}

async function deleteAt(
  cluster: Cluster,
  node: number,
  { ids, wait }: { readonly ids: readonly string[]; readonly wait: OperationOptions },
): Promise<readonly DeletedGroup[]> {
  try {
    const { results } = await cluster.request(DeleteGroups, { groupsNames: ids }, { ...wait, node, repeatable: false });
    return ids.map((group) =>
      toResult(
        cluster,
        group,
        results.find(({ groupId }) => groupId === group),
      ),
    );
  } catch (error) {
    // The groups of the other coordinators have results of their own.
    for (const group of ids) if (isConnectionFailure(error)) cluster.forgetCoordinator("group", group);
    return ids.map((group) => ({ group, error: asResult(error) }));
  }
}

function toResult(
  cluster: Cluster,
  group: string,
  answer: { readonly errorCode: number; readonly errorMessage: string | null } | undefined,
): DeletedGroup {
  const facts = { groupId: group, apiKey: DeleteGroups.key, apiName: DeleteGroups.name };
  if (!answer) return { group, error: unanswered(facts) };
  if (answer.errorCode === ErrorCode.NOT_COORDINATOR) cluster.forgetCoordinator("group", group);
  return answer.errorCode === 0
    ? { group }
    : { group, error: kafkaError(answer.errorCode, facts, answer.errorMessage) };
}

/** A failure that concerns one group only becomes its result; a bug or an abort ends the operation. */
function asResult(error: unknown): KafkaError {
  if (error instanceof KafkaError && error.code !== "CLIENT_ABORTED" && error.code !== "CLIENT_CLOSED") return error;
  throw error;
}
