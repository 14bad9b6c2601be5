import { ErrorCode } from "@moldau/protocol-codec";
import { turns, VirtualClock } from "moldau-testing";
import { BrokerConfig } from "../src/cluster/broker-config.js";
import { BrokerEvents } from "../src/events.js";
import { TransactionCoordinator, type ProducerAnswer } from "../src/transactions/coordinator.js";
import type { MarkedPartition, MarkerSender, TransactionMarker } from "../src/transactions/marker.js";
import { decodeTransactionRecord, type TransactionRecord } from "../src/transactions/records.js";
import type { ProducerIdentity, Transaction, TransactionVersion } from "../src/transactions/state.js";
import { MemoryLog } from "./memory-log.js";

/** A marker that was to be written, and the partitions that it was for. */
export interface WrittenMarker extends TransactionMarker {
  readonly partitions: readonly MarkedPartition[];
}

/** Takes markers for written, or holds them back. */
export class MarkersInMemory implements MarkerSender {
  readonly written: WrittenMarker[] = [];
  /** Set: every marker waits for it. */
  gate: Promise<void> | undefined;

  async write(marker: TransactionMarker, partitions: readonly MarkedPartition[], signal: AbortSignal): Promise<void> {
    this.written.push({ ...marker, partitions });
    if (this.gate !== undefined) await Promise.race([this.gate, abortOf(signal)]);
    signal.throwIfAborted();
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** How a {@link TransactionFixture} is made. */
export interface TransactionFixtureOptions {
  readonly version?: TransactionVersion;
  readonly log?: MemoryLog;
  readonly clock?: VirtualClock;
  readonly markers?: MarkersInMemory;
  readonly config?: Readonly<Record<string, number>>;
  readonly nextProducerId?: bigint;
}

/** A coordinator of the one partition of `__transaction_state`, over a log in memory, with a clock that is moved by hand. */
export class TransactionFixture {
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly markers: MarkersInMemory;
  readonly errors: unknown[] = [];
  readonly events = new BrokerEvents();
  readonly coordinator: TransactionCoordinator;
  /** `transaction.version` of the cluster. */
  version: TransactionVersion;
  #lastProducerId: bigint;

  private constructor(options: TransactionFixtureOptions) {
    this.clock = options.clock ?? new VirtualClock();
    this.log = options.log ?? new MemoryLog();
    this.markers = options.markers ?? new MarkersInMemory();
    this.version = options.version ?? 2;
    this.#lastProducerId = (options.nextProducerId ?? 1000n) - 1n;
    this.coordinator = new TransactionCoordinator({
      nodeId: 3,
      config: new BrokerConfig({ "transaction.state.log.num.partitions": 1, ...options.config }),
      cluster: { topic: () => undefined },
      clock: this.clock,
      producerIds: { next: () => Promise.resolve(++this.#lastProducerId) },
      markers: this.markers,
      transactionVersion: () => this.version,
      events: this.events,
      onError: (error) => this.errors.push(error),
    });
  }

  /** A coordinator that has loaded its partition. */
  static async start(options: TransactionFixtureOptions = {}): Promise<TransactionFixture> {
    const fixture = new TransactionFixture(options);
    await fixture.coordinator.onLeader(0, fixture.log, 7);
    await turns();
    return fixture;
  }

  /** The next one to lead, over the same log and on the same clock: what was in memory alone is gone. */
  async successor(options: TransactionFixtureOptions = {}): Promise<TransactionFixture> {
    await this.coordinator.close();
    const { log, clock, version, markers } = this;
    const nextProducerId = this.#lastProducerId + 1n;
    return TransactionFixture.start({ log, clock, version, markers, nextProducerId, ...options });
  }

  /** Everything that the log says, in order. */
  get records(): readonly TransactionRecord[] {
    return this.log.entries.flatMap((entry) => decodeTransactionRecord(entry) ?? []);
  }

  /** Where an id stands. */
  stateOf(transactionalId: string): Transaction["state"] | undefined {
    return this.coordinator.inspect(transactionalId)?.state;
  }

  /** InitProducerId; -1n and -1 for a producer that begins. */
  init(transactionalId: string, known?: ProducerIdentity, transactionTimeoutMs = 60_000): Promise<ProducerAnswer> {
    const { producerId, producerEpoch } = known ?? { producerId: -1n, producerEpoch: -1 };
    return this.coordinator.initProducer({ transactionalId, transactionTimeoutMs, producerId, producerEpoch });
  }

  /** AddPartitionsToTxn with partitions of one topic. */
  add(
    transactionalId: string,
    { producerId, producerEpoch }: ProducerIdentity,
    partitions: readonly number[] = [0],
  ): Promise<number> {
    const named = partitions.map((partition) => ({ topic: "orders", partition }));
    const request = { transactionalId, producerId, producerEpoch, partitions: named };
    return this.coordinator.addPartitions(request, this.version === 2 ? 2 : 0);
  }

  /** EndTxn. The answer comes before the markers are written. */
  end(
    transactionalId: string,
    { producerId, producerEpoch }: ProducerIdentity,
    committed = true,
  ): Promise<ProducerAnswer> {
    const request = { transactionalId, producerId, producerEpoch, committed };
    return this.coordinator.end(request, this.version === 2 ? 2 : 0);
  }

  /** A producer with an open transaction. */
  async ongoing(transactionalId: string, timeoutMs = 60_000): Promise<ProducerIdentity> {
    const { errorCode, ...producer } = await this.init(transactionalId, undefined, timeoutMs);
    if (errorCode !== ErrorCode.NONE || (await this.add(transactionalId, producer)) !== ErrorCode.NONE)
      throw new Error(`no transaction could be begun: ${errorCode}`);
    return producer;
  }
}
