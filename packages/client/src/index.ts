// The object to begin with
export { Kafka, type KafkaCloseOptions, type KafkaOptions } from "./kafka.js";

// Sending
export { partitionForKey, Producer, SendError } from "@moldau/producer";
export type {
  Acks,
  FailedBatch,
  Message as MessageToSend,
  Partitioner,
  Payload,
  ProducerEvents,
  ProducerOptions,
  SendBatchOptions,
  SendOptions,
  SentBatch,
  Serializer,
  Serializers,
  TopicMessages,
} from "@moldau/producer";

// Receiving
export { Consumer, Message, MessageBatch, MessageHeaders } from "@moldau/consumer";
export type {
  AssignedEvent,
  Assignor,
  Committable,
  CommittedEvent,
  ConsumerEvents,
  ConsumerOptions,
  PartitionLag,
  PartitionsEvent,
  StartFrom,
  TopicPartition,
  TopicPartitionOffset,
} from "@moldau/consumer";

// Administering
export { Admin } from "@moldau/admin";
export type { ItemResult, NewTopic } from "@moldau/admin";

// The cluster: login, retries, time, transport
export { systemClock, systemConnector } from "@moldau/connection-pool";
export type {
  Channel,
  ChannelEvents,
  Clock,
  Connector,
  ConnectTarget,
  FailedAttempt,
  OpeningEvents,
  OperationOptions,
  RetryPolicy,
  SaslMechanism,
  SaslOptions,
  Timer,
  TimerOptions,
} from "@moldau/connection-pool";

// What subscribers of node:diagnostics_channel get
export type {
  ConnectionCloseEvent,
  ConnectionOpenEvent,
  ConnectionPurpose,
  EventOrigin,
  MetadataErrorEvent,
  RequestEvent,
} from "@moldau/connection-pool";

// Failures
export { ErrorCode, KafkaError, type ErrorName } from "@moldau/protocol-codec";
