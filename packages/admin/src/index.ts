/// <reference types="node" preserve="true" />

export { Admin } from "./admin.js";
export type { AdminCloseOptions, AdminEvents, AdminLife } from "./admin-life.js";
export type { GroupsAdmin } from "./groups-admin.js";
export type { TransactionsAdmin } from "./transactions-admin.js";
export type {
  AlterConfigsOptions,
  AlteredConfigs,
  BrokerConfigChanges,
  ConfigChanges,
  GroupConfigChanges,
  TopicConfigChanges,
} from "./operations/alter-configs.js";
export type { AlteredGroupOffset, AlterGroupOffsetsOptions, OffsetToCommit } from "./operations/alter-group-offsets.js";
export type { DeletedGroupOffset, DeleteGroupOffsetsOptions } from "./operations/delete-group-offsets.js";
export type { ResetGroupOffsetsOptions } from "./operations/reset-group-offsets.js";
export type { ResetGroupOffset, ResetTarget } from "./operations/reset-target.js";
export type { ConfigBroker, ConfigResult } from "./operations/config-resource.js";
export type { ConfigItems, ConfigValues } from "./operations/config-values.js";
export type { CreatePartitionsOptions, GrownTopic, TopicToGrow } from "./operations/create-partitions.js";
export type {
  DeleteBefore,
  DeleteRecordsOptions,
  PartitionToTruncate,
  TruncatedPartition,
} from "./operations/delete-records.js";
export type {
  ConfigSource,
  ConfigSynonym,
  ConfigType,
  DescribeConfigsOptions,
  DescribedConfig,
  DescribedConfigs,
} from "./operations/describe-configs.js";
export type { CreatedTopic, CreateTopicsOptions, NewTopic } from "./operations/create-topics.js";
export type { DeletedGroup, DeleteGroupsOptions } from "./operations/delete-groups.js";
export type { DeletedTopic, DeleteTopicsOptions } from "./operations/delete-topics.js";
export type { ClusterDescription, DescribeClusterOptions } from "./operations/describe-cluster.js";
export type { DescribedPartition, DescribedTopic, DescribeTopicsOptions } from "./operations/describe-topics.js";
export type { AssignedTopic, DescribedGroup, DescribedMember } from "./operations/described-group.js";
export type { DescribeGroupsOptions } from "./operations/describe-groups.js";
export type { AuthorizedOperation } from "./operations/authorized-operations.js";
export type { RemoveGroupMembersOptions } from "./operations/remove-group-members.js";
export type { GroupMemberName, RemovedGroupMember } from "./operations/leave-group.js";
export type {
  ConfigResourceType,
  ListConfigResourcesOptions,
  ListedConfigResource,
} from "./operations/list-config-resources.js";
export type { DescribeGroupLagOptions, GroupLag, GroupPartitionLag } from "./operations/describe-group-lag.js";
export type { GroupOffset, GroupOffsets, ListGroupOffsetsOptions } from "./operations/list-group-offsets.js";
export type { ListedTopic, ListTopicsOptions } from "./operations/list-topics.js";
export type { GroupListing, ListedGroup, ListGroupsOptions } from "./operations/list-groups.js";
export type { FailedBroker } from "./operations/every-broker.js";
export type { ListedOffset, ListOffsetsOptions, OffsetSpec, PartitionToList } from "./operations/list-offsets.js";
export type {
  AbortedTransaction,
  AbortTransactionOptions,
  TransactionToAbort,
} from "./operations/abort-transaction.js";
export type { ActiveProducer, DescribeProducersOptions, PartitionProducers } from "./operations/describe-producers.js";
export type { DescribedTransaction, DescribeTransactionsOptions } from "./operations/describe-transactions.js";
export type { FencedProducer, FenceProducersOptions } from "./operations/fence-producers.js";
export type {
  FailedPartition,
  FindHangingTransactionsOptions,
  HangingTransaction,
  HangingTransactions,
} from "./operations/find-hanging-transactions.js";
export type { OpenTransaction } from "./operations/hanging.js";
export type {
  ListedTransaction,
  ListTransactionsOptions,
  TransactionListing,
  TransactionState,
} from "./operations/list-transactions.js";
export type { ItemResult } from "./routing/item-result.js";
export type { NamedPartition } from "./routing/leader.js";
