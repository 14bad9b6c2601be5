import { clientClosed, type ClusterAccess } from "@moldau/connection-pool";
import { Announcer } from "@moldau/connection-pool/internal";
import { EventEmitter } from "eventemitter3";
import {
  parsePartition,
  parsePartitions,
  parseSeekTarget,
  parseTimes,
  parseWaitingOptions,
  type WaitingOptions,
} from "./call-options.js";
import { channelsOfEvents } from "./channels.js";
import { Engine } from "./engine.js";
import { listenerFailed } from "./errors.js";
import type { ConsumerEvents, ConsumerName, PartitionLag } from "./events.js";
import { lagOf } from "./lag.js";
import { consumerLines } from "./log.js";
import { resolveConsumerOptions, type ConsumerOptions, type ResolvedConsumerOptions } from "./options.js";
import type { CommittedPartition, LookUpOptions, PartitionOffset } from "./offsets/look-ups.js";
import type { OffsetTarget } from "./partitions/offset-target.js";
import type { TopicPartition } from "./partitions/topic-partition.js";

/** Where to continue reading: an offset, or a place that the broker is asked for. */
export interface SeekTarget extends TopicPartition {
  readonly offset: bigint | OffsetTarget;
}

/** A time in a partition. */
export interface PartitionTime extends TopicPartition {
  /** A Date, or milliseconds since 1970. */
  readonly timestamp: Date | number;
}

/** Set by the class itself, as users are not to see it. */
let engineBehind: (consumer: ConsumerPartitions) => Engine;

/** What runs behind the face of a consumer. */
export function engineOf(consumer: ConsumerPartitions): Engine {
  return engineBehind(consumer);
}

/** Throws CLIENT_CLOSED, but not while the body of a loop is let finish: for what a body calls. */
export function assertUsable(consumer: ConsumerPartitions): void {
  if (consumer.isClosed && !engineBehind(consumer).reader.isFinishing) throw clientClosed("The consumer");
}

/** The partitions of a consumer: which it has, and where reading stands in them. */
export abstract class ConsumerPartitions extends EventEmitter<ConsumerEvents> {
  readonly options: ResolvedConsumerOptions;
  readonly #engine: Engine;
  readonly #cluster: ClusterAccess;

