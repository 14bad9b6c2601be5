/// <reference types="node" preserve="true" />

// Records as bytes
export { decodeVersioned, encodeVersioned, type Versioned } from "./schema/index.js";
export {
  coordinatorRecords,
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeCoordinatorRecord,
  encodeCoordinatorKey,
} from "./state/coordinator-records.js";
export type { CoordinatorLog, CoordinatorRecord, DecodedCoordinatorRecord } from "./state/coordinator-records.js";
export {
  decodeMetadataRecord,
  encodeMetadataRecord,
  metadataRecords,
  readMetadataRecordHead,
} from "./state/metadata-records.js";
export type { DecodedMetadataRecord, MetadataRecordHead } from "./state/metadata-records.js";

// __consumer_offsets
export {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
} from "./state/groups/consumer-group-current-member-assignment.js";
export {
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
} from "./state/groups/consumer-group-member-metadata.js";
export { ConsumerGroupMetadataKey, ConsumerGroupMetadataValue } from "./state/groups/consumer-group-metadata.js";
export {
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
} from "./state/groups/consumer-group-partition-metadata.js";
export {
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
} from "./state/groups/consumer-group-regular-expression.js";
export {
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
} from "./state/groups/consumer-group-target-assignment-member.js";
export {
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
} from "./state/groups/consumer-group-target-assignment-metadata.js";
export { GroupMetadataKey, GroupMetadataValue } from "./state/groups/group-metadata.js";
export { LegacyOffsetCommitKey, LegacyOffsetCommitValue } from "./state/groups/legacy-offset-commit.js";
export { OffsetCommitKey, OffsetCommitValue } from "./state/groups/offset-commit.js";
export {
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
} from "./state/groups/share-group-current-member-assignment.js";
export {
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
} from "./state/groups/share-group-member-metadata.js";
export { ShareGroupMetadataKey, ShareGroupMetadataValue } from "./state/groups/share-group-metadata.js";
export {
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
} from "./state/groups/share-group-state-partition-metadata.js";
export {
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
} from "./state/groups/share-group-target-assignment-member.js";
export {
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
} from "./state/groups/share-group-target-assignment-metadata.js";
export {
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupCurrentMemberAssignmentValue,
} from "./state/groups/streams-group-current-member-assignment.js";
export {
  StreamsGroupMemberMetadataKey,
  StreamsGroupMemberMetadataValue,
} from "./state/groups/streams-group-member-metadata.js";
export { StreamsGroupMetadataKey, StreamsGroupMetadataValue } from "./state/groups/streams-group-metadata.js";
export {
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue,
} from "./state/groups/streams-group-target-assignment-member.js";
export {
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue,
} from "./state/groups/streams-group-target-assignment-metadata.js";
export { StreamsGroupTopologyKey, StreamsGroupTopologyValue } from "./state/groups/streams-group-topology.js";

// __transaction_state
export { TransactionLogKey, TransactionLogValue } from "./state/transactions/transaction-log.js";

// __share_group_state
export { ShareSnapshotKey, ShareSnapshotValue } from "./state/share/share-snapshot.js";
export { ShareUpdateKey, ShareUpdateValue } from "./state/share/share-update.js";

// __cluster_metadata
export { AbortTransactionRecord } from "./state/cluster-metadata/abort-transaction-record.js";
export { AccessControlEntryRecord } from "./state/cluster-metadata/access-control-entry-record.js";
export { BeginTransactionRecord } from "./state/cluster-metadata/begin-transaction-record.js";
export { BrokerRegistrationChangeRecord } from "./state/cluster-metadata/broker-registration-change-record.js";
export { ClearElrRecord } from "./state/cluster-metadata/clear-elr-record.js";
export { ClientQuotaRecord } from "./state/cluster-metadata/client-quota-record.js";
export { ConfigRecord } from "./state/cluster-metadata/config-record.js";
export { DelegationTokenRecord } from "./state/cluster-metadata/delegation-token-record.js";
export { EndTransactionRecord } from "./state/cluster-metadata/end-transaction-record.js";
export { FeatureLevelRecord } from "./state/cluster-metadata/feature-level-record.js";
export { FenceBrokerRecord } from "./state/cluster-metadata/fence-broker-record.js";
export { NoOpRecord } from "./state/cluster-metadata/no-op-record.js";
export { PartitionChangeRecord } from "./state/cluster-metadata/partition-change-record.js";
export { PartitionRecord } from "./state/cluster-metadata/partition-record.js";
export { ProducerIdsRecord } from "./state/cluster-metadata/producer-ids-record.js";
export { RegisterBrokerRecord } from "./state/cluster-metadata/register-broker-record.js";
export { RegisterControllerRecord } from "./state/cluster-metadata/register-controller-record.js";
export { RemoveAccessControlEntryRecord } from "./state/cluster-metadata/remove-access-control-entry-record.js";
export { RemoveDelegationTokenRecord } from "./state/cluster-metadata/remove-delegation-token-record.js";
export { RemoveTopicRecord } from "./state/cluster-metadata/remove-topic-record.js";
export { RemoveUserScramCredentialRecord } from "./state/cluster-metadata/remove-user-scram-credential-record.js";
export { TopicRecord } from "./state/cluster-metadata/topic-record.js";
export { UnfenceBrokerRecord } from "./state/cluster-metadata/unfence-broker-record.js";
export { UnregisterBrokerRecord } from "./state/cluster-metadata/unregister-broker-record.js";
export { UserScramCredentialRecord } from "./state/cluster-metadata/user-scram-credential-record.js";
export { ZkMigrationStateRecord } from "./state/cluster-metadata/zk-migration-state-record.js";

// Control records and principals
export { AbortedTxn } from "./state/control/aborted-txn.js";
export { ControlRecordTypeSchema } from "./state/control/control-record-type-schema.js";
export { EndTxnMarker } from "./state/control/end-txn-marker.js";
export { KRaftVersionRecord } from "./state/control/kraft-version-record.js";
export { LeaderChangeMessage } from "./state/control/leader-change-message.js";
export { SnapshotFooterRecord } from "./state/control/snapshot-footer-record.js";
export { SnapshotHeaderRecord } from "./state/control/snapshot-header-record.js";
export { VotersRecord } from "./state/control/voters-record.js";
export { DefaultPrincipalData } from "./state/control/default-principal-data.js";

// Files of a log directory
export { QuorumStateData } from "./state/raft/quorum-state-data.js";
export { ProducerSnapshot } from "./state/storage/producer-snapshot.js";
