import type { Contender, Task } from "./contender.js";
import { newestPlatformatic } from "./platformatic-version.js";
import { responseFrame } from "./responses.js";
import { formOf, rowId, type ComparedApi } from "./rows.js";
import * as sample from "./samples.js";

/** What is used of @platformatic/kafka: its low-level functions, one module for each API and version, and its buffers. */
interface Platformatic {
  readonly Writer: { create(): Writer };
  readonly Reader: { new (buffer: unknown): Reader; from(buffer: Buffer): Reader };
  readonly [module: string]: unknown;
}
interface Writer {
  readonly buffer: Buffer;
  appendInt16(value: number): Writer;
  appendInt32(value: number): Writer;
  appendString(value: string, compact?: boolean): Writer;
  appendTaggedFields(): Writer;
  appendFrom(writer: Writer): Writer;
  prependLength(): Writer;
}
interface Reader {
  readonly buffer: { subarray(start: number): unknown };
  position: number;
  readInt32(): number;
  readTaggedFields(): void;
}
interface ApiModule {
  readonly api: { readonly key: number; readonly version: number };
  createRequest(...fields: unknown[]): Writer;
  // The shapes are the library's own.
  parseResponse(correlationId: number, apiKey: number, apiVersion: number, reader: Reader): any;
}

type Entry = readonly [id: string, task: Task];

/**
 * The codec of @platformatic/kafka, in the newest version that runs on this Node, called as its connection calls it. Its
 * `parseResponse` cannot be had without the search for error codes.
 */
export async function platformatic(): Promise<Contender> {
  const { version, load } = newestPlatformatic();
  return { name: "platformatic", version, tasks: tasksOf((await load()) as Platformatic) };
}

function tasksOf(library: Platformatic): Map<string, Task> {
  return new Map(
    [
      ...[6, 12].map((version) => metadata(library, version)),
      ...[7, 11].map((version) => produce(library, version)),
      ...[11, 17].map((version) => fetch(library, version)),
      ...[5, 9].map((version) => joinGroup(library, version)),
      ...[3, 4].map((version) => heartbeat(library, version)),
      ...[5, 9].map((version) => offsetCommit(library, version)),
    ].flat(),
  );
}

/** From which version on an API is flexible: its headers then have tagged fields, which the connection writes and reads. */
const flexibleFrom: Readonly<Record<ComparedApi, number>> = {
  Metadata: 9,
  Produce: 9,
  Fetch: 12,
  JoinGroup: 6,
  Heartbeat: 4,
  OffsetCommit: 8,
};

function moduleOf(library: Platformatic, api: ComparedApi, version: number): ApiModule | undefined {
  return library[`${api[0]?.toLowerCase() + api.slice(1)}V${version}`] as ApiModule | undefined;
}

/** A request as `Connection.send` makes it. */
function encoding(
  library: Platformatic,
  { api, version, form }: { readonly api: ComparedApi; readonly version: number; readonly form?: string },
  fields: () => readonly unknown[],
): Entry[] {
  const codec = moduleOf(library, api, version);
  if (codec === undefined) return [];
  const flexible = version >= flexibleFrom[api];
  const { key } = codec.api;
  const { correlationId, clientId } = sample;
  const run = (): Buffer => {
    const writer = library.Writer.create();
    writer.appendInt16(key).appendInt16(version).appendInt32(correlationId).appendString(clientId, false);
    if (flexible) writer.appendTaggedFields();
    writer.appendFrom(codec.createRequest(...fields())).prependLength();
    return writer.buffer;
  };
  return [[rowId(`${api}Request`, version, form), { run, facts: run }]];
}

/** A response as the connection reads it, from a frame without its size. */
function decoderOf(
  library: Platformatic,
  api: ComparedApi,
  version: number,
  keys?: sample.Keys,
): (() => any) | undefined {
  const codec = moduleOf(library, api, version);
  if (codec === undefined) return undefined;
  const payload = responseFrame(api, version, keys);
  const flexible = version >= flexibleFrom[api];
  const { key } = codec.api;
  return () => {
    const frame = library.Reader.from(payload);
    const correlationId = frame.readInt32();
    if (flexible) frame.readTaggedFields();
    return codec.parseResponse(correlationId, key, version, new library.Reader(frame.buffer.subarray(frame.position)));
  };
}

