import type { Uuid } from "@moldau/protocol-codec";
import type { ClusterRecord } from "./records.js";
import { configResource, type ClusterState } from "./state.js";

/** What a change of the cluster means for the brokers that carry it out. Names of topics, each once. */
export interface ClusterEffects {
  readonly created: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  /** Topics with new partitions, or partitions with other leaders. */
  readonly changed: ReadonlySet<string>;
  readonly reconfigured: ReadonlySet<string>;
  /** Partitions that have another leader now. */
  readonly moved: readonly { readonly topic: string; readonly partition: number }[];
}

/** Gathers what the records of one change mean, while they are applied one after the other. */
export class EffectCollector implements ClusterEffects {
  readonly created = new Set<string>();
  readonly removed = new Set<string>();
  readonly changed = new Set<string>();
  readonly reconfigured = new Set<string>();
  readonly moved: { readonly topic: string; readonly partition: number }[] = [];
  readonly #state: ClusterState;

  constructor(state: ClusterState) {
    this.#state = state;
  }

  /** Notes a record that is about to be applied: a topic that it removes still has its name. */
  note(record: ClusterRecord): void {
    switch (record.type) {
      case "TopicRecord":
        this.created.add(record.value.name);
        return;
      case "PartitionRecord":
        this.#add(this.changed, record.value.topicId);
        return;
      case "PartitionChangeRecord": {
        const topic = this.#add(this.changed, record.value.topicId);
        if (topic !== undefined && record.value.leader !== unchangedLeader)
          this.moved.push({ topic, partition: record.value.partitionId });
        return;
      }
      case "RemoveTopicRecord":
        this.#add(this.removed, record.value.topicId);
        return;
      case "ConfigRecord":
        if (record.value.resourceType === configResource.topic) this.reconfigured.add(record.value.resourceName);
        return;
      default:
        return;
    }
  }

  #add(names: Set<string>, id: Uuid): string | undefined {
    const name = this.#state.topicById(id)?.name;
    if (name !== undefined) names.add(name);
    return name;
  }
}

/** The leader of a PartitionChangeRecord that leaves the leader as it is. */
const unchangedLeader = -2;
