import { ErrorCode, errorByCode, KafkaError } from "@moldau/protocol-codec";
import { checkOptions, checkTopic } from "./check-options.js";
import { createTopics } from "./cluster/create-topics.js";
import { moveLeader } from "./cluster/move-leader.js";
import { noLeader, type TopicState } from "./cluster/state.js";
import type { BrokerEventMap, BrokerEventOf, BrokerListener } from "./events.js";
import type { FaultRule, Interceptor, InterceptRule, RequestBodyOf, ResponseBodyOf } from "./faults/rules.js";
import { checkName } from "./known-names.js";
import { LogView } from "./partitions/log-view.js";
import type { Partition } from "./partitions/partition.js";
import type { BrokerOptions, TopicOptions } from "./options.js";
import { RunningCluster } from "./running-cluster.js";
import type { HeldMarkers, MarkerRule } from "./transactions/held-markers.js";
import { waitForEvent, type WaitOptions } from "./wait-for-event.js";

/**
 * Starts a Kafka broker in this process, or a cluster of several. Resolves when clients can connect.
 *
 * Rejects with a RangeError when the options make no sense, and with the system's error when a port or the data directory cannot be had.
 *
 * @example
 * const broker = await startBroker({ topics: [{ topic: "orders", partitions: 6 }] });
 * const kafka = new Kafka({ brokers: broker.bootstrapServers });
 * …
 * await broker.close();
 */
export async function startBroker(options: BrokerOptions = {}): Promise<ReferenceBroker> {
  checkOptions(options);
  const broker = new ReferenceBroker(await RunningCluster.start(options));
  try {
    await broker.createMissingTopics(options.topics ?? []);
  } catch (error) {
    await broker.close();
    throw error;
  }
  return broker;
}

/** One broker of a {@link ReferenceBroker}, as tests want to see it. */
export interface BrokerDescription {
  readonly nodeId: number;
  readonly rack: string | null;
  /** False between {@link ReferenceBroker.stopNode} and {@link ReferenceBroker.startNode}. */
  readonly isRunning: boolean;
  /** Where clients reach it, by the name of the listener; of one that is stopped, where they did and will again. */
  readonly listeners: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
}

/** What a cluster holds. */
export interface ClusterContents {
  /** In the order of their creation. */
  readonly topics: readonly { readonly topic: string; readonly partitions: number }[];
  /** The ids of the groups of running brokers, in ascending order. */
  readonly groups: readonly string[];
  /** Bytes of all records in the logs of running brokers. */
  readonly sizeInBytes: number;
}

/** A running broker, or a cluster of several, with what a test needs to look at it and to make it misbehave. */
export class ReferenceBroker {
  readonly #cluster: RunningCluster;

  /** For {@link startBroker}, which is how to get one. */
  constructor(cluster: RunningCluster) {
    this.#cluster = cluster;
  }

  /** `host:port` of each broker on its first listener: what a client takes as its `brokers`. Those that are stopped are among them. */
  get bootstrapServers(): readonly string[] {
    return this.brokers.flatMap(({ listeners }) => {
      const [first] = Object.values(listeners);
      return first === undefined ? [] : [address(first)];
    });
  }

  /** `host:port` of each broker on the listener of this name. Throws a RangeError when there is none of that name. */
  bootstrapServersOf(listener: string): readonly string[] {
    checkName("listener", listener, [...new Set(this.brokers.flatMap(({ listeners }) => Object.keys(listeners)))]);
    return this.brokers.flatMap(({ listeners }) => {
      const found = listeners[listener];
      return found === undefined ? [] : [address(found)];
    });
  }

  /** The brokers of the cluster, in ascending order of their node ids. */
  get brokers(): readonly BrokerDescription[] {
    const { controller } = this.#cluster.shared;
    return this.#cluster.places
      .map(({ nodeId, rack, isRunning }) => {
        const endpoints = controller.state.broker(nodeId)?.endpoints ?? [];
        return {
          nodeId,
          rack,
          isRunning,
          listeners: Object.fromEntries(endpoints.map(({ listener, host, port }) => [listener, { host, port }])),
        };
      })
      .sort((left, right) => left.nodeId - right.nodeId);
  }

