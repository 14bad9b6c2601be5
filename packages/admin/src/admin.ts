import { clientClosed, type Cluster } from "@moldau/connection-pool";
import { createTopics, type CreatedTopic, type CreateTopicsOptions } from "./operations/create-topics.js";
import { deleteGroups, type DeletedGroup, type DeleteGroupsOptions } from "./operations/delete-groups.js";
import { deleteTopics, type DeletedTopic, type DeleteTopicsOptions } from "./operations/delete-topics.js";
import {
  describeCluster,
  type ClusterDescription,
  type DescribeClusterOptions,
} from "./operations/describe-cluster.js";
import { describeTopics, type DescribeTopicsOptions, type DescribedTopic } from "./operations/describe-topics.js";
import { listTopics, type ListedTopic, type ListTopicsOptions } from "./operations/list-topics.js";

/**
 * Administers a cluster.
 *
 * Operations on several things give one result for each, with an `error` where it failed: one failure never hides the successes. What concerns
 * the operation as a whole (a wrong option, no broker that answers, no right to do it) rejects.
 */
export class Admin implements AsyncDisposable {
  readonly #cluster: Cluster;
  #closed = false;

  /** Works on the shared connections of `cluster` and opens none of its own. */
  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Creates topics. @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection. */
  createTopics(options: CreateTopicsOptions): Promise<readonly CreatedTopic[]> {
    return this.#run((cluster) => createTopics(cluster, options));
  }

  /** Deletes topics with all their messages. @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection. */
  deleteTopics(options: DeleteTopicsOptions): Promise<readonly DeletedTopic[]> {
    return this.#run((cluster) => deleteTopics(cluster, options));
  }

  /** Lists the topics that the user may see. @throws {KafkaError} failures of the connection. */
  listTopics(options: ListTopicsOptions = {}): Promise<readonly ListedTopic[]> {
    return this.#run((cluster) => listTopics(cluster, options));
  }

  /** Describes topics: partitions, leaders, replicas. @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection. */
  describeTopics(options: DescribeTopicsOptions): Promise<readonly DescribedTopic[]> {
    return this.#run((cluster) => describeTopics(cluster, options));
  }

  /** Describes the cluster: its id, its brokers, its controller. @throws {KafkaError} failures of the connection. */
  describeCluster(options: DescribeClusterOptions = {}): Promise<ClusterDescription> {
    return this.#run((cluster) => describeCluster(cluster, options));
  }

  /** Deletes consumer groups that have no members, with their committed offsets. @throws {KafkaError} CLIENT_INVALID_ARGUMENT. */
  deleteGroups(options: DeleteGroupsOptions): Promise<readonly DeletedGroup[]> {
    return this.#run((cluster) => deleteGroups(cluster, options));
  }

  /** Refuses further operations; the cluster's connections are not this object's to close. Again and again does no harm. */
  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run<Result>(operation: (cluster: Cluster) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw clientClosed("The admin client");
    return operation(this.#cluster);
  }
}
