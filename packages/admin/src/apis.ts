import type { SpokenApi } from "@moldau/connection-pool/internal";
import {
  CreatePartitions,
  CreateTopics,
  DeleteGroups,
  DeleteRecords,
  DeleteTopics,
  DescribeConfigs,
  DescribeGroups,
  DescribeProducers,
  DescribeTransactions,
  IncrementalAlterConfigs,
  InitProducerId,
  ListGroups,
  ListOffsets,
  ListTransactions,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  WriteTxnMarkers,
} from "@moldau/protocol-codec";

/** OffsetCommit and OffsetFetch name topics up to version 9; in version 10 topics go by id, and it brings nothing else. */
export const newestOffsetsVersion = 9;

/** What the admin asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: ListOffsets },
  { api: Metadata },
  { api: OffsetCommit, maxVersion: newestOffsetsVersion },
  { api: OffsetFetch, maxVersion: newestOffsetsVersion },
  { api: DescribeGroups },
  { api: ListGroups },
  { api: CreateTopics },
  { api: DeleteTopics },
  { api: DeleteRecords },
  { api: InitProducerId },
  { api: WriteTxnMarkers },
  { api: DescribeConfigs },
  { api: CreatePartitions },
  { api: DeleteGroups },
  { api: IncrementalAlterConfigs },
  { api: OffsetDelete },
  { api: DescribeProducers },
  { api: DescribeTransactions },
  { api: ListTransactions },
];
