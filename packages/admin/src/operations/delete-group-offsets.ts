import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { OffsetDelete } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import type { NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions } from "./arguments.js";
import type { Operation } from "./operation.js";
import { byTopic, checkPartition, eachPartition, partitionKey } from "./partition-items.js";
import { notEmpty, readSelection, select } from "./selection.js";

/** Which committed offsets of a group to delete: of whole topics, of single partitions, or of both. */
export interface DeleteGroupOffsetsOptions extends OperationOptions {
  /** Id of the group. */
  readonly group: string;
  /** Names of topics, with all of their partitions. Default: none. */
  readonly topics?: readonly string[];
  /** Single partitions, of topics that do not stand in `topics`. Default: none. */
  readonly partitions?: readonly NamedPartition[];
}

/** What became of a committed offset to delete; where there was none, all is well too. */
export interface DeletedGroupOffset extends ItemResult {
  readonly topic: string;
  /** -1 where all partitions of a topic were meant and the topic could not be read. */
  readonly partition: number;
}

/**
 * Deletes committed offsets of a group, each partition with a result of its own (OffsetDelete, KIP-496). A topic that a member reads is refused
 * (GROUP_SUBSCRIBED_TO_TOPIC).
 */
export function deleteGroupOffsets(options: DeleteGroupOffsetsOptions): Operation<readonly DeletedGroupOffset[]> {
  const read = new OptionReader("deleteGroupOffsets", options);
  const group = read.text("group", { example: '"billing"' });
  const selection = readSelection(read, { subject: "deleteGroupOffsets", checkPartition });
  const wait = operationOptions(read);
  read.done();
  notEmpty("deleteGroupOffsets", selection);
  return {
    wait,
    run: async (cluster, wait) => {
      const left = timeLeft(cluster, wait);
      const { partitions, failed } = await select(selection, cluster, left());
      return [...(await deleteFor(group, partitions)(cluster, left())), ...failed];
    },
  };
}

function deleteFor(
  groupId: string,
  partitions: readonly NamedPartition[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly DeletedGroupOffset[]> {
  return perform({
    api: OffsetDelete,
    items: partitions,
    route: coordinatorOf("group", () => groupId),
    repeatable: true,
    keyOf: ({ topic, partition }) => partitionKey(topic, partition),
    factsOf: ({ topic, partition }) => ({ topic, partition, groupId }),
    question: (items) => ({
      groupId,
      topics: Array.from(byTopic(items), ([name, some]) => ({
        name,
        partitions: some.map(({ partition: partitionIndex }) => ({ partitionIndex })),
      })),
    }),
    whole: (response) => response,
    wholeFacts: { groupId },
    answers: ({ topics }) => eachPartition(topics),
    succeeded: ({ topic, partition }): DeletedGroupOffset => ({ topic, partition }),
    failed: ({ topic, partition }, error): DeletedGroupOffset => ({ topic, partition, error }),
  });
}