function decoding(library: Platformatic, api: ComparedApi, version: number, facts: (decoded: any) => unknown): Entry[] {
  const run = decoderOf(library, api, version);
  return run === undefined ? [] : [[rowId(`${api}Response`, version), { run, facts: () => facts(run()) }]];
}

function metadata(library: Platformatic, version: number): Entry[] {
  return [
    ...encoding(library, { api: "Metadata", version }, () => [sample.topics, false, false]),
    ...decoding(library, "Metadata", version, ({ throttleTimeMs, brokers, clusterId, controllerId, topics }) => ({
      throttleTimeMs,
      brokers: brokers.map((of: Broker) => [of.nodeId, of.host, of.port, of.rack]),
      clusterId,
      controllerId,
      topics: topics.map((topic: Topic) => ({
        errorCode: topic.errorCode,
        name: topic.name,
        isInternal: topic.isInternal,
        topicId: version < 10 ? "" : topic.topicId.replaceAll("-", ""),
        partitions: topic.partitions.map((of) => [
          of.errorCode,
          of.partitionIndex,
          of.leaderId,
          version < 7 ? "" : of.leaderEpoch,
          of.replicaNodes,
          of.isrNodes,
          of.offlineReplicas,
        ]),
      })),
    })),
  ];
}

interface Broker {
  nodeId: number;
  host: string;
  port: number;
  rack: string | null;
}
interface Topic {
  errorCode: number;
  name: string;
  isInternal: boolean;
  topicId: string;
  partitions: {
    errorCode: number;
    partitionIndex: number;
    leaderId: number;
    leaderEpoch: number;
    replicaNodes: number[];
    isrNodes: number[];
    offlineReplicas: number[];
  }[];
}

function produce(library: Platformatic, version: number): Entry[] {
  const topic = sample.topicName;
  // Its producer turns strings into Buffers, and makes an object with topic, partition and time of every message.
  const fromStrings = (keys: sample.Keys): object[] => {
    const timestamp = BigInt(Date.now());
    return sample.texts[keys].map(({ key, value }) => ({
      topic,
      partition: 0,
      timestamp,
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
    }));
  };
  const fromBuffers = (keys: sample.Keys): object[] => {
    const timestamp = BigInt(Date.now());
    return sample.buffers[keys].map(({ key, value }) => ({ topic, partition: 0, timestamp, key, value }));
  };
  const encodingFrom = (form: string, messages: () => object[]): Entry[] =>
    encoding(library, { api: "Produce", version, form }, () => [-1, 30_000, messages(), {}]);
  return [
    ...sample.keys.flatMap((keys) => [
      ...encodingFrom(formOf(keys, "strings"), () => fromStrings(keys)),
      ...encodingFrom(formOf(keys, "buffers"), () => fromBuffers(keys)),
    ]),
    ...decoding(library, "Produce", version, ({ throttleTimeMs, responses }) => ({
      throttleTimeMs,
      topics: responses.map((of: { name: string; partitionResponses: ProducedPartition[] }) => [
        of.name,
        of.partitionResponses.map((each) => [
          each.index,
          each.errorCode,
          each.baseOffset,
          each.logAppendTimeMs,
          each.logStartOffset,
        ]),
      ]),
    })),
  ];
}

interface ProducedPartition {
  index: number;
  errorCode: number;
  baseOffset: bigint;
  logAppendTimeMs: bigint;
  logStartOffset: bigint;
}

function fetch(library: Platformatic, version: number): Entry[] {
  const partitions = sample.positions.map(({ partition, offset }) => ({
    partition,
    currentLeaderEpoch: 3,
    fetchOffset: offset,
    lastFetchedEpoch: -1,
    partitionMaxBytes: 1_048_576,
  }));
  const topics = [{ topicId: version < 13 ? sample.topicName : sample.topicUuid, partitions }];
  const request = encoding(library, { api: "Fetch", version }, () => [500, 1, 50_000_000, 1, 0, -1, topics, [], ""]);
  return [...request, ...sample.keys.flatMap((keys) => reading(library, version, keys))];
}

