/// <reference types="node" preserve="true" />

// Starting and stopping
export { startBroker, ReferenceBroker } from "./broker.js";
export type { BrokerDescription, ClusterContents } from "./broker.js";
export type { BrokerOptions, FeatureOptions, ListenerOptions, NodeOptions, TopicOptions } from "./options.js";
export { saslMechanisms } from "./security/users.js";
export { SaslFailure } from "./security/sasl.js";
export type { SaslExchange, SaslMechanism, SaslStep } from "./security/sasl.js";
export type { SaslMechanismName, SaslOptions, SaslUser } from "./security/users.js";

export { DataDirectoryError } from "./data-dir/unusable.js";

// Certificates
export { createAuthority } from "./certificates/authority.js";
export type {
  AuthorityOptions,
  CertificateAuthority,
  IssuedCertificate,
  IssueOptions,
} from "./certificates/authority.js";

// Time and transport
export { systemAcceptor } from "@moldau/platform";
export type { AcceptEvents, Acceptor, Channel, ChannelEvents, Listening, ListenTarget } from "@moldau/platform";
export { systemClock } from "@moldau/platform";
export type { Clock, Timer, TimerOptions } from "@moldau/platform";

// Faults
export type { FaultRule, Interceptor, InterceptorMethod, InterceptRule } from "./faults/rules.js";
export type { RequestBodyOf, ResponseBodyOf } from "./faults/rules.js";
export type { InterceptedRequest } from "./faults/intercepted-request.js";
export type { RequestSubject } from "./faults/match.js";
export type { HeldMarkers, MarkerRule } from "./transactions/held-markers.js";

// Looking at it
export type {
  AppendedEvent,
  BrokerEventMap,
  BrokerEventOf,
  BrokerListener,
  ConnectionEvent,
  DisconnectionEvent,
  FetchedEvent,
  GroupEvent,
  GroupMemberEvent,
  LoginEvent,
  LoginRefusedEvent,
  MemberLeftEvent,
  OffsetsCommittedEvent,
  RequestEvent,
  ResponseEvent,
  TransactionEvent,
} from "./events.js";
export type { WaitOptions } from "./wait-for-event.js";
export type { LogView } from "./partitions/log-view.js";
export type { PartitionState, TopicState } from "./cluster/state.js";
