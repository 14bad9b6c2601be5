import type { OffsetsConsumer } from "@moldau/connection-pool";
import type { Committable } from "../offsets/committable.js";

/** What a transform asks of a producer: the `Producer` of this client with a `transactionalId` is one. */
export interface TransactionalProducer<Result> {
  /**
   * Takes the transactional id: what an older producer with the same one has left open is ended before anything is read. Rejects when the producer
   * has none, or cannot get it.
   */
  fence(options: { readonly signal?: AbortSignal }): Promise<void>;
  /** Commits when `work` has resolved, and aborts when it rejects; rejects with what kept it from being committed. */
  transaction<T>(work: (transaction: TransformTransaction<Result>) => Promise<T>): Promise<T>;
}

/** What a transform asks of a transaction. */
export interface TransformTransaction<Result> {
  /** Sends messages to several topics. */
  sendBatch(options: { readonly topicMessages: readonly TopicResults<Result>[] }): Promise<unknown>;
  /** Lets offsets of a consumer be committed with the transaction. */
  sendOffsets(options: {
    readonly consumer: OffsetsConsumer<Committable>;
    readonly offsets: Committable;
  }): Promise<unknown>;
}

/** Messages for one topic. */
export interface TopicResults<Result> {
  readonly topic: string;
  readonly messages: readonly Result[];
}
