/// <reference types="node" preserve="true" />

// The producer
export { Producer } from "./producer.js";
export type { WaitSettings } from "./producer.js";
export type { ProducerOptions } from "./options.js";
export type {
  ProduceBody,
  ProduceConnection,
  ProducerCluster,
  ProducerClusterOptions,
  ProducerLease,
} from "./producer-cluster.js";

// Transactions
export { Transaction } from "./transaction/transaction.js";
export type { TransactionConsumer, TransactionOptions } from "./transaction/transaction-options.js";
export { TransactionError } from "./transaction/transaction-error.js";
export type { TransactionErrorJson } from "./transaction/transaction-error.js";
export type { ConsumerOffsets, OffsetOfGroup, OffsetsOfGroup } from "./transaction/offsets-to-send.js";

// Sending
export type { ByteSource, Message, HeadersToSend, Payload } from "./accept/message.js";
export type { SendBatchOptions, SendOptions, SendSettings, TopicMessages } from "./accept/send-options.js";
export type { Acks } from "./batch/lane.js";
export type { MessageWritable, WritableSettings } from "./writable.js";
export type { SerializeContext, Serializer, Serializers } from "./accept/serialize.js";

// Outcomes
export { SendError } from "./send-error.js";
export { StreamError } from "./stream-error.js";
export type { StreamErrorFacts, StreamErrorJson } from "./stream-error.js";
export type { FailedBatch, SendErrorJson, SentBatch, SentBatchJson } from "./send-error.js";
export type { Written } from "./batch/batch-state.js";
export type {
  AcknowledgedEvent,
  BatchEventFacts,
  FailedEvent,
  ProducerEvents,
  RetryEvent,
  TransactionAbortedEvent,
  TransactionErrorEvent,
  TransactionEvent,
  TransactionName,
  TransactionsInitializedEvent,
  TransactionWaitingEvent,
  WaitingEvent,
} from "./events.js";

// What subscribers of node:diagnostics_channel get
export { producerChannels, producerTraces } from "./channels.js";
export type { BatchTrace, DeliveredBatch } from "./send/batch-traces.js";
export type { SendTrace, TracedMessage } from "./send-trace.js";

// Partitions
export type { Partitioner } from "./partitioner/partitioner.js";
export type { EncodedMessage } from "./accept/message.js";
export { partitionForKey } from "./partitioner/keyed.js";
export { murmur2 } from "./partitioner/murmur2.js";