  /** @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; nothing is connected yet. */
  constructor(cluster: ClusterAccess, options: ConsumerOptions) {
    super();
    this.options = resolveConsumerOptions(options);
    this.#cluster = cluster;
    const name: ConsumerName = { ...cluster.client, groupId: this.options.groupId };
    const announcer = new Announcer<ConsumerEvents, ConsumerName>({
      who: name,
      emitter: this,
      channels: channelsOfEvents,
      log: cluster.clientLog,
      lines: consumerLines,
      listenerFailed: (error, name) => this.#engine.reader.fail(listenerFailed(name, error)),
    });
    this.#engine = new Engine({
      cluster,
      name,
      options: this.options,
      tell: (name, make) => announcer.tell(name, make),
    });
  }

  /** Whether the consumer was closed. */
  abstract get isClosed(): boolean;

  static {
    engineBehind = (consumer) => consumer.#engine;
  }

  /** Hands out nothing more of these partitions (default: of all that are assigned), until {@link resume} or their next assignment. Throws CLIENT_NOT_ASSIGNED. */
  pause(partitions: readonly TopicPartition[] = this.assignment()): void {
    assertUsable(this);
    this.#engine.setPaused(parsePartitions("pause", partitions), true);
  }

  /** Goes on with these partitions, by default with all. Throws CLIENT_NOT_ASSIGNED. */
  resume(partitions: readonly TopicPartition[] = this.assignment()): void {
    assertUsable(this);
    this.#engine.setPaused(parsePartitions("resume", partitions), false);
  }

  /** The partitions that are paused. */
  paused(): TopicPartition[] {
    return [...this.#engine.assignment]
      .filter(({ paused }) => paused)
      .map(({ topic, partition }) => ({ topic, partition }));
  }

  /**
   * Continues reading elsewhere. The message in hand, if it is of that partition, does not become done, and nothing is
   * committed by this alone. Throws CLIENT_NOT_ASSIGNED.
   */
  seek(target: SeekTarget): void {
    const { offset, ...partition } = parseSeekTarget(target);
    assertUsable(this);
    this.#engine.seek(partition, offset);
  }

  /** The partitions that are assigned at the moment. */
  assignment(): TopicPartition[] {
    return this.#engine.assignment.list();
  }

  /**
   * Reads these partitions, and none else, without belonging to a group: nothing is shared out, no heartbeats are sent, and nobody takes them away.
   * Called again, it replaces them: those that stay go on undisturbed, of those that go what is done is committed. Reading begins at what is
   * committed under `groupId`, or where `startFrom` says, and what is done is committed there (without `autoCommit: false`), which works as long as
   * the group has no members.
   *
   *     const consumer = kafka.consumer({ groupId: "replay", startFrom: "earliest" });
   *     consumer.assign([{ topic: "orders", partition: 3 }]);
   *     for await (const message of consumer) console.log(message.offset);
   *
   * A topic or partition that does not exist ends the loop with UNKNOWN_TOPIC_OR_PARTITION.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE for a consumer that subscribes to topics: it is one or the other; CLIENT_INVALID_ARGUMENT; CLIENT_CLOSED.
   */
  assign(partitions: readonly TopicPartition[]): void {
    const wanted = parsePartitions("assign", partitions);
    if (this.isClosed) throw clientClosed("The consumer");
    this.#engine.assign(wanted);
  }

  /** The offset that is handed out next; undefined while it is being found out. Throws CLIENT_NOT_ASSIGNED. */
  position(partition: TopicPartition): bigint | undefined {
    const assigned = this.#engine.assignment.get(parsePartition(partition, "position: the partition"));
    return assigned.isReady ? assigned.position : undefined;
  }

  /** How far reading is behind, for every partition of which an answer has come. */
  lag(): PartitionLag[] {
    return lagOf(this.#engine.assignment);
  }

  /**
   * What the group has committed for these partitions, whoever has them: by default for all that are assigned. Each has a result of its own, in the
   * order of the question. Waits up to `timeoutMs` (default: the client's `requestTimeoutMs`), also for offsets of transactions that are being decided.
   *
   *     const [{ offset, metadata }] = await consumer.committed([{ topic: "orders", partition: 0 }]);
   *
   * @throws {KafkaError} when the coordinator refuses the whole question, or cannot be asked in time; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async committed(
    partitions: readonly TopicPartition[] = this.assignment(),
    options: WaitingOptions = {},
  ): Promise<readonly CommittedPartition[]> {
    const asked = parsePartitions("committed", partitions);
    return this.#engine.lookUps.committed(asked, this.#lookUpOptions("committed", options));
  }

  /**
   * The first offset of each of these partitions that is still in the log, by default of all that are assigned. Each has a result of its own, in the
   * order of the question. Waits up to `timeoutMs` (default: the client's `requestTimeoutMs`).
   *
   * @throws {KafkaError} when the cluster cannot be asked who leads; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async beginningOffsets(
    partitions: readonly TopicPartition[] = this.assignment(),
    options: WaitingOptions = {},
  ): Promise<readonly PartitionOffset[]> {
    return this.#offsetsAt("beginningOffsets", { partitions, target: "earliest", options });
  }

  /**
   * The offset behind the last message of each of these partitions that this consumer may read: with `isolationLevel: "read_committed"` that is where the
   * first open transaction begins. By default of all that are assigned; otherwise as {@link beginningOffsets}.
   *
   * @throws {KafkaError} when the cluster cannot be asked who leads; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async endOffsets(
    partitions: readonly TopicPartition[] = this.assignment(),
    options: WaitingOptions = {},
  ): Promise<readonly PartitionOffset[]> {
    return this.#offsetsAt("endOffsets", { partitions, target: "latest", options });
  }

  /**
   * The first message at or after a time, for each of these partitions: its offset and its own timestamp. Both are absent where no message is that
   * young. Otherwise as {@link beginningOffsets}.
   *
   *     const found = await consumer.offsetsForTimes([{ topic: "orders", partition: 0, timestamp: new Date("2026-01-01") }]);
   *
   * @throws {KafkaError} when the cluster cannot be asked who leads; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async offsetsForTimes(
    times: readonly PartitionTime[],
    options: WaitingOptions = {},
  ): Promise<readonly PartitionOffset[]> {
    const places = parseTimes("offsetsForTimes", times);
    return this.#engine.lookUps.offsetsAt(places, this.#lookUpOptions("offsetsForTimes", options));
  }

  #offsetsAt(
    call: string,
    {
      partitions,
      target,
      options,
    }: {
      readonly partitions: readonly TopicPartition[];
      readonly target: OffsetTarget;
      readonly options: WaitingOptions;
    },
  ): Promise<readonly PartitionOffset[]> {
    const places = parsePartitions(call, partitions).map((named) => ({ ...named, target }));
    return this.#engine.lookUps.offsetsAt(places, this.#lookUpOptions(call, options));
  }

  #lookUpOptions(call: string, options: WaitingOptions): LookUpOptions {
    const { signal, timeoutMs = this.#cluster.options.requestTimeoutMs } = parseWaitingOptions(call, options);
    assertUsable(this);
    return { signal, deadline: this.#cluster.clock.monotonic() + timeoutMs };
  }
}
