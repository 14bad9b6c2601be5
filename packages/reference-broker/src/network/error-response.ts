import {
  apis,
  CreatePartitions,
  CreateTopics,
  DeleteGroups,
  DeleteRecords,
  DeleteTopics,
  DescribeConfigs,
  DescribeGroups,
  ErrorCode,
  Fetch,
  FindCoordinator,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
} from "@moldau/protocol-codec";
import type { Api, Fields, StructIn, StructOut } from "@moldau/protocol-codec";

/**
 * The answer to a request of the API named, with one error in every place where that answer has errors: for each topic, partition or group
 * that the request names, or once for the whole. Throws a RangeError for an unknown error, and for an API whose places are not known here.
 */
export function errorResponse(api: string, request: unknown, error: string | number): unknown {
  const code = numberOf(error);
  const known = responses.get(api);
  if (known !== undefined) return known(request, code);
  const response = apis.find(({ name }) => name === api)?.response;
  if (response === undefined || !("errorCode" in response.fields)) {
    throw new RangeError(
      `fail() does not know where an answer of ${api} has its errors: give the answer with respond()`,
    );
  }
  return { errorCode: code };
}

function numberOf(error: string | number): number {
  if (typeof error === "number") return error;
  const found = Object.entries(ErrorCode).find(([name]) => name === error);
  if (found === undefined)
    throw new RangeError(
      `unknown error ${JSON.stringify(error)}: write one of Kafka's names, such as "NOT_LEADER_OR_FOLLOWER"`,
    );
  return found[1];
}

type ErrorAnswer = (request: unknown, errorCode: number) => unknown;

const responses: ReadonlyMap<string, ErrorAnswer> = new Map([
  failing(Produce, ({ topicData }, errorCode) => ({
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1n })),
    })),
  })),
  failing(Fetch, ({ topics }, errorCode) => ({
    responses: topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => ({
        partitionIndex: partition,
        errorCode,
        highWatermark: -1n,
        records: Buffer.alloc(0),
      })),
    })),
  })),
  failing(ListOffsets, ({ topics }, errorCode) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
  failing(Metadata, ({ topics }, errorCode) => ({
    topics: (topics ?? []).map(({ name, topicId }) => ({ name, topicId, errorCode })),
  })),
  failing(OffsetCommit, ({ topics }, errorCode) => ({
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
  failing(OffsetFetch, ({ groups }, errorCode) =>
    groups.length === 0 ? { errorCode } : { groups: groups.map(({ groupId }) => ({ groupId, errorCode })) },
  ),
  failing(FindCoordinator, ({ coordinatorKeys }, errorCode) =>
    coordinatorKeys.length === 0
      ? { errorCode, nodeId: -1, port: -1 }
      : { coordinators: coordinatorKeys.map((key) => ({ key, errorCode, nodeId: -1, port: -1 })) },
  ),
  failing(CreateTopics, ({ topics }, errorCode) => ({
    topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })),
  })),
  failing(DeleteTopics, ({ topics, topicNames }, errorCode) => ({
    responses: [...topics, ...topicNames.map((name) => ({ name, topicId: undefined }))].map(({ name, topicId }) => ({
      name,
      topicId,
      errorCode,
    })),
  })),
  failing(DeleteRecords, ({ topics }, errorCode) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1n, errorCode })),
    })),
  })),
  failing(CreatePartitions, ({ topics }, errorCode) => ({ results: topics.map(({ name }) => ({ name, errorCode })) })),
  failing(DescribeConfigs, ({ resources }, errorCode) => ({
    results: resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      errorCode,
      errorMessage: null,
    })),
  })),
  failing(DescribeGroups, ({ groups }, errorCode) => ({ groups: groups.map((groupId) => ({ groupId, errorCode })) })),
  failing(DeleteGroups, ({ groupsNames }, errorCode) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode })),
  })),
  failing(OffsetForLeaderEpoch, ({ topics }, errorCode) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
    })),
  })),
]);

/** Forgets the request's type by a method's bivariant parameter: the table's key is the API that the request was decoded as. */
function failing<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  answer: (request: StructOut<Req>, errorCode: number) => StructIn<Res>,
): [string, ErrorAnswer] {
  const typed: { call(request: StructOut<Req>, errorCode: number): unknown } = { call: answer };
  const open: { call(request: unknown, errorCode: number): unknown } = typed;
  return [api.name, (request, errorCode) => open.call(request, errorCode)];
}
