import type { ClientName, TraceOutcome } from "@moldau/connection-pool";
import { beginTrace, endTrace, traceChannel } from "@moldau/connection-pool/internal";
import type { CompressionName } from "@moldau/protocol-codec";
import type { Batch } from "../batch/batch.js";
import type { Acks } from "../batch/lane.js";

/** What a broker took. */
export interface DeliveredBatch {
  /** Offset of the first message; absent with acks 0 and for a duplicate. */
  readonly baseOffset: bigint | undefined;
}

/** A batch from its first request to its outcome; on the tracing channel `moldau:producer:batch`. */
export interface BatchTrace extends ClientName, TraceOutcome<DeliveredBatch> {
  readonly topic: string;
  readonly partition: number;
  /** Number of messages. */
  readonly count: number;
  /** Size in bytes, as sent. */
  readonly bytes: number;
  readonly acks: Acks;
  readonly compression: CompressionName;
  /** Node id of the broker that it was sent to last. */
  broker: number;
  /** How often it was sent. */
  attempts: number;
}

/** Carries {@link BatchTrace}. */
export const batchChannel = traceChannel<BatchTrace>("moldau:producer:batch");

/** The batches under way that subscribers follow. */
export class BatchTraces {
  readonly #client: ClientName;
  readonly #open = new Map<Batch, BatchTrace>();

  constructor(client: ClientName) {
    this.#client = client;
  }

  /** Batches are in a request to a broker. */
  sent(batches: readonly { readonly batch: Batch }[], broker: number): void {
    if (this.#open.size === 0 && !batchChannel.hasSubscribers) return;
    for (const { batch } of batches) {
      const trace = this.#open.get(batch);
      if (trace === undefined) this.#begin(batch, broker);
      else {
        trace.broker = broker;
        trace.attempts++;
      }
    }
  }

  /** A batch has its outcome; one that was split has none of its own. */
  ended(batch: Batch): void {
    const trace = this.#open.get(batch);
    if (trace === undefined) return;
    this.#open.delete(batch);
    const { state } = batch;
    if (state.name === "failed") endTrace(batchChannel, trace, { error: state.error });
    else if (state.name !== "acknowledged") endTrace(batchChannel, trace, {});
    else endTrace(batchChannel, trace, { result: { baseOffset: state.acknowledgement.baseOffset } });
  }

  #begin(batch: Batch, broker: number): void {
    if (!batchChannel.hasSubscribers) return;
    const { topic, partition, count, sizeInBytes: bytes, lane } = batch;
    const { acks, compression } = lane;
    const facts = { topic, partition, count, bytes, acks, compression };
    this.#open.set(batch, beginTrace(batchChannel, { ...this.#client, ...facts, broker, attempts: 1 }));
  }
}
