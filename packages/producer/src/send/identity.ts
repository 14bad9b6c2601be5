import { Backoff, sleep, type Clock, type Cluster, type RetryPolicy } from "@moldau/connection-pool";
import { errorByCode, InitProducerId, KafkaError, kafkaError } from "@moldau/protocol-codec";
import type { ProducerIdentity } from "../batch/sequence.js";

/** What an {@link IdentitySource} needs. */
export interface IdentitySourceOptions {
  readonly cluster: Pick<Cluster, "request">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  /** Whether anything still waits for an identity. */
  readonly isWanted: () => boolean;
  /** An identity is there. */
  readonly acquired: () => void;
  /** The cluster will not give one. */
  readonly refused: (error: KafkaError) => void;
}

/**
 * Gets the producer's identity from the cluster, when it is first needed.
 *
 * Without a transactional id any broker hands out a fresh producer id, with epoch 0; later epochs are counted by the producer
 * itself (KIP-360).
 */
export class IdentitySource {
  readonly #options: IdentitySourceOptions;
  readonly #closed = new AbortController();
  #identity: ProducerIdentity | undefined;
  #isAsking = false;

  constructor(options: IdentitySourceOptions) {
    this.#options = options;
  }

  /** The identity; undefined while there is none. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Asks for an identity if there is none, or if the one there has run out of epochs. */
  acquire(exhaustedId?: bigint): void {
    const isWanted = this.#identity === undefined || this.#identity.producerId === exhaustedId;
    if (!isWanted || this.#isAsking || this.#closed.signal.aborted) return;
    this.#isAsking = true;
    this.#ask().then(
      (identity) => {
        this.#isAsking = false;
        this.#identity = identity;
        this.#options.acquired();
      },
      (error: unknown) => {
        this.#isAsking = false;
        if (!this.#closed.signal.aborted) this.#options.refused(asRefusal(error));
      },
    );
  }

  /** Gives up asking. */
  close(): void {
    this.#closed.abort();
  }

  async #ask(): Promise<ProducerIdentity> {
    const { cluster, clock, random, retry, isWanted } = this.#options;
    const { signal } = this.#closed;
    const body = { transactionalId: null, transactionTimeoutMs: 0x7fffffff };
    for (const backoff = new Backoff(retry, random); ; await sleep(clock, backoff.next(), signal)) {
      try {
        const { errorCode, producerId, producerEpoch } = await cluster.request(InitProducerId, body, { signal });
        if (errorCode === 0) return { producerId, producerEpoch };
        if (!errorByCode(errorCode).retriable) throw kafkaError(errorCode, { apiName: "InitProducerId" });
      } catch (error) {
        if (!(error instanceof KafkaError) || !error.retriable || !isWanted()) throw error;
      }
    }
  }
}

function asRefusal(error: unknown): KafkaError {
  const cause = error instanceof KafkaError ? error : undefined;
  const advice = "An idempotent producer needs a producer id; set idempotent: false to do without.";
  return new KafkaError(cause?.code ?? "CLIENT_NO_PRODUCER_ID", `${cause?.message ?? String(error)} ${advice}`, {
    cause: error,
  });
}
