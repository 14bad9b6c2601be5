/// <reference types="node" preserve="true" />

// The cluster
export { Cluster } from "./cluster/cluster.js";
export type { ClusterEvents } from "./cluster/cluster.js";
export type { ClusterRequestOptions, OperationOptions, RequestBody } from "./cluster/requester.js";
export type { TopicOptions } from "./cluster/topics.js";
export { resolveClusterOptions } from "./cluster/cluster-options.js";
export type { ClusterOptions, ResolvedClusterOptions } from "./cluster/cluster-options.js";
export type { PartitionMetadata, TopicMetadata } from "./cluster/metadata.js";
export type { ClusterAccess } from "./cluster/cluster-access.js";
export type {
  GroupMetadata,
  GroupOffset,
  OffsetsConsumer,
  OffsetsInTransaction,
  TransactionOutcome,
} from "./offsets-in-transaction.js";
export type { CoordinatorType } from "./cluster/coordinators.js";
export { CoordinatorClient } from "./cluster/coordinator-client.js";
export type {
  Coordinator,
  CoordinatorClientOptions,
  CoordinatorFacts,
  CoordinatorPurpose,
  CoordinatorRequestOptions,
} from "./cluster/coordinator-client.js";

// Connections
export { Connection } from "./connection/connection.js";
export type { ConnectionEvents, ConnectionOptions } from "./connection/connection.js";
export type { RequestOptions } from "./connection/pending-request.js";
export type { BrokerConnection } from "./connection/broker-connection.js";
export type { Lease, LeaseOwner } from "./cluster/lease.js";
export type { ConnectionPurpose } from "./cluster/connection-slots.js";
export type { BrokerAddress } from "./cluster/pool.js";
export type { Exchange } from "./connection/exchange.js";
export { BrokerVersions, Negotiation } from "./connection/api-versions.js";
export type { VersionRange } from "./connection/api-versions.js";
export { formatAddress, parseAddress } from "./addresses.js";
export type { Address } from "./addresses.js";

// Login
export type { SaslOptions } from "./sasl/authenticate.js";
export type { SaslContext, SaslMechanism } from "./sasl/mechanism.js";
export type { SaslPassword } from "./sasl/password.js";
export type { PlainOptions } from "./sasl/plain.js";
export type { ScramOptions } from "./sasl/scram.js";

// Time, transport and attempts
export { systemClock, systemConnector } from "@moldau/platform";
export type { Clock, Timer, TimerOptions } from "@moldau/platform";
export type { Channel, ChannelEvents, Connector, ConnectTarget, OpeningEvents } from "@moldau/platform";
export { Backoff, defaultRetryPolicy } from "./attempts/backoff.js";
export type { RetryPolicy } from "./attempts/backoff.js";
export { attempt, gaveUp } from "./attempts/attempt.js";
export type { AttemptOptions, AttemptPace, FailedAttempt } from "./attempts/attempt.js";
export { isSignal, onAbort } from "@moldau/platform";
export { linkSignals } from "./attempts/signals.js";
export type { LinkedSignal } from "./attempts/signals.js";
export { abortable, sleep, waitFor } from "./attempts/wait.js";
export type { WaitOptions } from "./attempts/wait.js";

// Options and errors
export { isPlainObject, maxTimerMs, OptionReader, show, unknownOptions } from "./options.js";
export type { DefaultRule, NumberRule, OtherNames } from "./options.js";
export {
  abortedBy,
  asKafkaError,
  because,
  brokerError,
  clientAborted,
  ClientErrorCode,
  clientClosed,
  connectionClosed,
  invalidArgument,
  invalidState,
  isConnectionFailure,
  messageOf,
  protocolViolation,
  timedOut,
} from "./errors.js";

// Logs
export type { ClientLog, ClientLogLine } from "./log/client-log.js";
export type { LogFields, LogLevel, LogLine, LogSink } from "./log/log-line.js";
export type { Logger } from "./log/logger.js";

// What subscribers of node:diagnostics_channel get
export { connectionChannels } from "./diagnostics.js";
export type {
  ClientName,
  ConnectionCloseEvent,
  ConnectionOpenEvent,
  EventOrigin,
  MetadataErrorEvent,
  RequestEvent,
  ThrottleEvent,
} from "./diagnostics.js";
export { ConnectionReports } from "./connection/connection-reports.js";
export type { EventChannel, TraceChannel, TraceOutcome, TraceStartChannel, TraceSubscribers } from "./event-channel.js";
