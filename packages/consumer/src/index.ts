// The consumer
export { Consumer } from "./consumer.js";
export type { BatchesOptions } from "./consumer.js";
export type { ConsumerPartitions, PartitionTime, SeekTarget } from "./consumer-partitions.js";
export type { ConsumerOptions, HeartbeatThread, ResolvedConsumerOptions } from "./options.js";
export type { GroupProtocol } from "./membership/group-protocol.js";
export type { IsolationLevel } from "./fetch/isolation.js";
export type { LoopOptions } from "./reading/loop.js";
export type { CloseOptions, WaitingOptions } from "./call-options.js";
export type { CommitOffset, Committable } from "./offsets/committable.js";
export type { CommittedPartition, PartitionOffset } from "./offsets/look-ups.js";
export type { DataLossPolicy } from "./offsets/data-loss.js";
export type { OffsetTarget, StartFrom } from "./partitions/offset-target.js";

// What it hands out
export { Message } from "./reading/message.js";
export type { BytesJson, MessageJson } from "./reading/message.js";
export { MessageHeaders } from "./reading/message-headers.js";
export type { MessageHeader } from "./reading/message-headers.js";
export { MessageBatch } from "./reading/message-batch.js";
export type { MessageBatchJson } from "./reading/message-batch.js";
export type { TopicPartition, TopicPartitionOffset } from "./partitions/topic-partition.js";

// What goes with a transaction of a producer
export type { GroupMetadata, GroupOffset, OffsetsInTransaction, TransactionOutcome } from "@moldau/connection-pool";
export type {
  TransformContext,
  TransformOptions,
  TransformResult,
  TransformResults,
  TransformWork,
} from "./transform/transform-options.js";
export type { TopicResults, TransactionalProducer, TransformTransaction } from "./transform/transactional-producer.js";

// What it tells
export type {
  AssignedEvent,
  CommitRefusedEvent,
  CommittedEvent,
  ConsumerName,
  ConsumerEvents,
  FailedEvent,
  LagEvent,
  PartitionLag,
  PartitionsEvent,
  RetryingEvent,
  RetryNotice,
} from "./events.js";
// What subscribers of node:diagnostics_channel get
export { consumerChannels, consumerTraces } from "./channels.js";
export type { CommitTrace } from "./offsets/commit-trace.js";
export type { CommitResult, RefusedOffset } from "./offsets/pending-commit.js";
export type { HandOutcome, MessageBatchTrace, MessageTrace } from "./reading/hand-trace.js";

export { ConsumerErrorCode } from "./errors.js";

// How partitions are shared out
export type { CompiledPattern, TopicPattern } from "./subscription/topic-pattern.js";
export type { Assignor, AssignorInput, GroupAssignment, GroupMember, LastRound } from "./assignors/assignor.js";
export type { AssignorName } from "./assignors/parse-assignor.js";
export { rangeAssignor } from "./assignors/range.js";
export { roundRobinAssignor } from "./assignors/round-robin.js";