function reading(library: Platformatic, version: number, keys: sample.Keys): Entry[] {
  const decode = decoderOf(library, "Fetch", version, keys) as (() => Fetched) | undefined;
  if (decode === undefined) return [];
  const adding = (length: (part: Buffer | null) => number): number => {
    let total = 0;
    for (const of of decode().responses)
      for (const { records: batches } of of.partitions)
        for (const { records } of batches ?? [])
          for (const { key, value } of records) total += length(key) + length(value);
    return total;
  };
  const facts = (): unknown => fetchFacts(decode());
  const textLength = (part: Buffer | null): number => part?.toString().length ?? 0;
  const bytesLength = (part: Buffer | null): number => part?.length ?? 0;
  return [
    [rowId("FetchResponse", version, formOf(keys, "strings")), { run: () => adding(textLength), facts }],
    [rowId("FetchResponse", version, formOf(keys, "buffers")), { run: () => adding(bytesLength), facts }],
    // It checks no checksums: the work is the same as in the row before.
    [rowId("FetchResponse", version, formOf(keys, "checked")), { run: () => adding(bytesLength), facts }],
  ];
}

interface Fetched {
  throttleTimeMs: number;
  errorCode: number;
  sessionId: number;
  responses: {
    topicId: string;
    partitions: {
      partitionIndex: number;
      errorCode: number;
      highWatermark: bigint;
      lastStableOffset: bigint;
      logStartOffset: bigint;
      preferredReadReplica: number;
      records?: {
        firstOffset: bigint;
        firstTimestamp: bigint;
        records: { offsetDelta: number; timestampDelta: bigint; key: Buffer | null; value: Buffer | null }[];
      }[];
    }[];
  }[];
}

function fetchFacts({ throttleTimeMs, errorCode, sessionId, responses }: Fetched): unknown {
  return {
    head: {
      throttleTimeMs,
      errorCode,
      sessionId,
      topics: responses.map(({ topicId, partitions }) => [
        topicId.replaceAll("-", ""),
        partitions.map((of) => [
          of.partitionIndex,
          of.errorCode,
          of.highWatermark,
          of.lastStableOffset,
          of.logStartOffset,
          of.preferredReadReplica,
        ]),
      ]),
    },
    records: responses.flatMap(({ partitions }) =>
      partitions.flatMap(({ records: batches = [] }) =>
        batches.flatMap(({ firstOffset, firstTimestamp, records }) =>
          records.map((of) => [
            firstOffset + BigInt(of.offsetDelta),
            firstTimestamp + of.timestampDelta,
            of.key,
            of.value,
          ]),
        ),
      ),
    ),
  };
}

function joinGroup(library: Platformatic, version: number): Entry[] {
  const { groupId, memberId, protocols } = sample;
  const fields = [groupId, 30_000, 60_000, memberId, null, "consumer", protocols, null];
  return [
    ...encoding(library, { api: "JoinGroup", version }, () => fields),
    ...decoding(library, "JoinGroup", version, (decoded) => ({
      throttleTimeMs: decoded.throttleTimeMs,
      errorCode: decoded.errorCode,
      generationId: decoded.generationId,
      protocolType: version < 7 ? "" : decoded.protocolType,
      protocolName: decoded.protocolName,
      leader: decoded.leader,
      skipAssignment: version < 9 ? "" : decoded.skipAssignment,
      memberId: decoded.memberId,
      members: decoded.members.map((of: { memberId: string; groupInstanceId: string | null; metadata: Buffer }) => [
        of.memberId,
        of.groupInstanceId,
        of.metadata,
      ]),
    })),
  ];
}

function heartbeat(library: Platformatic, version: number): Entry[] {
  const fields = [sample.groupId, 7, sample.memberId, null];
  return [
    ...encoding(library, { api: "Heartbeat", version }, () => fields),
    ...decoding(library, "Heartbeat", version, ({ throttleTimeMs, errorCode }) => ({ throttleTimeMs, errorCode })),
  ];
}

function offsetCommit(library: Platformatic, version: number): Entry[] {
  const partitions = sample.commits.map(({ partition, offset }) => ({
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: 3,
    committedMetadata: "",
  }));
  const fields = [sample.groupId, 7, sample.memberId, null, [{ name: sample.topicName, partitions }]];
  return [
    ...encoding(library, { api: "OffsetCommit", version }, () => fields),
    ...decoding(library, "OffsetCommit", version, ({ throttleTimeMs, topics }) => ({
      throttleTimeMs,
      topics: topics.map((of: { name: string; partitions: { partitionIndex: number; errorCode: number }[] }) => [
        of.name,
        of.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
      ]),
    })),
  ];
}
