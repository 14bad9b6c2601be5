import { readBatches, writeBatch } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import type { Clock } from "@moldau/platform";
import type { PartitionLog } from "../log/log.js";
import { EffectCollector, type ClusterEffects } from "./effects.js";
import { decodeClusterRecord } from "./records.js";
import type { ClusterState } from "./state.js";

/** What a change of the cluster comes to: the records that bring it about, and what is answered once they are written. */
export interface Change<Answer> {
  /** Values of records (`clusterRecords.….write`); empty when nothing is to change. */
  readonly records: readonly Buffer[];
  readonly answer: Answer;
}

/** Carries out on the brokers what was written: opens the logs of new partitions, deletes those of removed ones. Must not reject. */
export type ChangeListener = (effects: ClusterEffects) => Promise<void>;

/** What a {@link Controller} is opened with. */
export interface ControllerOptions {
  readonly log: PartitionLog;
  readonly state: ClusterState;
  readonly clock: Clock;
}

/** How much of the metadata log is read at once at the start, in bytes. */
const replayBytes = 1 << 20;

/** The leader epoch of the metadata log: one controller for the life of the data directory. */
const controllerEpoch = 1;

/**
 * The one writer of `__cluster_metadata`.
 *
 * Changes come one at a time. Each is computed from the state as it is then, appended as one batch, applied to the state, carried out on
 * the brokers, and answered last. A failed append changes nothing.
 */
export class Controller {
  readonly state: ClusterState;
  readonly #log: PartitionLog;
  readonly #clock: Clock;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #listeners = new Set<ChangeListener>();

  private constructor({ log, state, clock }: ControllerOptions) {
    this.#log = log;
    this.state = state;
    this.#clock = clock;
  }

  /** Reads the metadata log from its beginning into `state`. */
  static async open(options: ControllerOptions): Promise<Controller> {
    const controller = new Controller(options);
    await controller.#replay();
    return controller;
  }

  /** The offset behind the last record: the epoch of what is known of the cluster. */
  get offset(): bigint {
    return this.#log.logEndOffset;
  }

  /** Why nothing can be written any more, or undefined while all is well. */
  get failure(): Error | undefined {
    return this.#log.failure;
  }

  /** Has `listener` carry out every change from now on, before it is answered. Returns how to end that. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Computes a change from the state, writes, applies and carries it out, and resolves to its answer. Rejects when it could not be written. */
  change<Answer>(compute: (state: ClusterState) => Change<Answer>): Promise<Answer> {
    return this.#queue.add(() => this.#change(compute));
  }

  /** Waits for the changes under way, then closes the log. */
  async close(): Promise<void> {
    await this.#queue.onIdle();
    await this.#log.close();
  }

  async #change<Answer>(compute: (state: ClusterState) => Change<Answer>): Promise<Answer> {
    const { records, answer } = compute(this.state);
    if (records.length === 0) return answer;
    const timestamp = this.#clock.now();
    const batch = writeBatch(
      {},
      records.map((value) => ({ timestamp, key: null, value, headers: [] })),
    );
    await this.#log.append(batch, { leaderEpoch: controllerEpoch, origin: "coordinator" });
    const effects = new EffectCollector(this.state);
    for (const value of records) this.#apply(value, effects);
    for (const listener of this.#listeners) await listener(effects);
    return answer;
  }

  async #replay(): Promise<void> {
    for (let offset = this.#log.logStartOffset; offset < this.#log.logEndOffset;) {
      const { records } = await this.#log.read(offset, { maxBytes: replayBytes, minOneMessage: true });
      for (const batch of readBatches(records)) {
        offset = batch.nextOffset;
        if (batch.isControl) continue;
        for (const { value } of batch) if (value !== null) this.#apply(value);
      }
    }
  }

  #apply(value: Buffer, effects?: EffectCollector): void {
    const record = decodeClusterRecord(value);
    if (record === undefined) return;
    effects?.note(record);
    this.state.apply(record);
  }
}
