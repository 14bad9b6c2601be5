import { alterConfigs, type AlterConfigsOptions, type AlteredConfigs } from "./operations/alter-configs.js";
import {
  alterGroupOffsets,
  type AlteredGroupOffset,
  type AlterGroupOffsetsOptions,
} from "./operations/alter-group-offsets.js";
import { createPartitions, type CreatePartitionsOptions, type GrownTopic } from "./operations/create-partitions.js";
import { createTopics, type CreatedTopic, type CreateTopicsOptions } from "./operations/create-topics.js";
import {
  deleteGroupOffsets,
  type DeletedGroupOffset,
  type DeleteGroupOffsetsOptions,
} from "./operations/delete-group-offsets.js";
import { deleteGroups, type DeletedGroup, type DeleteGroupsOptions } from "./operations/delete-groups.js";
import { deleteRecords, type DeleteRecordsOptions, type TruncatedPartition } from "./operations/delete-records.js";
import { deleteTopics, type DeletedTopic, type DeleteTopicsOptions } from "./operations/delete-topics.js";
import {
  describeCluster,
  type ClusterDescription,
  type DescribeClusterOptions,
} from "./operations/describe-cluster.js";
import { describeConfigs, type DescribeConfigsOptions, type DescribedConfigs } from "./operations/describe-configs.js";
import { describeGroupLag, type DescribeGroupLagOptions, type GroupLag } from "./operations/describe-group-lag.js";
import { describeGroups, type DescribedGroup, type DescribeGroupsOptions } from "./operations/describe-groups.js";
import { describeTopics, type DescribeTopicsOptions, type DescribedTopic } from "./operations/describe-topics.js";
import { listGroupOffsets, type GroupOffsets, type ListGroupOffsetsOptions } from "./operations/list-group-offsets.js";
import { listGroups, type GroupListing, type ListGroupsOptions } from "./operations/list-groups.js";
import { listOffsets, type ListedOffset, type ListOffsetsOptions } from "./operations/list-offsets.js";
import { resetGroupOffsets, type ResetGroupOffsetsOptions } from "./operations/reset-group-offsets.js";
import type { ResetGroupOffset } from "./operations/reset-target.js";
import { listTopics, type ListedTopic, type ListTopicsOptions } from "./operations/list-topics.js";
import { runIn } from "./admin-life.js";
import { TransactionsAdmin } from "./transactions-admin.js";

/**
 * Administers a cluster.
 *
 * Operations on several things give one result for each, with an `error` where it failed: one failure never hides the successes. What is
 * refused for the moment, or could not be asked, is tried again within the operation's `timeoutMs`. What concerns the operation as a whole
 * (a wrong option, no broker that answers, no right to do it) rejects.
 */
export class Admin extends TransactionsAdmin {
  /**
   * Creates topics. The result has an `error` for each that was not made: TOPIC_ALREADY_EXISTS, INVALID_REPLICATION_FACTOR, INVALID_CONFIG …
   *
   * A request that may have been carried out is not made again (CreateTopics, KIP-4).
   *
   * ```ts
   * const [created] = await admin.createTopics({ topics: [{ topic: "orders", partitions: 12, configs: { "retention.ms": 86_400_000 } }] });
   * if (created?.error && created.error.code !== "TOPIC_ALREADY_EXISTS") throw created.error;
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  createTopics(options: CreateTopicsOptions): Promise<readonly CreatedTopic[]> {
    return runIn(this, () => createTopics(options));
  }

  /**
   * Deletes topics with all their messages; those that do not exist are UNKNOWN_TOPIC_OR_PARTITION.
   *
   * ```ts
   * const results = await admin.deleteTopics({ topics: ["orders"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  deleteTopics(options: DeleteTopicsOptions): Promise<readonly DeletedTopic[]> {
    return runIn(this, () => deleteTopics(options));
  }

  /**
   * Lists the topics that the user may see, by name, with their partitions.
   *
   * ```ts
   * const names = (await admin.listTopics()).map(({ topic }) => topic);
   * ```
   *
   * @throws {KafkaError} failures of the connection.
   */
  listTopics(options: ListTopicsOptions = {}): Promise<readonly ListedTopic[]> {
    return runIn(this, () => listTopics(options));
  }

