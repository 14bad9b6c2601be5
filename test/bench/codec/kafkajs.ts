import { createRequire } from "node:module";
import type { Contender, Task } from "./contender.js";
import { responseFrame } from "./responses.js";
import { formOf, rowId, type ComparedApi } from "./rows.js";
import * as sample from "./samples.js";

const require = createRequire(import.meta.url);

/** The two halves of one API in one version: the request is made from what the client passes in. */
interface Codec {
  request(body: object): Request;
  // The shapes are kafkajs's own, and nowhere declared.
  readonly response: { decode(payload: Buffer): Promise<any> };
}
interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  encode(): Promise<Encoder>;
}
interface Encoder {
  readonly buffer: Buffer;
}
interface Decoder {
  readInt32(): number;
  readAll(): Buffer;
}

type Entry = readonly [id: string, task: Task];

/**
 * The codec of kafkajs, called as its connection calls it: `encode` and the request's head, made one buffer; the
 * response's head and `decode`. Its `parse`, which looks for error codes, is left out, as we do that elsewhere too.
 */
export async function kafkajs(): Promise<Contender> {
  const { version } = require("kafkajs/package.json") as { version: string };
  return {
    name: "kafkajs",
    version,
    tasks: new Map([...metadata(), ...produce(), ...fetch(), ...joinGroup(), ...heartbeat(), ...offsetCommit()]),
  };
}

const createRequest = require("kafkajs/src/protocol/request") as (options: {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: Request;
}) => Promise<Encoder>;
const FrameDecoder = require("kafkajs/src/protocol/decoder") as new (frame: Buffer) => Decoder;
const long = require("kafkajs/src/utils/long") as { fromInt(value: number): unknown };

/** The codec of one API in one version, past kafkajs's table of versions, which would `require` both halves at every call. */
function codecOf(api: ComparedApi, version: number): Codec {
  const folder = `kafkajs/src/protocol/requests/${api[0]?.toLowerCase() + api.slice(1)}/v${version}`;
  return {
    request: require(`${folder}/request`) as Codec["request"],
    response: require(`${folder}/response`) as Codec["response"],
  };
}

function encoding(api: ComparedApi, version: number, body: object, form?: string): Entry {
  const { request } = codecOf(api, version);
  const run = async (): Promise<Buffer> => {
    const { correlationId, clientId } = sample;
    const { buffer } = await createRequest({ correlationId, clientId, request: request(body) });
    return buffer;
  };
  return [rowId(`${api}Request`, version, form), { run, facts: run }];
}

function decoderOf(api: ComparedApi, version: number, keys?: sample.Keys): () => Promise<any> {
  const payload = responseFrame(api, version, keys);
  const { response } = codecOf(api, version);
  return () => {
    const frame = new FrameDecoder(payload);
    frame.readInt32();
    return response.decode(frame.readAll());
  };
}

function decoding(api: ComparedApi, version: number, facts: (decoded: any) => unknown): Entry {
  const run = decoderOf(api, version);
  return [rowId(`${api}Response`, version), { run, facts: async () => facts(await run()) }];
}

