/// <reference types="node" preserve="true" />

// The cluster
export { Cluster } from "./cluster.js";
export type { ClusterEvents } from "./cluster.js";
export type { ClusterRequestOptions, OperationOptions, RequestBody } from "./requester.js";
export type { TopicOptions } from "./topics.js";
export { resolveClusterOptions } from "./cluster-options.js";
export type { ClusterOptions, ResolvedClusterOptions } from "./cluster-options.js";
export type { PartitionMetadata, TopicMetadata } from "./metadata.js";
export type { CoordinatorType } from "./coordinators.js";

// Connections
export { Connection } from "./connection.js";
export type { ConnectionEvents, ConnectionOptions } from "./connection.js";
export type { RequestOptions } from "./in-flight.js";
export type { BrokerAddress, ConnectionKey, ConnectionPurpose } from "./pool.js";
export { BrokerVersions, Negotiation } from "./api-versions.js";
export type { VersionRange } from "./api-versions.js";
export { formatAddress, parseAddress } from "./addresses.js";
export type { Address } from "./addresses.js";

// Login
export type { SaslOptions } from "./sasl/authenticate.js";
export type { SaslContext, SaslMechanism } from "./sasl/mechanism.js";
export type { PlainOptions } from "./sasl/plain.js";
export type { ScramOptions } from "./sasl/scram.js";

// Time, transport and attempts
export { systemClock } from "@moldau/platform";
export type { Clock, Timer, TimerOptions } from "@moldau/platform";
export type { Channel, ChannelEvents, Connector, ConnectTarget, OpeningEvents } from "@moldau/platform";
export { Backoff, defaultRetryPolicy } from "./retry.js";
export type { RetryPolicy } from "./retry.js";
export { sleep, waitFor } from "./wait.js";
export type { WaitOptions } from "./wait.js";

// Options and errors
export { isPlainObject, OptionReader } from "./options.js";
export type { DefaultRule, NumberRule } from "./options.js";
export {
  clientAborted,
  ClientErrorCode,
  clientClosed,
  connectionClosed,
  invalidArgument,
  isConnectionFailure,
  messageOf,
  protocolViolation,
  timedOut,
} from "./errors.js";

// What subscribers of node:diagnostics_channel get
export type { ConnectionCloseEvent, ConnectionOpenEvent, MetadataErrorEvent, RequestEvent } from "./diagnostics.js";
