import type { Partition } from "./partition.js";
import type { Custody, LeftLog, PartitionCustody } from "./custody.js";
import type { Leadership } from "./partition-life.js";
import type { PartitionLog } from "../log/log.js";

/** Who looks after what a partition of an internal topic says: the group coordinator for those of `__consumer_offsets`. */
export interface PartitionCoordinator {
  /** This broker leads the partition now: reads it, then serves. Called again for each later epoch. Must not reject. */
  onLeader(partition: number, log: Partition, leaderEpoch: number): Promise<void>;
  /** The partition is led elsewhere or gone: whoever waits is answered, and nothing more is served. */
  onLeaderLost(partition: number): Promise<void>;
}

/** What a {@link HeldPartition} works with. */
export interface HeldPartitionOptions {
  readonly partition: Partition;
  readonly custody: PartitionCustody;
  /** Opens the log; `left` says how the last holder in this process left it. */
  readonly open: (left: LeftLog | undefined) => Promise<PartitionLog>;
  readonly coordinator: PartitionCoordinator | undefined;
  /** Hears of what could not be opened, closed or deleted. */
  readonly onError: (error: unknown) => void;
}

/**
 * Brings one partition through its life, as the metadata log wants it: opens its log, closes it, deletes it. One thing at a time, in the
 * order in which it was wanted; what fails is reported and leaves the partition as it can be served.
 */
export class HeldPartition {
  readonly partition: Partition;
  readonly #options: HeldPartitionOptions;
  #custody: Custody | undefined;
  /** The job under way, with those that wait behind it. */
  #jobs: Promise<unknown> = Promise.resolve();

  constructor(options: HeldPartitionOptions) {
    this.partition = options.partition;
    this.#options = options;
  }

  /** The log, while this broker leads. */
  get log(): PartitionLog | undefined {
    const { life } = this.partition;
    return life.state === "leader" ? life.log : undefined;
  }

  /** This broker is to lead. Resolves when it does, and when the coordinator of an internal topic has read the log. */
  async lead(leadership: Leadership): Promise<void> {
    const { serving } = await this.#inTurn(async () => {
      await this.#open(leadership);
      // The coordinator hears of it in this turn, but reads on the side: the partition may be taken away meanwhile.
      return { serving: this.#serve() };
    });
    await serving;
  }

  /** Another broker is to lead. Resolves when the log is closed and the other may have it. */
  async resign(): Promise<void> {
    await this.#inTurn(() => this.#letGo("resign", { end: (log) => log.close(), left: leftForOthers }));
  }

  /** This broker stops. Resolves when the log is closed. */
  async close(): Promise<void> {
    await this.#inTurn(() => this.#letGo("resign", { end: (log) => log.close(), left: leftBehind }));
  }

  /** The topic is gone. Resolves when the log is deleted. */
  async remove(): Promise<void> {
    await this.#inTurn(() => this.#letGo("remove", { end: (log) => log.delete(), left: () => undefined }));
  }

  async #open(leadership: Leadership): Promise<void> {
    const { partition, custody, open } = this.#options;
    partition.pass({ type: "lead", leadership });
    if (partition.life.state !== "opening") return;
    try {
      const { nodeId, leaderEpoch } = leadership;
      const { topic, partition: number, topicId } = partition;
      this.#custody = await custody.claim({ topic, partition: number, topicId, nodeId, leaderEpoch });
      if (this.#custody === undefined) partition.pass({ type: "superseded" });
      else partition.pass({ type: "opened", log: await open(this.#custody.left) });
    } catch (error) {
      partition.pass({ type: "failed" });
      this.#custody?.release(this.#custody.left);
      this.#custody = undefined;
      this.#options.onError(error);
    }
  }

  async #serve(): Promise<void> {
    const { coordinator, partition } = this.#options;
    if (partition.isLed) await coordinator?.onLeader(partition.partition, partition, partition.leaderEpoch);
  }

  async #letGo(
    type: "resign" | "remove",
    {
      end,
      left,
    }: {
      readonly end: (log: PartitionLog) => Promise<void>;
      readonly left: (log: PartitionLog) => LeftLog | undefined;
    },
  ): Promise<void> {
    const { log } = this;
    const { partition, coordinator, onError } = this.#options;
    partition.pass({ type });
    try {
      await coordinator?.onLeaderLost(partition.partition);
      if (log !== undefined) await end(log);
    } catch (error) {
      onError(error);
    }
    this.#custody?.release(log === undefined ? undefined : left(log));
    this.#custody = undefined;
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#jobs.then(job);
    this.#jobs = done.catch(() => undefined);
    return done;
  }
}

function leftBehind({ logStartOffset, failure }: PartitionLog): LeftLog {
  return { logStartOffset, isClean: failure === undefined };
}

function leftForOthers(log: PartitionLog): LeftLog {
  return { ...leftBehind(log), producers: log.producers };
}
