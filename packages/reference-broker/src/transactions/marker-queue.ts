import { ErrorCode, KafkaError, WriteTxnMarkers } from "@moldau/protocol-codec";
import { onAbort } from "@moldau/platform";
import type { Peers } from "../partitions/peers.js";
import type { MarkedPartition, TransactionMarker } from "./marker.js";

/** What a {@link MarkerQueue} works with. */
export interface MarkerQueueOptions {
  /** Node id of the broker that the markers are for. */
  readonly nodeId: number;
  readonly peers: Peers;
  readonly timeoutMs: number;
  /** Aborted when the broker that sends them stops. */
  readonly signal: AbortSignal;
}

/** A marker for one partition, waiting for its request or its answer. */
interface QueuedMarker {
  readonly marker: TransactionMarker;
  readonly to: MarkedPartition;
  readonly settle: (errorCode: number) => void;
  readonly fail: (error: unknown) => void;
}

/** How many markers go into one request, counted by partition. */
const mostInRequest = 1000;

/** The markers that one broker is sent: one request at a time, and the next one takes all that came meanwhile. */
export class MarkerQueue {
  readonly #options: MarkerQueueOptions;
  #waiting: QueuedMarker[] = [];
  #isSending = false;

  constructor(options: MarkerQueueOptions) {
    this.#options = options;
  }

  /**
   * Sends a marker for one partition, and resolves to the error code that came back; NETWORK_EXCEPTION when nobody knows. Rejects when
   * `signal` is aborted meanwhile; the marker may be written all the same.
   */
  async send(marker: TransactionMarker, to: MarkedPartition, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    return await new Promise<number>((resolve, reject) => {
      const queued: QueuedMarker = {
        marker,
        to,
        settle: (errorCode) => {
          forget();
          resolve(errorCode);
        },
        fail: (error) => {
          forget();
          reject(error);
        },
      };
      const forget = onAbort(signal, () => {
        this.#waiting = this.#waiting.filter((each) => each !== queued);
        queued.fail(signal.reason);
      });
      this.#waiting.push(queued);
      void this.#run();
    });
  }

  /** Sends until nothing waits. Never rejects. */
  async #run(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    // The other partitions of the same transaction come in the same turn.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        const codeOf = await this.#request(batch);
        for (const queued of batch) queued.settle(codeOf(queued));
      } catch (error) {
        for (const queued of batch) queued.fail(error);
      }
    }
    this.#isSending = false;
  }

  /** What goes into the next request. Answers name the producer alone, so that it has one marker in each. */
  #take(): readonly QueuedMarker[] {
    const batch: QueuedMarker[] = [];
    const left: QueuedMarker[] = [];
    const markers = new Map<bigint, TransactionMarker>();
    for (const queued of this.#waiting) {
      const { marker } = queued;
      const known = markers.get(marker.producerId) ?? marker;
      if (batch.length === mostInRequest || known !== marker) {
        left.push(queued);
        continue;
      }
      markers.set(marker.producerId, marker);
      batch.push(queued);
    }
    this.#waiting = left;
    return batch;
  }

  async #request(batch: readonly QueuedMarker[]): Promise<(queued: QueuedMarker) => number> {
    const { nodeId, peers, timeoutMs, signal } = this.#options;
    try {
      const { markers } = await peers.request(WriteTxnMarkers, {
        nodeId,
        version: 2,
        body: { markers: bodyOf(batch) },
        timeoutMs,
        signal,
      });
      const codes = new Map(
        markers.flatMap(({ producerId, topics }) =>
          topics.flatMap(({ name, partitions }) =>
            partitions.map(({ partitionIndex, errorCode }): [string, number] => [
              `${producerId} ${name} ${partitionIndex}`,
              errorCode,
            ]),
          ),
        ),
      );
      return ({ marker, to }) =>
        codes.get(`${marker.producerId} ${to.topic} ${to.partition}`) ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    } catch (error) {
      if (!signal.aborted && !(error instanceof KafkaError)) throw error;
      return () => ErrorCode.NETWORK_EXCEPTION;
    }
  }
}

/** The markers of a request: each with its partitions by topic. */
function bodyOf(batch: readonly QueuedMarker[]) {
  const byMarker = new Map<TransactionMarker, Map<string, number[]>>();
  for (const { marker, to } of batch) {
    const topics = byMarker.get(marker) ?? new Map<string, number[]>();
    byMarker.set(marker, topics);
    const partitions = topics.get(to.topic);
    if (partitions === undefined) topics.set(to.topic, [to.partition]);
    else partitions.push(to.partition);
  }
  return Array.from(byMarker, ([marker, topics]) => ({
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactionResult: marker.isCommit,
    coordinatorEpoch: marker.coordinatorEpoch,
    transactionVersion: marker.transactionVersion,
    topics: Array.from(topics, ([name, partitionIndexes]) => ({ name, partitionIndexes })),
  }));
}
