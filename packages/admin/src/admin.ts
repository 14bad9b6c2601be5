import { alterConfigs, type AlterConfigsOptions, type AlteredConfigs } from "./operations/alter-configs.js";
import { createPartitions, type CreatePartitionsOptions, type GrownTopic } from "./operations/create-partitions.js";
import { createTopics, type CreatedTopic, type CreateTopicsOptions } from "./operations/create-topics.js";
import { deleteRecords, type DeleteRecordsOptions, type TruncatedPartition } from "./operations/delete-records.js";
import { deleteTopics, type DeletedTopic, type DeleteTopicsOptions } from "./operations/delete-topics.js";
import {
  describeCluster,
  type ClusterDescription,
  type DescribeClusterOptions,
} from "./operations/describe-cluster.js";
import { describeConfigs, type DescribeConfigsOptions, type DescribedConfigs } from "./operations/describe-configs.js";
import { describeTopics, type DescribeTopicsOptions, type DescribedTopic } from "./operations/describe-topics.js";
import {
  listConfigResources,
  type ListConfigResourcesOptions,
  type ListedConfigResource,
} from "./operations/list-config-resources.js";
import { listOffsets, type ListedOffset, type ListOffsetsOptions } from "./operations/list-offsets.js";
import { listTopics, type ListedTopic, type ListTopicsOptions } from "./operations/list-topics.js";
import { runIn } from "./admin-life.js";
import { GroupsAdmin } from "./groups-admin.js";

/**
 * Administers a cluster.
 *
 * Operations on several things give one result for each, with an `error` where it failed: one failure never hides the successes. What is
 * refused for the moment, or could not be asked, is tried again within the operation's `timeoutMs`. What concerns the operation as a whole
 * (a wrong option, no broker that answers, no right to do it) rejects.
 */
export class Admin extends GroupsAdmin {
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
   * Describes the configurations of topics, brokers and groups: values, and which place each comes from.
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
   * Changes configurations of topics, brokers and groups: sets, deletes, adds to lists and takes out of them. What is not named stays as it is. A
   * value that the broker does not take is INVALID_CONFIG, with the broker's words, and then nothing of that topic, broker or group is changed.
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
   * Lists what has configurations: every topic and broker, and those groups for which something was set.
   *
   * ```ts
   * const groups = await admin.listConfigResources({ types: ["group"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection; UNSUPPORTED_VERSION from brokers before 4.1.
   */
  listConfigResources(options: ListConfigResourcesOptions = {}): Promise<readonly ListedConfigResource[]> {
    return runIn(this, () => listConfigResources(options));
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
}