  /** The id of the cluster, as clients see it. */
  get clusterId(): string {
    return this.#cluster.shared.controller.state.clusterId;
  }

  /** What the cluster holds at this moment, Kafka's own topics left out. Of groups whose log is being read nothing is known yet. */
  get contents(): ClusterContents {
    const { controller } = this.#cluster.shared;
    const topics = [...controller.state.topics()].filter(({ isInternal }) => !isInternal);
    const sizes = topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partition }) => this.#led(name, partition)?.sizeInBytes ?? 0),
    );
    return {
      topics: topics.map(({ name, partitions }) => ({ topic: name, partitions: partitions.length })),
      groups: this.#cluster.nodes.flatMap(({ groups }) => groups.ids()).sort(),
      sizeInBytes: sizes.reduce((sum, size) => sum + size, 0),
    };
  }

  /** Creates a topic. Rejects with a KafkaError when it exists already or cannot be, with a RangeError for options that make no sense. */
  async createTopic(topic: string, options: Omit<TopicOptions, "topic"> = {}): Promise<void> {
    checkTopic({ topic, ...options });
    await this.#create([{ topic, ...options }], () => false);
  }

  /** Creates those of the topics that do not exist. Rejects with a KafkaError when one cannot be. */
  async createMissingTopics(topics: readonly (string | TopicOptions)[]): Promise<void> {
    for (const topic of topics) checkTopic(topic);
    const wanted = topics.map((topic) => (typeof topic === "string" ? { topic } : topic));
    if (wanted.length > 0) await this.#create(wanted, (errorCode) => errorCode === ErrorCode.TOPIC_ALREADY_EXISTS);
  }

  /** A topic as the cluster's metadata says: its id, its partitions and who leads them; undefined when there is none. Never throws. */
  topic(name: string): TopicState | undefined {
    return this.#cluster.shared.controller.state.topic(name);
  }

  /** The log of a partition, for looking at what was really written. Throws a RangeError when there is no such partition, or nobody leads it. */
  log(topic: string, partition: number): LogView {
    const leader = this.topic(topic)?.partitions[partition]?.leader;
    if (leader === noLeader) throw new RangeError(`nobody leads ${topic}-${partition} now: its broker is stopped`);
    const found = this.#led(topic, partition);
    if (found === undefined) throw new RangeError(`there is no log of ${topic}-${partition}`);
    return new LogView(found);
  }

  /**
   * Takes requests before they are served, to answer them otherwise, late, or not at all. The first rule that matches takes a request;
   * `nth`, `times` and `probability` say which of the matching ones.
   *
   * @example
   * broker.intercept({ api: "Produce", topic: "orders", nth: 3 }, async (request) => {
   *   await request.apply();    // the records are in the log,
   *   request.drop();           // and the producer does not hear of it
   * });
   *
   * @throws {RangeError} when the rule could match nothing, or says what rules do not say.
   */
  intercept<R extends InterceptRule>(
    rule: R,
    interceptor: Interceptor<RequestBodyOf<R>, ResponseBodyOf<R>>,
  ): FaultRule {
    return this.#cluster.shared.faults.add(rule, interceptor);
  }

  /** Ends every rule made with {@link ReferenceBroker.intercept}. */
  clearIntercepts(): void {
    this.#cluster.shared.faults.clear();
  }

  /**
   * Holds the markers of transactions: a commit or abort is decided and answered, and the partitions do not know of it. Readers of committed
   * data do not see it, the last stable offset stays, and the next transaction of the same producer hears CONCURRENT_TRANSACTIONS.
   *
   * @example
   * const held = broker.holdMarkers({ topic: "orders" });
   * … a transaction is committed, and nobody reads it …
   * held.release();
   *
   * @throws {RangeError} when the rule says what rules do not say.
   */
  holdMarkers(rule: MarkerRule = {}): HeldMarkers {
    return this.#cluster.shared.markerHolds.hold(rule);
  }

  /**
   * Has another broker lead a partition, under the next leader epoch. There is one replica of each partition, so its records move along.
   * Rejects with a RangeError when there is no such partition or broker, and when nobody leads the partition because its broker is stopped.
   */
  async moveLeader(topic: string, partition: number, toNodeId: number): Promise<void> {
    await this.#cluster.shared.controller.change((cluster) => moveLeader(cluster, { topic, partition, to: toNodeId }));
  }

  /**
   * Stops one broker of the cluster: its connections are cut and new ones refused, its logs are closed and kept. There is one replica of
   * each partition, so what it led has no leader until it runs again (LEADER_NOT_AVAILABLE), and its groups have no coordinator
   * (COORDINATOR_NOT_AVAILABLE). Topics can still be created and changed; clients are shown a running broker as the controller. Resolves
   * when the others know. Without effect on a broker that is stopped. Rejects with a RangeError when there is no such broker.
   *
   * @example
   * await broker.stopNode(2);
   * … the client goes on with the others …
   * await broker.startNode(2);
   */
  async stopNode(nodeId: number): Promise<void> {
    await this.#cluster.stopNode(nodeId);
  }

  /**
   * Starts a broker that was stopped, at the addresses that it had. It opens its logs, leads its partitions again under the next leader
   * epoch, and answers when this resolves. Without effect on a broker that runs. Rejects with a RangeError when there is no such broker,
   * and with the system's error when another program has taken its port; then it is stopped still, and may be started later.
   */
  async startNode(nodeId: number): Promise<void> {
    await this.#cluster.startNode(nodeId);
  }

  /** Calls `listener` at every event of this name. Throws a RangeError when there is no such event, or the listener is no function. */
  on<Name extends keyof BrokerEventMap>(event: Name, listener: BrokerListener<Name>): this {
    this.#cluster.shared.events.subscribe(event, listener);
    return this;
  }

  /** Ends what {@link ReferenceBroker.on} began; throws as it does. */
  off<Name extends keyof BrokerEventMap>(event: Name, listener: BrokerListener<Name>): this {
    this.#cluster.shared.events.unsubscribe(event, listener);
    return this;
  }

  /** Resolves to the next event of this name that satisfies `isWanted`. Rejects after `timeoutMs` (10 s), or when the signal is aborted. */
  waitFor<Name extends keyof BrokerEventMap>(
    event: Name,
    isWanted: (event: BrokerEventOf<Name>) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<BrokerEventOf<Name>> {
    return waitForEvent(this.#cluster.shared.events, event, { isWanted, ...options });
  }

  /** Cuts every connection and leaves the data directory as the next start wants it. Idempotent. Rejects with what kept a directory from being left so. */
  close(): Promise<void> {
    return this.#cluster.close();
  }

  /** The same as {@link ReferenceBroker.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A partition at its leader; undefined while there is none. */
  #led(topic: string, partition: number): Partition | undefined {
    const leader = this.topic(topic)?.partitions[partition]?.leader;
    const found = this.#cluster.nodes.find(({ nodeId }) => nodeId === leader)?.partitions.get(topic, partition);
    return found?.isLed === true ? found : undefined;
  }

  async #create(topics: readonly TopicOptions[], isAccepted: (errorCode: number) => boolean): Promise<void> {
    const { shared } = this.#cluster;
    const wanted = topics.map(({ topic, partitions = -1, configs = {} }) => ({
      name: topic,
      numPartitions: partitions,
      replicationFactor: -1,
      assignments: [],
      configs: Object.entries(configs).map(([name, value]) => ({ name, value: String(value) })),
    }));
    const created = await shared.controller.change((cluster) =>
      createTopics(cluster, { topics: wanted, validateOnly: false }, shared),
    );
    for (const result of created) {
      if (result.errorCode === ErrorCode.NONE || isAccepted(result.errorCode)) continue;
      const message = "message" in result ? result.message : errorByCode(result.errorCode).message;
      throw new KafkaError(
        errorByCode(result.errorCode).name,
        `the topic ${result.name} could not be created: ${message}`,
        { topic: result.name, errorCode: result.errorCode },
      );
    }
  }
}

function address({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
