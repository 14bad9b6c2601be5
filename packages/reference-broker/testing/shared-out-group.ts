import type { AssignedGroup, TopicDescriber, ServerAssignor } from "../src/groups/consumer/assignors/assignor.js";
import { rangeAssignor } from "../src/groups/consumer/assignors/range.js";
import { uniformAssignor } from "../src/groups/consumer/assignors/uniform.js";

type Partitions = readonly (readonly [topicId: string, partitions: readonly number[]])[];

/** One round of a group as Apache Kafka's class shared it out; `result` is a sentence when it refused. */
export interface SharedOutGroup {
  readonly assignor: string;
  readonly isHomogeneous: boolean;
  readonly topics: Readonly<Record<string, number>>;
  readonly members: readonly {
    readonly memberId: string;
    readonly instanceId: string | null;
    readonly topicIds: readonly string[];
    readonly target: Partitions;
  }[];
  readonly result: Readonly<Record<string, Partitions>> | string;
}

const assignors: ReadonlyMap<string, ServerAssignor> = new Map(
  [uniformAssignor, rangeAssignor].map((assignor) => [assignor.name, assignor]),
);

/** Has our assignor of the same name share the same group out. Throws what it throws. */
export function shareOutAgain(group: SharedOutGroup): Record<string, Partitions> {
  const shares = assignors.get(group.assignor)?.assign(groupOf(group), describerOf(group)) ?? new Map();
  return Object.fromEntries([...shares].map(([memberId, partitions]) => [memberId, sorted(partitions)]));
}

function groupOf({ members, isHomogeneous }: SharedOutGroup): AssignedGroup {
  const assigned = new Set(
    members.flatMap(({ target }) =>
      target.flatMap(([topicId, numbers]) => numbers.map((each) => `${topicId}/${each}`)),
    ),
  );
  return {
    isHomogeneous,
    isAssigned: (topicId, partition) => assigned.has(`${topicId}/${partition}`),
    members: new Map(
      members.map(({ memberId, instanceId, topicIds, target }) => [
        memberId,
        {
          groupInstanceId: instanceId,
          rackId: null,
          topicIds: new Set(topicIds),
          target: new Map(target.map(([topicId, numbers]) => [topicId, new Set(numbers)])),
        },
      ]),
    ),
  };
}

function describerOf({ topics }: SharedOutGroup): TopicDescriber {
  return { partitionCount: (topicId) => topics[topicId] ?? -1, racksOf: () => new Set() };
}

function sorted(partitions: ReadonlyMap<string, ReadonlySet<number>>): Partitions {
  return [...partitions]
    .map(([topicId, numbers]): Partitions[number] => [topicId, [...numbers].sort((a, b) => a - b)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
