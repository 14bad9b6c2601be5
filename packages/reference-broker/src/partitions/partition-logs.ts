import PQueue from "p-queue";
import type { Clock } from "@moldau/platform";
import type { BrokerConfig } from "../cluster/broker-config.js";
import { configResource, type ClusterState, type PartitionState, type TopicState } from "../cluster/state.js";
import { groupsTopic } from "../cluster/internal-topics.js";
import { logConfigOf } from "../cluster/topic-settings.js";
import type { LogDirectory } from "../data-dir/log-directory.js";
import { setStraysAside } from "../data-dir/strays.js";
import { PartitionLog } from "../log/log.js";
import type { GroupCoordinatorLife, PartitionLogs } from "../cluster/node.js";
import type { Storage } from "../storage/storage.js";

/** What {@link LocalLogs} works with. */
export interface LocalLogsOptions {
  readonly nodeId: number;
  readonly storage: Storage;
  readonly directory: LogDirectory;
  readonly config: BrokerConfig;
  readonly cluster: ClusterState;
  readonly groups: GroupCoordinatorLife;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of logs that cannot be opened, closed or deleted: their partitions then answer KAFKA_STORAGE_ERROR. */
  readonly onError: (error: unknown) => void;
}

/** What is known of a log before it is opened: from the checkpoint files at the start, from the broker that had it after a move. */
export type LogKnowledge = (
  topic: string,
  partition: number,
) => {
  readonly recoveryPoint?: bigint | undefined;
  readonly logStartOffset?: bigint | undefined;
  readonly cleanShutdown?: boolean;
};

/** How many logs are opened or closed at once. */
const concurrency = 16;

/** The logs of the partitions that one broker leads, kept in step with what the metadata log says. */
export class LocalLogs implements PartitionLogs {
  readonly #options: LocalLogsOptions;
  readonly #logs = new Map<string, PartitionLog>();
  readonly #goneListeners = new Set<(topic: string, partition: number) => void>();

  constructor(options: LocalLogsOptions) {
    this.#options = options;
  }

  get(topic: string, partition: number): PartitionLog | undefined {
    return this.#logs.get(`${topic}-${partition}`);
  }

  onGone(listener: (topic: string, partition: number) => void): () => void {
    this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  /** Sets aside folders of partitions that are not this broker's, and opens the logs of those that are. */
  async openAll(): Promise<void> {
    const { cluster, storage, directory, nodeId } = this.#options;
    await setStraysAside(storage, directory.path, (topic, partition, id) => {
      const known = cluster.topic(topic);
      return (
        known !== undefined &&
        (id === undefined || known.id.equals(id)) &&
        known.partitions[partition]?.leader === nodeId
      );
    });
    await this.acquire([...cluster.topics()], (topic, partition) => ({
      ...directory.checkpointOf(topic, partition),
      cleanShutdown: directory.wasCleanlyLeft,
    }));
  }

  /** Opens the logs of those partitions of these topics that this broker leads now. A log that cannot be opened is reported and left out. */
  async acquire(topics: readonly TopicState[], knowledge: LogKnowledge = () => ({})): Promise<void> {
    const { nodeId } = this.#options;
    const wanted = topics.flatMap((topic) =>
      topic.partitions.filter(({ leader }) => leader === nodeId).map((state) => ({ topic, state })),
    );
    await each(wanted, async ({ topic, state }) => this.#acquireOne(topic, state, knowledge));
  }

  /** Closes the logs of those partitions of a topic that are led elsewhere now, and returns them. */
  async release(topic: TopicState): Promise<readonly PartitionLog[]> {
    const { nodeId } = this.#options;
    const lost = topic.partitions.filter(
      ({ partition, leader }) => leader !== nodeId && this.get(topic.name, partition) !== undefined,
    );
    const released: PartitionLog[] = [];
    await each(lost, async ({ partition }) => {
      const log = await this.#take(topic.name, partition);
      if (log === undefined) return;
      released.push(log);
      await this.#reported(async () => log.close());
    });
    return released;
  }

  /** Deletes the logs of a topic that was removed, together with the offsets that groups committed for it. */
  async delete(topic: string): Promise<void> {
    const doomed = [...this.#logs.values()].filter((log) => log.topic === topic);
    await each(doomed, async ({ partition }) => {
      const log = await this.#take(topic, partition);
      await this.#reported(async () => log?.delete());
    });
  }

  /** Takes over a topic's changed configuration. */
  reconfigure(topic: string): void {
    const { cluster, config } = this.#options;
    const changed = logConfigOf(cluster.configs(configResource.topic, topic), config);
    for (const log of this.#logs.values()) if (log.topic === topic) log.updateConfig(changed);
  }

  checkpoint(): Promise<void> {
    return this.#options.directory.writeCheckpoints(this.#logs.values());
  }

  /** Does what is due now and then: retention, flushing by time, forgetting silent producers. */
  async tidy(): Promise<void> {
    for (const log of [...this.#logs.values()]) {
      await this.#reported(async () => {
        if (log.failure !== undefined || this.get(log.topic, log.partition) !== log) return;
        await log.applyRetention();
        await log.expireProducers();
        await log.flushIfDue();
      });
    }
  }

  /** Closes every log and writes the checkpoints; resolves to whether all of them were left well. */
  async close(): Promise<boolean> {
    const logs = [...this.#logs.values()];
    await each(logs, async (log) => this.#reported(async () => log.close()));
    await this.#options.directory.writeCheckpoints(logs);
    this.#logs.clear();
    return logs.every(({ failure }) => failure === undefined);
  }

  async #acquireOne(
    topic: TopicState,
    { partition, leaderEpoch }: PartitionState,
    knowledge: LogKnowledge,
  ): Promise<void> {
    const { groups } = this.#options;
    await this.#reported(async () => {
      const log = this.get(topic.name, partition) ?? (await this.#open(topic, partition, knowledge));
      log.beginLeaderEpoch(leaderEpoch);
      if (topic.name === groupsTopic) await groups.onLeader(partition, log, leaderEpoch);
    });
  }

  async #open(topic: TopicState, partition: number, knowledge: LogKnowledge): Promise<PartitionLog> {
    const { storage, directory, cluster, config, clock, random } = this.#options;
    const { recoveryPoint, logStartOffset, cleanShutdown = false } = knowledge(topic.name, partition);
    const log = await PartitionLog.open({
      storage,
      dir: `${directory.path}/${topic.name}-${partition}`,
      config: logConfigOf(cluster.configs(configResource.topic, topic.name), config),
      clock,
      random,
      topic: topic.name,
      partition,
      topicId: topic.id,
      cleanShutdown,
      ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
      ...(logStartOffset === undefined ? {} : { logStartOffset }),
    });
    this.#logs.set(`${topic.name}-${partition}`, log);
    return log;
  }

  /** Takes a log out of service: nobody finds it any more, and those who wait for it are told. */
  async #take(topic: string, partition: number): Promise<PartitionLog | undefined> {
    const log = this.get(topic, partition);
    this.#logs.delete(`${topic}-${partition}`);
    for (const listener of this.#goneListeners) listener(topic, partition);
    if (topic === groupsTopic) await this.#options.groups.onLeaderLost(partition);
    return log;
  }

  async #reported(job: () => Promise<unknown>): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

async function each<T>(items: readonly T[], job: (item: T) => Promise<unknown>): Promise<void> {
  const queue = new PQueue({ concurrency });
  await Promise.all(items.map((item) => queue.add(() => job(item))));
}
