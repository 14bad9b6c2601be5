/// <reference types="node" preserve="true" />

// Errors
export { DecodeError, EncodeError, FrameError, KafkaError } from "./errors.js";
export { ErrorCode, type ErrorName } from "./error-code.js";
export { errorByCode, errorDescriptions, kafkaError, type ErrorDescription } from "./error-codes.js";
export type { CauseJson, KafkaErrorFacts, KafkaErrorJson, KafkaErrorOptions } from "./errors.js";
export type { AsJson } from "./as-json.js";

// SASL: the arithmetic of SCRAM, for both sides
export {
  createScramCredential,
  saltScramPassword,
  scramClientFinal,
  scramKeys,
  scramMaxIterations,
  scramMechanisms,
  scramMinIterations,
  scramServerFinal,
  scramServerFirst,
  verifyScramServerFinal,
} from "./sasl/scram.js";
export type { ScramClientFinal, ScramCredential, ScramKeys, ScramMechanism } from "./sasl/scram.js";
export {
  formatClientFirst as scramClientFirst,
  parseClientFirst as parseScramClientFirst,
  ScramError,
} from "./sasl/scram-messages.js";
export type { ClientFirst as ScramClientFirst } from "./sasl/scram-messages.js";

// Messages as bytes
export { decode, encode } from "./schema/index.js";
export {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "./messages/consumer-protocol.js";
export { decodeAnyRequest, decodeRequest, decodeRequestHeader, encodeRequest } from "./frame/envelope.js";
export { decodeCorrelationId, decodeResponse, encodeFrame, encodeResponse } from "./frame/envelope.js";
export type {
  DecodedRequest,
  DecodedResponse,
  RequestHead,
  RequestBodyPlace,
  RequestHeaderView,
  ResponseHead,
} from "./frame/envelope.js";
export { FrameSplitter } from "./frame/splitter.js";
export { RequestHeader } from "./frame/request-header.js";
export { ResponseHeader } from "./frame/response-header.js";
export { Uuid } from "./wire/uuid.js";

// How messages are described
export type { Api, Fields, Infer, InferInput, Message, StructIn, StructOut, VersionRange } from "./schema/index.js";
export type { ArrayField, Field, FieldIn, FieldOut, FieldSpec, FieldType, NullableField } from "./schema/index.js";
export type { PrimitiveName, StructArrayField, StructField } from "./schema/index.js";
export type { UnknownTaggedField, WithUnknownTags } from "./schema/index.js";
export type { RequestInputOf, RequestOf, ResponseInputOf, ResponseOf } from "./schema/index.js";
export { apiByKey, apis } from "./messages/apis.js";
export { decodeMessage, encodeMessage, type AnyMessage, type MessageCoordinates } from "./messages/by-key.js";

// Messages, by API key
export { Produce, ProduceRequest, ProduceResponse } from "./messages/00-produce.js";
export type {
  ProduceRequestTopic,
  ProduceRequestPartition,
  ProduceResponseTopic,
  ProduceResponsePartition,
} from "./messages/00-produce.js";
export { Fetch, FetchRequest, FetchResponse } from "./messages/01-fetch.js";
export type { FetchResponseTopic, FetchResponsePartition } from "./messages/01-fetch.js";
export { ListOffsets, ListOffsetsRequest, ListOffsetsResponse } from "./messages/02-list-offsets.js";
export type { ListOffsetsRequestPartition, ListOffsetsResponsePartition } from "./messages/02-list-offsets.js";
export { Metadata, MetadataRequest, MetadataResponse } from "./messages/03-metadata.js";
export type { MetadataResponseTopic, MetadataResponsePartition } from "./messages/03-metadata.js";
export { OffsetCommit, OffsetCommitRequest, OffsetCommitResponse } from "./messages/08-offset-commit.js";
export type { OffsetCommitRequestTopic } from "./messages/08-offset-commit.js";
export { OffsetFetch, OffsetFetchRequest, OffsetFetchResponse } from "./messages/09-offset-fetch.js";
export type { OffsetFetchRequestGroup, OffsetFetchResponseGroup } from "./messages/09-offset-fetch.js";
export { FindCoordinator, FindCoordinatorRequest, FindCoordinatorResponse } from "./messages/10-find-coordinator.js";
export { JoinGroup, JoinGroupRequest, JoinGroupResponse } from "./messages/11-join-group.js";
export { Heartbeat, HeartbeatRequest, HeartbeatResponse } from "./messages/12-heartbeat.js";
export { LeaveGroup, LeaveGroupRequest, LeaveGroupResponse } from "./messages/13-leave-group.js";
export type { LeaveGroupResponseMember } from "./messages/13-leave-group.js";
export { SyncGroup, SyncGroupRequest, SyncGroupResponse } from "./messages/14-sync-group.js";
export { DescribeGroups, DescribeGroupsRequest, DescribeGroupsResponse } from "./messages/15-describe-groups.js";
export { ListGroups, ListGroupsRequest, ListGroupsResponse } from "./messages/16-list-groups.js";
export { SaslHandshake, SaslHandshakeRequest, SaslHandshakeResponse } from "./messages/17-sasl-handshake.js";
export { ApiVersions, ApiVersionsRequest, ApiVersionsResponse } from "./messages/18-api-versions.js";
export { CreateTopics, CreateTopicsRequest, CreateTopicsResponse } from "./messages/19-create-topics.js";
export type { CreateTopicsRequestTopic, CreateTopicsResponseTopic } from "./messages/19-create-topics.js";
export { DeleteTopics, DeleteTopicsRequest, DeleteTopicsResponse } from "./messages/20-delete-topics.js";
export type { DeleteTopicsRequestTopic, DeleteTopicsResponseTopic } from "./messages/20-delete-topics.js";
export { DeleteRecords, DeleteRecordsRequest, DeleteRecordsResponse } from "./messages/21-delete-records.js";
export type { DeleteRecordsResponsePartition } from "./messages/21-delete-records.js";
export { InitProducerId, InitProducerIdRequest, InitProducerIdResponse } from "./messages/22-init-producer-id.js";
export {
  OffsetForLeaderEpoch,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
} from "./messages/23-offset-for-leader-epoch.js";
export {
  AddPartitionsToTxn,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
} from "./messages/24-add-partitions-to-txn.js";
export { AddOffsetsToTxn, AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from "./messages/25-add-offsets-to-txn.js";
export { EndTxn, EndTxnRequest, EndTxnResponse } from "./messages/26-end-txn.js";
export { WriteTxnMarkers, WriteTxnMarkersRequest, WriteTxnMarkersResponse } from "./messages/27-write-txn-markers.js";
export { TxnOffsetCommit, TxnOffsetCommitRequest, TxnOffsetCommitResponse } from "./messages/28-txn-offset-commit.js";
export { DescribeAcls, DescribeAclsRequest, DescribeAclsResponse } from "./messages/29-describe-acls.js";
export { CreateAcls, CreateAclsRequest, CreateAclsResponse } from "./messages/30-create-acls.js";
export { DeleteAcls, DeleteAclsRequest, DeleteAclsResponse } from "./messages/31-delete-acls.js";
export { DescribeConfigs, DescribeConfigsRequest, DescribeConfigsResponse } from "./messages/32-describe-configs.js";
export type { DescribeConfigsRequestResource } from "./messages/32-describe-configs.js";
export { AlterConfigs, AlterConfigsRequest, AlterConfigsResponse } from "./messages/33-alter-configs.js";
export {
  AlterReplicaLogDirs,
  AlterReplicaLogDirsRequest,
  AlterReplicaLogDirsResponse,
} from "./messages/34-alter-replica-log-dirs.js";
export { DescribeLogDirs, DescribeLogDirsRequest, DescribeLogDirsResponse } from "./messages/35-describe-log-dirs.js";
export {
  SaslAuthenticate,
  SaslAuthenticateRequest,
  SaslAuthenticateResponse,
} from "./messages/36-sasl-authenticate.js";
export {
  CreatePartitions,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
} from "./messages/37-create-partitions.js";
export type { CreatePartitionsRequestTopic } from "./messages/37-create-partitions.js";
export {
  CreateDelegationToken,
  CreateDelegationTokenRequest,
  CreateDelegationTokenResponse,
} from "./messages/38-create-delegation-token.js";
export {
  RenewDelegationToken,
  RenewDelegationTokenRequest,
  RenewDelegationTokenResponse,
} from "./messages/39-renew-delegation-token.js";
export {
  ExpireDelegationToken,
  ExpireDelegationTokenRequest,
  ExpireDelegationTokenResponse,
} from "./messages/40-expire-delegation-token.js";
export {
  DescribeDelegationToken,
  DescribeDelegationTokenRequest,
  DescribeDelegationTokenResponse,
} from "./messages/41-describe-delegation-token.js";
export { DeleteGroups, DeleteGroupsRequest, DeleteGroupsResponse } from "./messages/42-delete-groups.js";
export { ElectLeaders, ElectLeadersRequest, ElectLeadersResponse } from "./messages/43-elect-leaders.js";
export {
  IncrementalAlterConfigs,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from "./messages/44-incremental-alter-configs.js";
export type {
  IncrementalAlterConfigsRequestResource,
  IncrementalAlterConfigsRequestConfig,
} from "./messages/44-incremental-alter-configs.js";
export {
  AlterPartitionReassignments,
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from "./messages/45-alter-partition-reassignments.js";
export {
  ListPartitionReassignments,
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from "./messages/46-list-partition-reassignments.js";
export { OffsetDelete, OffsetDeleteRequest, OffsetDeleteResponse } from "./messages/47-offset-delete.js";
export type { OffsetDeleteRequestTopic } from "./messages/47-offset-delete.js";
export {
  DescribeClientQuotas,
  DescribeClientQuotasRequest,
  DescribeClientQuotasResponse,
} from "./messages/48-describe-client-quotas.js";
export {
  AlterClientQuotas,
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
} from "./messages/49-alter-client-quotas.js";
export {
  DescribeUserScramCredentials,
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
} from "./messages/50-describe-user-scram-credentials.js";
export {
  AlterUserScramCredentials,
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse,
} from "./messages/51-alter-user-scram-credentials.js";
export { DescribeQuorum, DescribeQuorumRequest, DescribeQuorumResponse } from "./messages/55-describe-quorum.js";
export { UpdateFeatures, UpdateFeaturesRequest, UpdateFeaturesResponse } from "./messages/57-update-features.js";
export { DescribeCluster, DescribeClusterRequest, DescribeClusterResponse } from "./messages/60-describe-cluster.js";
export {
  DescribeProducers,
  DescribeProducersRequest,
  DescribeProducersResponse,
} from "./messages/61-describe-producers.js";
export {
  UnregisterBroker,
  UnregisterBrokerRequest,
  UnregisterBrokerResponse,
} from "./messages/64-unregister-broker.js";
export {
  DescribeTransactions,
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
} from "./messages/65-describe-transactions.js";
export {
  ListTransactions,
  ListTransactionsRequest,
  ListTransactionsResponse,
} from "./messages/66-list-transactions.js";
export {
  ConsumerGroupHeartbeat,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from "./messages/68-consumer-group-heartbeat.js";
export {
  ConsumerGroupDescribe,
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
} from "./messages/69-consumer-group-describe.js";
export {
  GetTelemetrySubscriptions,
  GetTelemetrySubscriptionsRequest,
  GetTelemetrySubscriptionsResponse,
} from "./messages/71-get-telemetry-subscriptions.js";
export { PushTelemetry, PushTelemetryRequest, PushTelemetryResponse } from "./messages/72-push-telemetry.js";
export {
  ListConfigResources,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
} from "./messages/74-list-config-resources.js";
export {
  DescribeTopicPartitions,
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
} from "./messages/75-describe-topic-partitions.js";
export type { DescribeTopicPartitionsResponseTopic } from "./messages/75-describe-topic-partitions.js";
export {
  ShareGroupHeartbeat,
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from "./messages/76-share-group-heartbeat.js";
export {
  ShareGroupDescribe,
  ShareGroupDescribeRequest,
  ShareGroupDescribeResponse,
} from "./messages/77-share-group-describe.js";
export { ShareFetch, ShareFetchRequest, ShareFetchResponse } from "./messages/78-share-fetch.js";
export {
  ShareAcknowledge,
  ShareAcknowledgeRequest,
  ShareAcknowledgeResponse,
} from "./messages/79-share-acknowledge.js";
export { AddRaftVoter, AddRaftVoterRequest, AddRaftVoterResponse } from "./messages/80-add-raft-voter.js";
export { RemoveRaftVoter, RemoveRaftVoterRequest, RemoveRaftVoterResponse } from "./messages/81-remove-raft-voter.js";
export {
  InitializeShareGroupState,
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
} from "./messages/83-initialize-share-group-state.js";
export {
  ReadShareGroupState,
  ReadShareGroupStateRequest,
  ReadShareGroupStateResponse,
} from "./messages/84-read-share-group-state.js";
export {
  WriteShareGroupState,
  WriteShareGroupStateRequest,
  WriteShareGroupStateResponse,
} from "./messages/85-write-share-group-state.js";
export {
  DeleteShareGroupState,
  DeleteShareGroupStateRequest,
  DeleteShareGroupStateResponse,
} from "./messages/86-delete-share-group-state.js";
export {
  ReadShareGroupStateSummary,
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
} from "./messages/87-read-share-group-state-summary.js";
export {
  StreamsGroupHeartbeat,
  StreamsGroupHeartbeatRequest,
  StreamsGroupHeartbeatResponse,
} from "./messages/88-streams-group-heartbeat.js";
export {
  StreamsGroupDescribe,
  StreamsGroupDescribeRequest,
  StreamsGroupDescribeResponse,
} from "./messages/89-streams-group-describe.js";
export {
  DescribeShareGroupOffsets,
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
} from "./messages/90-describe-share-group-offsets.js";
export {
  AlterShareGroupOffsets,
  AlterShareGroupOffsetsRequest,
  AlterShareGroupOffsetsResponse,
} from "./messages/91-alter-share-group-offsets.js";
export {
  DeleteShareGroupOffsets,
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
} from "./messages/92-delete-share-group-offsets.js";
export {
  StreamsGroupTopologyDescriptionUpdate,
  StreamsGroupTopologyDescriptionUpdateRequest,
  StreamsGroupTopologyDescriptionUpdateResponse,
} from "./messages/93-streams-group-topology-description-update.js";
export {
  UnregisterController,
  UnregisterControllerRequest,
  UnregisterControllerResponse,
} from "./messages/94-unregister-controller.js";
export { ConsumerProtocolSubscription } from "./messages/consumer-protocol-subscription.js";
export { ConsumerProtocolAssignment } from "./messages/consumer-protocol-assignment.js";

// Record batches
export { RecordBatch } from "./records/batch.js";
export type { RecordReadOptions, TimestampType } from "./records/batch.js";
export { RecordCursor } from "./records/record.js";
export type { LogRecord, RecordHeader, RecordHeaders } from "./records/record.js";
export type { RecordPart } from "./records/record-part.js";
export type { RecordStretch } from "./records/record-texts.js";
export type { BufferView } from "./wire/buffer-view.js";
export { readBatches } from "./records/read-batches.js";
export type { ReadBatchesOptions } from "./records/read-batches.js";
export { BatchBuilder } from "./records/builder.js";
export type { BatchBuilderOptions, FinishOptions } from "./records/builder.js";
export type { BatchHeaderOptions } from "./records/batch-header.js";
export { writeBatch, writeBatchAsync } from "./records/write-batch.js";
export type { RecordToWrite, WriteBatchOptions } from "./records/write-batch.js";
export { writeMessageSet } from "./records/write-message-set.js";
export type { WriteMessageSetOptions } from "./records/write-message-set.js";
export { setBaseOffset, setLogAppendTime, setPartitionLeaderEpoch, stampProducer } from "./records/stamp.js";
export type { ProducerStamp } from "./records/stamp.js";
export { ControlType, controlRecord, readControlRecord, writeTransactionMarker } from "./records/control.js";
export type { ControlRecord, TransactionMarkerOptions } from "./records/control.js";

// Compression
export { compressionCodecs, compressionName } from "./compression/codecs.js";
export { codecOnThreads } from "./compression/on-threads.js";
export { compressionNames } from "./compression/codec.js";
export { defaultMaxDecompressedBytes } from "./compression/codec.js";
export type { BuiltInCodec, CompressionCodec, CompressionCodecs, CompressionName } from "./compression/codec.js";

// Checksums and hashes
export { crc32c } from "./wire/crc32c.js";
export { coordinatorPartition, javaHashCode } from "./wire/java-hash.js";
