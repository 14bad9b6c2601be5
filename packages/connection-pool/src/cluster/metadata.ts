import {
  ErrorCode,
  type MetadataResponse,
  type MetadataResponsePartition,
  type MetadataResponseTopic,
  type Uuid,
} from "@moldau/protocol-codec";
import { protocolViolation } from "../errors.js";

/** What is known of one partition. */
export interface PartitionMetadata {
  readonly partition: number;
  /** Node id of the leader; -1 when there is none at the moment. */
  readonly leader: number;
  /** Counts the leaders of this partition; -1 when the broker is too old to tell. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Kafka's error number for this partition; 0 for none. */
  readonly errorCode: number;
}

/** What is known of one topic. Immutable: every change makes a new one. */
export interface TopicMetadata {
  readonly name: string;
  /** All zero when the broker is too old to tell. A topic that was deleted and created again has a new one. */
  readonly topicId: Uuid;
  readonly isInternal: boolean;
  /** The index is the partition's number. */
  readonly partitions: readonly PartitionMetadata[];
}

/** One topic in the cache. */
interface Entry {
  readonly topic: TopicMetadata;
  readonly updatedAt: number;
}

/** What an update brought. */
export interface MetadataUpdate {
  /** Names of the topics that the answer was about. */
  readonly topics: readonly string[];
  /** Whether anything is other than it was. */
  readonly changed: boolean;
}

/**
 * What this client knows of topics: only of those that somebody asked for.
 *
 * A leader epoch never goes back, because a broker that lags behind may answer with an older view than the one already here. An answer
 * without epochs says nothing of its age and is taken.
 */
export class MetadataCache {
  readonly #entries = new Map<string, Entry>();
  readonly #names = new Map<string, string>();
  readonly #errors = new Map<string, { readonly errorCode: number; readonly heardAt: number }>();

  /** The topic of this name, however old. */
  topic(name: string): TopicMetadata | undefined {
    return this.#entries.get(name)?.topic;
  }

  /** The name of the topic with this id, when it is one that was asked for. */
  nameOf(topicId: Uuid): string | undefined {
    return this.#names.get(topicId.toString());
  }

  /** When the topic was last heard of, in monotonic milliseconds. */
  updatedAt(name: string): number | undefined {
    return this.#entries.get(name)?.updatedAt;
  }

  /** Kafka's error number from the last answer about this topic; 0 for none. */
  errorOf(name: string): number {
    return this.#errors.get(name)?.errorCode ?? 0;
  }

  /** Whether any answer was about this topic, be it that there is none. */
  hasHeardOf(name: string): boolean {
    return this.#entries.has(name) || this.#errors.has(name);
  }

  /**
   * Takes an answer to a question about the topics `asked`.
   *
   * @throws {KafkaError} CLIENT_PROTOCOL_VIOLATION when partitions are not numbered from 0 without a gap.
   */
  apply(
    response: MetadataResponse,
    { asked, now }: { readonly asked: Iterable<string>; readonly now: number },
  ): MetadataUpdate {
    const unanswered = { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, heardAt: now };
    for (const name of asked) this.#errors.set(name, unanswered);
    const topics: string[] = [];
    let changed = false;
    response.topics.forEach((answer, index) => {
      if (answer.name === null) return;
      topics.push(answer.name);
      changed =
        this.#applyTopic({ ...answer, name: answer.name }, { path: `MetadataResponse: topics[${index}]`, now }) ||
        changed;
    });
    return { topics, changed };
  }

  /** Takes a newer leader that an error answer named (KIP-951); tells whether it was news. */
  hintLeader(
    name: string,
    partition: number,
    { leader, leaderEpoch }: { readonly leader: number; readonly leaderEpoch: number },
  ): boolean {
    const entry = this.#entries.get(name);
    const known = entry?.topic.partitions[partition];
    if (!entry || !known || leader < 0 || leaderEpoch <= known.leaderEpoch) return false;
    const partitions = entry.topic.partitions.with(partition, { ...known, leader, leaderEpoch, errorCode: 0 });
    this.#entries.set(name, { ...entry, topic: { ...entry.topic, partitions } });
    return true;
  }

  /** Forgets topics that nobody has refreshed since `before`: what nobody uses is not kept. */
  forgetOlderThan(before: number): void {
    for (const [name, { updatedAt }] of this.#entries) if (updatedAt < before) this.#forget(name);
    for (const [name, { heardAt }] of this.#errors) if (heardAt < before) this.#errors.delete(name);
  }

  #applyTopic(
    answer: MetadataResponseTopic & { readonly name: string },
    { path, now }: { readonly path: string; readonly now: number },
  ): boolean {
    const { name } = answer;
    const known = this.#entries.get(name)?.topic;
    if (answer.errorCode !== 0) {
      this.#errors.set(name, { errorCode: answer.errorCode, heardAt: now });
      this.#forget(name);
      return known !== undefined;
    }
    this.#errors.delete(name);
    // A new id means another topic under an old name: nothing of the old one holds.
    const sameTopic =
      known !== undefined && (known.topicId.equals(answer.topicId) || known.topicId.isZero || answer.topicId.isZero);
    if (known && !sameTopic) this.#forget(name);
    const partitions = merge(sameTopic ? known.partitions : [], answer.partitions, path);
    this.#entries.set(name, {
      topic: { name, topicId: answer.topicId, isInternal: answer.isInternal, partitions },
      updatedAt: now,
    });
    if (!answer.topicId.isZero) this.#names.set(answer.topicId.toString(), name);
    return !sameTopic || differ(known.partitions, partitions);
  }

  #forget(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (entry) this.#names.delete(entry.topic.topicId.toString());
  }
}

function merge(
  known: readonly PartitionMetadata[],
  answers: readonly MetadataResponsePartition[],
  path: string,
): readonly PartitionMetadata[] {
  const merged = answers.toSorted((left, right) => left.partitionIndex - right.partitionIndex);
  return merged.map((answer, partition) => {
    if (answer.partitionIndex !== partition) {
      throw protocolViolation(`${path}.partitions: partition ${answer.partitionIndex} where ${partition} was due`, {
        path: `${path}.partitions`,
        partition,
      });
    }
    const before = known[partition];
    if (before && answer.leaderEpoch !== unknownEpoch && before.leaderEpoch > answer.leaderEpoch) return before;
    const { errorCode, leaderId: leader, leaderEpoch, replicaNodes: replicas, isrNodes: isr } = answer;
    return { partition, leader, leaderEpoch, replicas, isr, errorCode };
  });
}

/** What a broker says that does not tell epochs, or knows of no leader. There is nothing to compare then: the answer holds, as in Kafka's own client. */
const unknownEpoch = -1;

function differ(left: readonly PartitionMetadata[], right: readonly PartitionMetadata[]): boolean {
  return (
    left.length !== right.length ||
    left.some((one, index) => one.leader !== right[index]?.leader || one.leaderEpoch !== right[index]?.leaderEpoch)
  );
}
