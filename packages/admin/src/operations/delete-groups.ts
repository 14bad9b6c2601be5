import { OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { DeleteGroups } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

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
export function deleteGroups(options: DeleteGroupsOptions): Operation<readonly DeletedGroup[]> {
  const read = new OptionReader("deleteGroups", options);
  const groups = read.list("groups", checkName, { nonEmpty: true, example: '["billing"]' });
  const wait = operationOptions(read);
  read.done();
  unique("deleteGroups: groups", groups);
  return {
    wait,
    run: perform({
      api: DeleteGroups,
      items: groups,
      route: coordinatorOf("group", (group: string) => group),
      repeatable: false,
      keyOf: (group) => group,
      factsOf: (groupId) => ({ groupId }),
      question: (groupsNames) => ({ groupsNames }),
      answers: ({ results }) => results.map((answer) => [answer.groupId, answer] as const),
      succeeded: (group): DeletedGroup => ({ group }),
      failed: (group, error): DeletedGroup => ({ group, error }),
    }),
  };
}
