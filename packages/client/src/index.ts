// The object to begin with
export { Kafka, type KafkaCloseOptions, type KafkaOptions } from "./kafka.js";

// Sending
export { partitionForKey, Producer, SendError, StreamError } from "@moldau/producer";
export type {
  AcknowledgedEvent,
  Acks,
  BatchEventFacts,
  ByteSource,
  EncodedMessage,
  FailedBatch,
  FailedEvent as BatchFailedEvent,
  Message as MessageToSend,
  MessageWritable,
  HeadersToSend,
  Partitioner,
  Payload,
  ProducerEvents,
  ProducerOptions,
  RetryEvent,
  SendBatchOptions,
  SendOptions,
  SendSettings,
  SendErrorJson,
  SentBatch,
  SentBatchJson,
  SerializeContext,
  Serializer,
  Serializers,
  StreamErrorFacts,
  StreamErrorJson,
  TopicMessages,
  WaitingEvent,
  WaitSettings,
  WritableSettings,
  Written,
} from "@moldau/producer";
export type { RecordHeaders } from "@moldau/protocol-codec";

// Receiving
export { Consumer, Message, MessageBatch, MessageHeaders } from "@moldau/consumer";
export type {
  AssignedEvent,
  Assignor,
  AssignorInput,
  AssignorName,
  BatchesOptions,
  BytesJson,
  CloseOptions,
  CommitOffset,
  CommitRefusedEvent,
  Committable,
  CommittedEvent,
  ConsumerEvents,
  ConsumerName,
  ConsumerOptions,
  FailedEvent,
  GroupAssignment,
  GroupMember,
  IsolationLevel,
  LagEvent,
  LoopOptions,
  MessageHeader,
  MessageBatchJson,
  MessageJson,
  OffsetTarget,
  PartitionLag,
  PartitionsEvent,
  ResolvedConsumerOptions,
  RetryingEvent,
  RetryNotice,
  SeekTarget,
  StartFrom,
  TopicPartition,
  TopicPartitionOffset,
  WaitingOptions,
} from "@moldau/consumer";
export type { CompressionCodec, CompressionCodecs, CompressionName } from "@moldau/protocol-codec";

// Administering
export { Admin } from "@moldau/admin";
export type {
  AbortedTransaction,
  AbortTransactionOptions,
  ActiveProducer,
  AdminCloseOptions,
  AdminEvents,
  AlterConfigsOptions,
  AlteredConfigs,
  AlteredGroupOffset,
  AlterGroupOffsetsOptions,
  AssignedTopic,
  BrokerConfigChanges,
  ClusterDescription,
  ConfigBroker,
  ConfigChanges,
  ConfigItems,
  ConfigResult,
  ConfigSource,
  ConfigSynonym,
  ConfigType,
  ConfigValues,
  CreatedTopic,
  CreatePartitionsOptions,
  CreateTopicsOptions,
  DeleteBefore,
  DeletedGroup,
  DeletedGroupOffset,
  DeletedTopic,
  DeleteGroupOffsetsOptions,
  DeleteGroupsOptions,
  DeleteRecordsOptions,
  DeleteTopicsOptions,
  DescribeClusterOptions,
  DescribeConfigsOptions,
  DescribedConfig,
  DescribedConfigs,
  DescribedGroup,
  DescribedMember,
  DescribedPartition,
  DescribedTopic,
  DescribedTransaction,
  DescribeGroupLagOptions,
  DescribeGroupsOptions,
  DescribeProducersOptions,
  DescribeTopicsOptions,
  DescribeTransactionsOptions,
  FailedBroker,
  FailedPartition,
  FencedProducer,
  FenceProducersOptions,
  FindHangingTransactionsOptions,
  GroupLag,
  GroupListing,
  GroupOffset,
  GroupOffsets,
  GroupPartitionLag,
  GrownTopic,
  HangingTransaction,
  HangingTransactions,
  ItemResult,
  ListedGroup,
  ListedOffset,
  ListedTopic,
  ListedTransaction,
  ListGroupOffsetsOptions,
  ListGroupsOptions,
  ListOffsetsOptions,
  ListTopicsOptions,
  ListTransactionsOptions,
  NamedPartition,
  NewTopic,
  OffsetSpec,
  OffsetToCommit,
  OpenTransaction,
  PartitionProducers,
  PartitionToList,
  PartitionToTruncate,
  ResetGroupOffset,
  ResetGroupOffsetsOptions,
  ResetTarget,
  TopicConfigChanges,
  TopicToGrow,
  TransactionListing,
  TransactionState,
  TransactionToAbort,
  TruncatedPartition,
} from "@moldau/admin";
export type { Uuid } from "@moldau/protocol-codec";

// The cluster: login, retries, time, transport
export { systemClock } from "@moldau/connection-pool";
export type {
  Address,
  BrokerAddress,
  Clock,
  ClusterOptions,
  FailedAttempt,
  OperationOptions,
  PartitionMetadata,
  PlainOptions,
  RetryPolicy,
  SaslContext,
  SaslMechanism,
  SaslOptions,
  SaslPassword,
  ScramOptions,
  Timer,
  TimerOptions,
  TopicMetadata,
} from "@moldau/connection-pool";
export type { Channel, ChannelEvents, Connector, ConnectTarget, OpeningEvents } from "@moldau/connection-pool";
export { scramMechanisms } from "@moldau/protocol-codec";
export type { ScramMechanism } from "@moldau/protocol-codec";

// Logs
export type { LogFields, Logger, LogLevel } from "@moldau/connection-pool";

// What subscribers of node:diagnostics_channel get
export { diagnosticsChannels, diagnosticsTraces } from "./channels.js";
export type { DiagnosticsContexts, DiagnosticsEvents } from "./channels.js";
export type { TraceChannel, TraceOutcome, TraceStartChannel, TraceSubscribers } from "@moldau/connection-pool";
export type { BatchTrace, DeliveredBatch, SendTrace, TracedMessage } from "@moldau/producer";
export type {
  CommitResult,
  CommitTrace,
  HandOutcome,
  MessageBatchTrace,
  MessageTrace,
  RefusedOffset,
} from "@moldau/consumer";
export type {
  ClientName,
  ConnectionCloseEvent,
  ConnectionOpenEvent,
  ConnectionPurpose,
  EventChannel,
  EventOrigin,
  MetadataErrorEvent,
  RequestEvent,
  ThrottleEvent,
} from "@moldau/connection-pool";

// Failures
export { ErrorCode, KafkaError, type ErrorName } from "@moldau/protocol-codec";
export type { AsJson, CauseJson, KafkaErrorFacts, KafkaErrorJson, KafkaErrorOptions } from "@moldau/protocol-codec";
