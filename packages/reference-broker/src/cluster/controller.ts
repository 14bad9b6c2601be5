import { writeBatch } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import type { Clock } from "@moldau/platform";
import type { PartitionLog } from "../log/log.js";
import { EffectCollector, type ClusterEffects } from "./effects.js";
import { readMetadata, type MetadataLog } from "./metadata-log.js";
import { decodeClusterRecord } from "./records.js";
import type { ClusterState } from "./state.js";

/** What a change of the cluster comes to: the records that bring it about, and what is answered once they are written. */
export interface Change<Answer> {
  /** Values of records (`clusterRecords.….write`); empty when nothing is to change. */
  readonly records: readonly Buffer[];
  readonly answer: Answer;
}

/**
 * Carries out on the brokers what was written up to `offset`: opens the logs of new partitions, deletes those of removed ones. Called in
 * the order of the changes, without waiting for the one before. Must not reject.
 */
export type ChangeListener = (effects: ClusterEffects, offset: bigint) => Promise<void>;

/** What a {@link Controller} is opened with. */
export interface ControllerOptions {
  readonly log: PartitionLog;
  readonly state: ClusterState;
  readonly clock: Clock;
}

/** The leader epoch of the metadata log: one controller for the life of the data directory. */
const controllerEpoch = 1;

/**
 * The one writer of `__cluster_metadata`.
 *
 * Changes come one at a time. Each is computed from the state as it is then, appended as one batch, and applied to the state; then the
 * next one has its turn, while the brokers carry out this one. It is answered when they have. A failed append changes nothing.
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
    const { log, state } = options;
    await readMetadata(log, { offset: log.logStartOffset, end: log.logEndOffset }, (record) => state.apply(record));
    return new Controller(options);
  }

  /** The offset behind the last record: the epoch of what is known of the cluster. */
  get offset(): bigint {
    return this.#log.logEndOffset;
  }

  /** The log that is written, for those who follow it. */
  get log(): MetadataLog {
    return this.#log;
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
  async change<Answer>(compute: (state: ClusterState) => Change<Answer>): Promise<Answer> {
    const { answer, carriedOut } = await this.#queue.add(() => this.#change(compute));
    await carriedOut;
    return answer;
  }

  /** Waits for the changes under way, then closes the log. */
  async close(): Promise<void> {
    await this.#queue.onIdle();
    await this.#log.close();
  }

  async #change<Answer>(
    compute: (state: ClusterState) => Change<Answer>,
  ): Promise<{ readonly answer: Answer; readonly carriedOut: Promise<unknown> | undefined }> {
    const { records, answer } = compute(this.state);
    if (records.length === 0) return { answer, carriedOut: undefined };
    const timestamp = this.#clock.now();
    const batch = writeBatch(
      {},
      records.map((value) => ({ timestamp, key: null, value, headers: [] })),
    );
    await this.#log.append(batch, { leaderEpoch: controllerEpoch, origin: "coordinator" });
    const effects = new EffectCollector(this.state);
    for (const value of records) this.#apply(value, effects);
    const { offset } = this;
    return { answer, carriedOut: Promise.all([...this.#listeners].map((listener) => listener(effects, offset))) };
  }

  #apply(value: Buffer, effects: EffectCollector): void {
    const record = decodeClusterRecord(value);
    if (record === undefined) return;
    effects.note(record);
    this.state.apply(record);
  }
}
