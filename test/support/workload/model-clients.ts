import type { Clock } from "@moldau/platform";
import type { Key } from "../history/operation.js";
import type { Judgement, PlainProducer, WorkloadClients, WorkloadProducer } from "./clients.js";
import type { Dice } from "./dice.js";
import type { ModelCluster } from "./model-cluster.js";
import { ModelConsumer } from "./model-consumer.js";

/** An error of the model. */
class ModelError extends Error {
  readonly judgement: Judgement;

  constructor(message: string, judgement: Judgement) {
    super(message);
    this.judgement = judgement;
  }
}

const fenced = new ModelError("fenced", { isAborted: false, isFatal: true });
const lostPartitions = new ModelError("the group went on", { isAborted: true, isFatal: false });

/** What a model of clients is made of. */
export interface ModelOptions {
  readonly cluster: ModelCluster;
  readonly clock: Clock;
  readonly dice: Dice;
}

/** Clients of a {@link ModelCluster}: calls take a little while, and the answers of some get lost. */
export function modelClients(options: ModelOptions): WorkloadClients {
  const { cluster, clock, dice } = options;
  return {
    transactional: async (id) => {
      await clock.sleep(dice.between(1, 10));
      return new ModelProducer(options, id);
    },
    plain: () => Promise.resolve(plainProducer(options)),
    consumer: (group, keys) => Promise.resolve(new ModelConsumer(options, cluster.group(group), keys)),
    judge: (error) => (error instanceof ModelError ? error.judgement : { isAborted: false, isFatal: true }),
  };
}

class ModelProducer implements WorkloadProducer {
  readonly #options: ModelOptions;
  readonly #id: string;
  #epoch: number;
  #line = Promise.resolve();

  constructor(options: ModelOptions, id: string) {
    this.#options = options;
    this.#id = id;
    this.#epoch = options.cluster.fence(id);
  }

  begin(): ReturnType<WorkloadProducer["begin"]> {
    const { cluster } = this.#options;
    return Promise.resolve({
      send: async (key, value) => {
        await this.#pause();
        return cluster.append(key, value, this.#transaction());
      },
      sendOffsets: async (consumer) => {
        await this.#pause();
        if (!(consumer instanceof ModelConsumer)) throw new TypeError("offsets are those of a consumer of the model");
        const isMember =
          consumer.isCurrent || cluster.defect === "offsets are committed by a member that lost its partitions";
        if (!isMember) throw lostPartitions;
        this.#transaction().offsets.set(consumer.group, consumer.polledUpTo());
        consumer.follow(this.#transaction());
      },
      commit: () => this.#end("committed"),
      abort: () => this.#end("aborted"),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** One call of a producer after the other takes its time, in order. */
  #pause(): Promise<void> {
    const { clock, dice } = this.#options;
    this.#line = this.#line.then(() => clock.sleep(dice.between(1, 20)));
    return this.#line;
  }

  #transaction(): NonNullable<ReturnType<ModelCluster["transaction"]>> {
    const transaction = this.#options.cluster.transaction(this.#id, this.#epoch);
    if (transaction === undefined) throw fenced;
    return transaction;
  }

  async #end(how: "committed" | "aborted"): Promise<void> {
    const { cluster, clock, dice } = this.#options;
    await this.#pause();
    // The answer is lost; and it may be that the request is, too.
    const isLost = how === "committed" && dice.chance(0.05);
    const isLate = isLost && cluster.defect === "a late commit ends the next transaction";
    if (isLate) clock.timer(dice.between(20, 200), () => void cluster.end(this.#id, this.#epoch, "committed"));
    else if ((!isLost || dice.chance(0.5)) && !cluster.end(this.#id, this.#epoch, how)) throw fenced;
    if (!isLost) return;
    // Nobody knows how it ended: in the next epoch nothing can land in what is left of it.
    if (!isLate) this.#epoch = cluster.fence(this.#id);
    throw new ModelError("the answer to the commit was lost", { isAborted: false, isFatal: false });
  }
}

function plainProducer({ cluster, clock, dice }: ModelOptions): PlainProducer {
  return {
    send: async (key: Key, value) => {
      await clock.sleep(dice.between(1, 30));
      if (dice.chance(0.02)) throw new ModelError("refused", { isAborted: true, isFatal: false });
      const offset = cluster.append(key, value);
      if (dice.chance(0.02)) throw new ModelError("the answer was lost", { isAborted: false, isFatal: false });
      return offset;
    },
    isUnwritten: (error) => error instanceof ModelError && error.judgement.isAborted,
    close: () => Promise.resolve(),
  };
}
