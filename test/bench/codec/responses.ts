// The response frames that all contenders decode, without their size.

import {
  encodeResponse,
  Fetch,
  Heartbeat,
  JoinGroup,
  Metadata,
  OffsetCommit,
  Produce,
  Uuid,
  writeBatch,
} from "@moldau/protocol-codec";
import type { Api, Fields, StructIn } from "@moldau/protocol-codec";
import type { ComparedApi } from "./rows.js";
import { buffers, commits, correlationId, list, members, memberId, topicName, topics, topicUuid } from "./samples.js";
import type { Keys } from "./samples.js";

const topicId = Uuid.parse(topicUuid);

/** A response of one API in one version; `keys` says which records it has, if it has any. */
export function responseFrame(api: ComparedApi, version: number, keys: Keys = "plain"): Buffer {
  return frames[api](version, keys);
}

/** The length of the frame, its size included, that a row is about. */
export function responseBytes(row: string): number {
  const [, api, version] = /^(\w+)Response v(\d+)/.exec(row) ?? [];
  const keys = row.includes("keyed") ? "keyed" : "plain";
  return 4 + responseFrame(api as ComparedApi, Number(version), keys).length;
}

const frames: Readonly<Record<ComparedApi, (version: number, keys: Keys) => Buffer>> = {
  Metadata: (version) =>
    frame(Metadata, version, {
      brokers: list(3, (nodeId) => ({
        nodeId,
        host: `broker-${nodeId}.example.org`,
        port: 9092,
        rack: `rack-${nodeId}`,
      })),
      clusterId: "QgnvNkX5TnuUp3NwEovYXQ",
      controllerId: 1,
      topics: topics.map((name) => ({
        name,
        topicId: version >= 10 ? topicId : Uuid.zero,
        partitions: list(12, (partitionIndex) => ({
          partitionIndex,
          leaderId: partitionIndex % 3,
          leaderEpoch: version >= 7 ? 3 : -1,
          replicaNodes: [0, 1, 2],
          isrNodes: [0, 1, 2],
        })),
      })),
    }),
  Produce: (version) =>
    frame(Produce, version, {
      responses: [
        {
          name: topicName,
          partitionResponses: list(12, (index) => ({ index, baseOffset: 123_456_789n, logStartOffset: 12_345n })),
        },
      ],
    }),
  Fetch: (version, keys) =>
    frame(Fetch, version, {
      responses: [
        {
          topic: version < 13 ? topicName : "",
          topicId: version >= 13 ? topicId : Uuid.zero,
          partitions: [
            {
              partitionIndex: 3,
              highWatermark: 123_457_789n,
              lastStableOffset: 123_457_789n,
              logStartOffset: 12_345n,
              abortedTransactions: [],
              records: writeBatch(
                { baseOffset: 123_456_789n },
                buffers[keys].map(({ key, value }, index) => ({
                  timestamp: 1_700_000_000_000 + (index >> 5),
                  key,
                  value,
                })),
              ),
            },
          ],
        },
      ],
    }),
  JoinGroup: (version) =>
    frame(JoinGroup, version, {
      generationId: 7,
      protocolType: version >= 7 ? "consumer" : null,
      protocolName: "range",
      leader: memberId,
      memberId,
      members,
    }),
  Heartbeat: (version) => frame(Heartbeat, version, {}),
  OffsetCommit: (version) =>
    frame(OffsetCommit, version, {
      topics: [{ name: topicName, partitions: commits.map(({ partition }) => ({ partitionIndex: partition })) }],
    }),
};

/** Fields that a version does not have are left out by the codec only where the schema says so; those above are. */
function frame<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  body: StructIn<Res>,
): Buffer {
  return Buffer.concat(encodeResponse(api, version, { correlationId }, body)).subarray(4);
}
