import PQueue from "p-queue";
import type { Clock } from "@moldau/platform";
import type { BrokerConfig } from "../cluster/broker-config.js";
import { configResource, type ClusterState, type PartitionState, type TopicState } from "../cluster/state.js";
import { logConfigOf } from "../cluster/topic-settings.js";
import type { LogDirectory } from "../data-dir/log-directory.js";
import { setStraysAside } from "../data-dir/strays.js";
import { PartitionLog } from "../log/log.js";
import type { BrokerPartitions } from "../cluster/node.js";
import type { Storage } from "../storage/storage.js";
import type { LeftLog, PartitionCustody } from "./custody.js";
import { HeldPartition, type PartitionCoordinator } from "./held-partition.js";
import { Partition } from "./partition.js";

/** What {@link LocalPartitions} works with. */
export interface LocalPartitionsOptions {
  readonly nodeId: number;
  readonly storage: Storage;
  readonly directory: LogDirectory;
  readonly config: BrokerConfig;
  /** The broker's own image of the metadata. */
  readonly cluster: ClusterState;
  readonly custody: PartitionCustody;
  /** Who looks after the partitions of an internal topic. */
  readonly coordinators: ReadonlyMap<string, PartitionCoordinator>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of logs that cannot be opened, closed or deleted: their partitions then answer KAFKA_STORAGE_ERROR. */
  readonly onError: (error: unknown) => void;
}

/** How many logs are opened at once. */
const concurrency = 16;

/** The partitions that one broker leads, kept in step with its image of the metadata. */
export class LocalPartitions implements BrokerPartitions {
  readonly #options: LocalPartitionsOptions;
  readonly #held = new Map<string, Map<number, HeldPartition>>();
  readonly #openings = new PQueue({ concurrency });
  #isClosed = false;

  constructor(options: LocalPartitionsOptions) {
    this.#options = options;
  }

  get(topic: string, partition: number): Partition | undefined {
    return this.#held.get(topic)?.get(partition)?.partition;
  }

  /** Sets aside the folders of partitions that are not this broker's. To be called before the first of its logs is opened. */
  async setStraysAside(): Promise<void> {
    const { cluster, storage, directory, nodeId } = this.#options;
    await setStraysAside(storage, directory.path, (topic, partition, id) => {
      const known = cluster.topic(topic);
      const isSame = known !== undefined && (id === undefined || known.id.equals(id));
      return isSame && known.partitions[partition]?.replicas.includes(nodeId) === true;
    });
  }

  /**
   * Brings the partitions of these topics where the image wants them: what is to be led is opened, what is led elsewhere is closed, what
   * is gone is deleted. Resolves when that is done, and coordinators have read what they are to serve. Never rejects.
   */
  async reconcile(topics: Iterable<string>): Promise<void> {
    await Promise.all([...topics].flatMap((name) => this.#reconcileTopic(name)));
  }

  /** Takes over a topic's changed configuration. */
  reconfigure(topic: string): void {
    const changed = this.#configOf(topic);
    for (const { partition } of this.#heldOf(topic)) partition.updateConfig(changed);
  }

  async checkpoint(): Promise<void> {
    // What closing wrote is the last word.
    if (!this.#isClosed) await this.#options.directory.writeCheckpoints(this.#logs());
  }

  /** Does what is due now and then: retention, flushing by time, forgetting silent producers. */
  async tidy(): Promise<void> {
    for (const held of this.#all()) {
      const { log } = held;
      if (log === undefined || log.failure !== undefined) continue;
      try {
        await log.applyRetention();
        await log.expireProducers();
        await log.flushIfDue();
      } catch (error) {
        // A log that was closed meanwhile is no failure.
        if (held.log === log) this.#options.onError(error);
      }
    }
  }

  /** Closes every log and writes the checkpoints; resolves to whether all of them were left well, so that none needs recovery. */
  async close(): Promise<boolean> {
    this.#isClosed = true;
    const all = this.#all();
    const isWhole = all.every(({ partition }) => partition.life.state !== "failed");
    const logs = this.#logs();
    await Promise.all(all.map((held) => held.close()));
    await this.#options.directory.writeCheckpoints(logs);
    this.#held.clear();
    return isWhole && logs.every(({ failure }) => failure === undefined);
  }

  #reconcileTopic(name: string): Promise<void>[] {
    const { cluster, nodeId } = this.#options;
    const topic = cluster.topic(name);
    const gone = this.#heldOf(name).filter(({ partition }) => topic?.id.equals(partition.topicId) !== true);
    const removed = gone.map((held) => this.#forget(held, held.remove()));
    const settled = (topic?.partitions ?? []).map((state) => {
      if (topic === undefined || state.leader !== nodeId) return this.#resign(name, state.partition);
      return this.#hold(topic, state).lead({ ...state, nodeId });
    });
    return [...removed, ...settled];
  }

  async #resign(topic: string, partition: number): Promise<void> {
    const held = this.#held.get(topic)?.get(partition);
    if (held !== undefined) await this.#forget(held, held.resign());
  }

  /** Nobody finds the partition here any more, while what it wants to get done goes on. */
  #forget({ partition: { topic, partition } }: HeldPartition, ending: Promise<void>): Promise<void> {
    const held = this.#held.get(topic);
    held?.delete(partition);
    if (held?.size === 0) this.#held.delete(topic);
    return ending;
  }

  #hold(topic: TopicState, { partition: number }: PartitionState): HeldPartition {
    const held = this.#held.get(topic.name) ?? new Map<number, HeldPartition>();
    this.#held.set(topic.name, held);
    const known = held.get(number);
    if (known !== undefined) return known;
    const { custody, coordinators, clock, onError } = this.#options;
    const partition = new Partition({ topic: topic.name, partition: number, topicId: topic.id, clock });
    const made = new HeldPartition({
      partition,
      custody,
      open: (left) => this.#openings.add(() => this.#open(partition, left)),
      coordinator: coordinators.get(topic.name),
      onError,
    });
    held.set(number, made);
    return made;
  }

  async #open({ topic, partition, topicId }: Partition, left: LeftLog | undefined): Promise<PartitionLog> {
    const { storage, directory, clock, random } = this.#options;
    const { recoveryPoint, logStartOffset } = directory.checkpointOf(topic, partition);
    const log = await PartitionLog.open({
      storage,
      dir: `${directory.path}/${topic}-${partition}`,
      config: this.#configOf(topic),
      clock,
      random,
      topic,
      partition,
      topicId,
      // What the last holder in this process says counts more than what was written down when another process ended.
      ...(left === undefined
        ? {
            cleanShutdown: directory.wasCleanlyLeft,
            ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
            ...(logStartOffset === undefined ? {} : { logStartOffset }),
          }
        : { ...left, cleanShutdown: left.isClean }),
    });
    // It may have changed while the log was being opened.
    log.updateConfig(this.#configOf(topic));
    return log;
  }

  #configOf(topic: string): ReturnType<typeof logConfigOf> {
    const { cluster, config } = this.#options;
    return logConfigOf(cluster.configs(configResource.topic, topic), config);
  }

  #heldOf(topic: string): readonly HeldPartition[] {
    return [...(this.#held.get(topic)?.values() ?? [])];
  }

  #all(): readonly HeldPartition[] {
    return [...this.#held.values()].flatMap((held) => [...held.values()]);
  }

  #logs(): readonly PartitionLog[] {
    return this.#all().flatMap(({ log }) => log ?? []);
  }
}