function metadata(): Entry[] {
  const body = { topics: sample.topics, allowAutoTopicCreation: false };
  return [
    encoding("Metadata", 6, body),
    decoding("Metadata", 6, ({ clientSideThrottleTime, brokers, clusterId, controllerId, topicMetadata }) => ({
      throttleTimeMs: clientSideThrottleTime,
      brokers: brokers.map((of: Broker) => [of.nodeId, of.host, of.port, of.rack]),
      clusterId,
      controllerId,
      topics: topicMetadata.map((topic: TopicMetadata) => ({
        errorCode: topic.topicErrorCode,
        name: topic.topic,
        isInternal: topic.isInternal,
        topicId: "",
        partitions: topic.partitionMetadata.map((of) => [
          of.partitionErrorCode,
          of.partitionId,
          of.leader,
          "",
          of.replicas,
          of.isr,
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
  rack: string;
}
interface TopicMetadata {
  topicErrorCode: number;
  topic: string;
  isInternal: boolean;
  partitionMetadata: {
    partitionErrorCode: number;
    partitionId: number;
    leader: number;
    replicas: number[];
    isr: number[];
    offlineReplicas: number[];
  }[];
}

function produce(): Entry[] {
  const bodyOf = (messages: readonly object[]): object => ({
    acks: -1,
    timeout: 30_000,
    transactionalId: null,
    producerId: long.fromInt(-1),
    producerEpoch: 0,
    compression: 0,
    topicData: [{ topic: sample.topicName, partitions: [{ partition: 0, firstSequence: 0, messages }] }],
  });
  return [
    ...sample.keys.flatMap((keys) => [
      encoding("Produce", 7, bodyOf(sample.texts[keys]), formOf(keys, "strings")),
      encoding("Produce", 7, bodyOf(sample.buffers[keys]), formOf(keys, "buffers")),
    ]),
    decoding("Produce", 7, ({ clientSideThrottleTime, topics }) => ({
      throttleTimeMs: clientSideThrottleTime,
      topics: topics.map(({ topicName, partitions }: { topicName: string; partitions: ProducedPartition[] }) => [
        topicName,
        partitions.map((of) => [of.partition, of.errorCode, of.baseOffset, of.logAppendTime, of.logStartOffset]),
      ]),
    })),
  ];
}

interface ProducedPartition {
  partition: number;
  errorCode: number;
  baseOffset: string;
  logAppendTime: string;
  logStartOffset: string;
}

function fetch(): Entry[] {
  const body = {
    replicaId: -1,
    isolationLevel: 1,
    maxWaitTime: 500,
    minBytes: 1,
    maxBytes: 50_000_000,
    rackId: "",
    topics: [
      {
        topic: sample.topicName,
        partitions: sample.positions.map(({ partition, offset }) => ({
          partition,
          currentLeaderEpoch: 3,
          fetchOffset: offset.toString(),
          maxBytes: 1_048_576,
        })),
      },
    ],
  };
  return [encoding("Fetch", 11, body), ...sample.keys.flatMap(reading)];
}

function reading(keys: sample.Keys): Entry[] {
  const decode = decoderOf("Fetch", 11, keys) as () => Promise<Fetched>;
  const adding = async (length: (part: Buffer | null) => number): Promise<number> => {
    let total = 0;
    for (const { partitions } of (await decode()).responses)
      for (const { messages } of partitions)
        for (const { key, value } of messages) total += length(key) + length(value);
    return total;
  };
  const facts = async (): Promise<unknown> => fetchFacts(await decode());
  const textLength = (part: Buffer | null): number => part?.toString().length ?? 0;
  const bytesLength = (part: Buffer | null): number => part?.length ?? 0;
  return [
    [rowId("FetchResponse", 11, formOf(keys, "strings")), { run: () => adding(textLength), facts }],
    [rowId("FetchResponse", 11, formOf(keys, "buffers")), { run: () => adding(bytesLength), facts }],
    // kafkajs checks no checksums: the work is the same as in the row before.
    [rowId("FetchResponse", 11, formOf(keys, "checked")), { run: () => adding(bytesLength), facts }],
  ];
}

interface Fetched {
  clientSideThrottleTime: number;
  errorCode: number;
  sessionId: number;
  responses: {
    topicName: string;
    partitions: {
      partition: number;
      errorCode: number;
      highWatermark: string;
      lastStableOffset: string;
      lastStartOffset: string;
      preferredReadReplica: number;
      messages: { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null }[];
    }[];
  }[];
}

function fetchFacts({ clientSideThrottleTime, errorCode, sessionId, responses }: Fetched): unknown {
  return {
    head: {
      throttleTimeMs: clientSideThrottleTime,
      errorCode,
      sessionId,
      topics: responses.map(({ topicName, partitions }) => [
        topicName,
        partitions.map((of) => [
          of.partition,
          of.errorCode,
          of.highWatermark,
          of.lastStableOffset,
          of.lastStartOffset,
          of.preferredReadReplica,
        ]),
      ]),
    },
    records: responses.flatMap(({ partitions }) =>
      partitions.flatMap(({ messages }) =>
        messages.map(({ offset, timestamp, key, value }) => [offset, timestamp, key, value]),
      ),
    ),
  };
}

function joinGroup(): Entry[] {
  const body = {
    groupId: sample.groupId,
    sessionTimeout: 30_000,
    rebalanceTimeout: 60_000,
    memberId: sample.memberId,
    protocolType: "consumer",
    groupProtocols: sample.protocols,
  };
  return [
    encoding("JoinGroup", 5, body),
    decoding("JoinGroup", 5, (decoded) => ({
      throttleTimeMs: decoded.clientSideThrottleTime,
      errorCode: decoded.errorCode,
      generationId: decoded.generationId,
      protocolType: "",
      protocolName: decoded.groupProtocol,
      leader: decoded.leaderId,
      skipAssignment: "",
      memberId: decoded.memberId,
      members: decoded.members.map((of: { memberId: string; groupInstanceId: string; memberMetadata: Buffer }) => [
        of.memberId,
        of.groupInstanceId,
        of.memberMetadata,
      ]),
    })),
  ];
}

function heartbeat(): Entry[] {
  const body = { groupId: sample.groupId, groupGenerationId: 7, memberId: sample.memberId };
  return [
    encoding("Heartbeat", 3, body),
    decoding("Heartbeat", 3, ({ clientSideThrottleTime, errorCode }) => ({
      throttleTimeMs: clientSideThrottleTime,
      errorCode,
    })),
  ];
}

function offsetCommit(): Entry[] {
  const body = {
    groupId: sample.groupId,
    groupGenerationId: 7,
    memberId: sample.memberId,
    topics: [
      {
        topic: sample.topicName,
        partitions: sample.commits.map(({ partition, offset }) => ({
          partition,
          offset: offset.toString(),
          metadata: "",
        })),
      },
    ],
  };
  return [
    encoding("OffsetCommit", 5, body),
    decoding("OffsetCommit", 5, ({ clientSideThrottleTime, responses }) => ({
      throttleTimeMs: clientSideThrottleTime,
      topics: responses.map((topic: { topic: string; partitions: { partition: number; errorCode: number }[] }) => [
        topic.topic,
        topic.partitions.map(({ partition, errorCode }) => [partition, errorCode]),
      ]),
    })),
  ];
}
