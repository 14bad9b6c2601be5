import PQueue from "p-queue";
import { EffectCollector, type ClusterEffects } from "./effects.js";
import { readMetadata, type MetadataLog } from "./metadata-log.js";
import { ClusterState } from "./state.js";

/** What a {@link MetadataImage} works with. */
export interface MetadataImageOptions {
  readonly log: MetadataLog;
  readonly clusterId: string;
  /** Brings the broker to where the image says it should be. Resolves when it is there; must not reject. */
  readonly carryOut: (effects: ClusterEffects) => Promise<void>;
  /** Hears of a metadata log that could not be read: the image then stays behind. */
  readonly onError: (error: unknown) => void;
}

/**
 * The cluster as one broker knows it, fed from the metadata log. It may lag behind what the controller has written: then its broker
 * still shows, and does, what was true before.
 */
export class MetadataImage {
  readonly state: ClusterState;
  readonly #options: MetadataImageOptions;
  readonly #queue = new PQueue({ concurrency: 1 });
  #offset = 0n;
  #isClosed = false;

  constructor(options: MetadataImageOptions) {
    this.#options = options;
    this.state = new ClusterState(options.clusterId);
  }

  /** The image holds everything below this offset of the metadata log. */
  get offset(): bigint {
    return this.#offset;
  }

  /** Reads what the log holds by now, before the broker begins: nothing of it is carried out. Rejects when the log cannot be read. */
  async load(): Promise<void> {
    await this.#queue.add(async () => {
      await this.#read(this.#options.log.logEndOffset, new EffectCollector(this.state));
    });
  }

  /**
   * Reads up to an offset, and has carried out what that brings. Resolves when it is; what earlier offsets brought may still be under way.
   * Resolves at once for an image that is closed.
   */
  async reach(offset: bigint): Promise<void> {
    const { carriedOut } = await this.#queue.add(async () => {
      if (this.#isClosed || this.#offset >= offset) return { carriedOut: undefined };
      const effects = new EffectCollector(this.state);
      try {
        await this.#read(offset, effects);
      } catch (error) {
        this.#options.onError(error);
      }
      // In an object, so that the queue goes on to the next change while this one is being carried out.
      return { carriedOut: this.#options.carryOut(effects) };
    });
    await carriedOut;
  }

  /** Stops following. Resolves when nothing is read any more. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue.onIdle();
  }

  async #read(end: bigint, effects: EffectCollector): Promise<void> {
    this.#offset = await readMetadata(this.#options.log, { offset: this.#offset, end }, (record) => {
      effects.note(record);
      this.state.apply(record);
    });
  }
}