  /**
   * Describes topics: partitions, leaders, replicas. Nothing is created by asking.
   *
   * ```ts
   * const [orders] = await admin.describeTopics({ topics: ["orders"] });
   * const leaderless = orders?.partitions.filter(({ leader }) => leader < 0);
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  describeTopics(options: DescribeTopicsOptions): Promise<readonly DescribedTopic[]> {
    return runIn(this, () => describeTopics(options));
  }

  /**
   * Gives topics more partitions; a topic that has as many, or more, is INVALID_PARTITIONS. Messages stay where they are, so the messages of a
   * key may be in two partitions from then on. A request that may have been carried out is not made again.
   *
   * ```ts
   * const [grown] = await admin.createPartitions({ topics: [{ topic: "orders", partitions: 24 }] });
   * if (grown?.error) throw grown.error;
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  createPartitions(options: CreatePartitionsOptions): Promise<readonly GrownTopic[]> {
    return runIn(this, () => createPartitions(options));
  }

  /**
   * Deletes the beginning of partitions: before an offset, or all that there is. An offset behind the end is OFFSET_OUT_OF_RANGE, a topic that
   * is only compacted POLICY_VIOLATION.
   *
   * ```ts
   * await admin.deleteRecords({ partitions: [{ topic: "orders", partition: 0, before: 1000n }] });
   * await admin.deleteRecords({ topics: ["scratch"], before: "latest" });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  deleteRecords(options: DeleteRecordsOptions): Promise<readonly TruncatedPartition[]> {
    return runIn(this, () => deleteRecords(options));
  }

  /**
   * Describes the configurations of topics and brokers: values, and which place each comes from.
   *
   * ```ts
   * const [orders] = await admin.describeConfigs({ topics: ["orders"] });
   * console.log(orders?.configs["retention.ms"]?.value, orders?.configs["retention.ms"]?.source);
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  describeConfigs(options: DescribeConfigsOptions): Promise<readonly DescribedConfigs[]> {
    return runIn(this, () => describeConfigs(options));
  }

  /**
   * Changes configurations of topics and brokers: sets, deletes, adds to lists and takes out of them. What is not named stays as it is. A value
   * that the broker does not take is INVALID_CONFIG, with the broker's words, and then nothing of that topic or broker is changed.
   *
   * ```ts
   * await admin.alterConfigs({ topics: [{ topic: "orders", set: { "retention.ms": 86_400_000 }, append: { "cleanup.policy": "compact" } }] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection; UNSUPPORTED_VERSION from brokers before 2.3.
   */
  alterConfigs(options: AlterConfigsOptions): Promise<readonly AlteredConfigs[]> {
    return runIn(this, () => alterConfigs(options));
  }

  /**
   * Describes the cluster: its id, its brokers, its controller.
   *
   * ```ts
   * const { brokers } = await admin.describeCluster();
   * ```
   *
   * @throws {KafkaError} failures of the connection.
   */
  describeCluster(options: DescribeClusterOptions = {}): Promise<ClusterDescription> {
    return runIn(this, () => describeCluster(options));
  }

  /**
   * Lists offsets: where partitions begin and end, or what was written at a time; of whole topics, single partitions, or both.
   *
   * ```ts
   * const ends = await admin.listOffsets({ topics: ["orders"] });
   * const since = await admin.listOffsets({ topics: ["orders"], at: new Date("2026-01-01") });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  listOffsets(options: ListOffsetsOptions): Promise<readonly ListedOffset[]> {
    return runIn(this, () => listOffsets(options));
  }

  /**
   * Lists the groups of all brokers; those of a broker that fails are missing, and it is named.
   *
   * ```ts
   * const { groups } = await admin.listGroups({ states: ["Stable"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection when no broker answers.
   */
  listGroups(options: ListGroupsOptions = {}): Promise<GroupListing> {
    return runIn(this, () => listGroups(options));
  }

  /**
   * Describes groups: state, protocol, members and what each of them reads; a group that does not exist is GROUP_ID_NOT_FOUND.
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
}
