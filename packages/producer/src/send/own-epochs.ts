import { asKafkaError, attempt } from "@moldau/connection-pool";
import { InitProducerId, KafkaError, kafkaError } from "@moldau/protocol-codec";
import type { Numbering } from "../batch/epoch-source.js";
import { maxProducerEpoch, type ProducerIdentity } from "../batch/sequence.js";
import type { ProducerCluster } from "../producer-cluster.js";
import type { Backflow } from "./backflow.js";

/** What {@link OwnEpochs} need. */
export interface OwnEpochsOptions {
  readonly cluster: Pick<ProducerCluster, "options" | "request">;
  readonly backflow: Backflow;
}

/**
 * The identities of a producer without transactions: any broker hands out a fresh producer id, with epoch 0, when one is first needed;
 * later epochs are counted here, for each partition (KIP-360).
 */
export class OwnEpochs implements Numbering {
  readonly #options: OwnEpochsOptions;
  readonly #closed = new AbortController();
  #given: ProducerIdentity | undefined;
  /** Partitions that were forgotten have used the epochs below. */
  #firstEpoch = 0;
  #isAsking = false;

  constructor(options: OwnEpochsOptions) {
    this.#options = options;
  }

  get identity(): ProducerIdentity | undefined {
    if (this.#given === undefined || this.#firstEpoch > maxProducerEpoch) return undefined;
    const { producerId, producerEpoch } = this.#given;
    return producerEpoch >= this.#firstEpoch ? this.#given : { producerId, producerEpoch: this.#firstEpoch };
  }

  /** The next epoch; after the last one of a producer id, the next id, which has to be {@link acquire acquired}. */
  after({ producerId, producerEpoch }: ProducerIdentity): ProducerIdentity | undefined {
    if (producerEpoch < maxProducerEpoch) return { producerId, producerEpoch: producerEpoch + 1 };
    return this.identity?.producerId === producerId ? undefined : this.identity;
  }

  successor(): undefined {
    return undefined;
  }

  mayForget(): boolean {
    return true;
  }

  retire({ producerId, producerEpoch }: ProducerIdentity): void {
    if (producerId === this.#given?.producerId) this.#firstEpoch = Math.max(this.#firstEpoch, producerEpoch + 1);
  }

  /** Asks for a producer id if there is none, or if the one there is has run out of epochs. */
  acquire(exhaustedId?: bigint): void {
    const isWanted = this.identity === undefined || this.identity.producerId === exhaustedId;
    if (!isWanted || this.#isAsking || this.#closed.signal.aborted) return;
    this.#isAsking = true;
    const { backflow } = this.#options;
    this.#ask().then(
      (identity) => {
        this.#isAsking = false;
        this.#given = identity;
        this.#firstEpoch = 0;
        backflow.identified();
      },
      (error: unknown) => {
        this.#isAsking = false;
        if (!this.#closed.signal.aborted) backflow.unidentified(refusal(asKafkaError(error)));
      },
    );
  }

  /** Gives up asking. */
  close(): void {
    this.#closed.abort();
  }

  #ask(): Promise<ProducerIdentity> {
    const { cluster, backflow } = this.#options;
    const { signal } = this.#closed;
    const ask = async (): Promise<ProducerIdentity> => {
      const body = { transactionalId: null, transactionTimeoutMs: 0x7fffffff };
      const retrying = ({ error }: { readonly error: KafkaError }): void => backflow.identityDelayed(error);
      const { errorCode, producerId, producerEpoch } = await cluster.request(InitProducerId, body, {
        signal,
        retrying,
      });
      if (errorCode !== 0) throw kafkaError(errorCode, { apiName: "InitProducerId" });
      return { producerId, producerEpoch };
    };
    return attempt(ask, {
      pace: cluster.options,
      signals: [signal],
      mayRepeat: ({ retriable }) => retriable && backflow.hasWork(),
      retrying: ({ error }) => backflow.identityDelayed(error),
    });
  }
}

function refusal(cause: KafkaError): KafkaError {
  const advice = "An idempotent producer needs a producer id; set idempotent: false to do without.";
  return new KafkaError(cause.code, `${cause.message} ${advice}`, { cause, retriable: cause.retriable });
}
