import {
  BatchBuilder,
  decodeResponse,
  encodeRequest,
  Fetch,
  Heartbeat,
  JoinGroup,
  Metadata,
  OffsetCommit,
  Produce,
  readBatches,
  Uuid,
} from "@moldau/protocol-codec";
import type { Api, Fields, RecordBatch, RecordCursor, RecordHeader, StructIn, StructOut } from "@moldau/protocol-codec";
import type { Contender, Task } from "./contender.js";
import { responseFrame } from "./responses.js";
import { formOf, rowId, type ComparedApi } from "./rows.js";
import * as sample from "./samples.js";

const head = { correlationId: sample.correlationId, clientId: sample.clientId };
const topicId = Uuid.parse(sample.topicUuid);

/** This project's codec, called as its clients call it. */
export async function moldau(): Promise<Contender> {
  return {
    name: "moldau",
    version: "this tree",
    tasks: new Map([
      ...metadata(6),
      ...metadata(12),
      ...produce(7),
      ...produce(11),
      ...fetch(11),
      ...fetch(17),
      ...joinGroup(5),
      ...joinGroup(9),
      ...heartbeat(3),
      ...heartbeat(4),
      ...offsetCommit(5),
      ...offsetCommit(9),
    ]),
  };
}

type Entry = readonly [id: string, task: Task];

/** What a socket is given is a list of pieces; a batch is one of them as it is, and no part of the work is left out by that. */
function encoding<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  body: StructIn<Req>,
): Entry {
  const run = (): Buffer[] => encodeRequest(api, version, head, body);
  return [rowId(`${api.name}Request`, version), { run, facts: () => Buffer.concat(run()) }];
}

function decoding<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  facts: (body: StructOut<Res>) => unknown,
): Entry {
  const payload = responseFrame(api.name as ComparedApi, version);
  const run = (): StructOut<Res> => decodeResponse(api, version, payload).body;
  return [rowId(`${api.name}Response`, version), { run, facts: () => facts(run()) }];
}

function metadata(version: number): Entry[] {
  return [
    encoding(Metadata, version, {
      topics: sample.topics.map((name) => ({ name })),
      allowAutoTopicCreation: false,
    }),
    decoding(Metadata, version, ({ throttleTimeMs, brokers, clusterId, controllerId, topics }) => ({
      throttleTimeMs,
      brokers: brokers.map(({ nodeId, host, port, rack }) => [nodeId, host, port, rack]),
      clusterId,
      controllerId,
      topics: topics.map((topic) => ({
        errorCode: topic.errorCode,
        name: topic.name,
        isInternal: topic.isInternal,
        topicId: version < 10 ? "" : hex(topic.topicId),
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

function produce(version: number): Entry[] {
  const encodingFrom = (form: string, messages: readonly Message[]): Entry => {
    const run = (): Buffer[] => {
      const now = Date.now();
      const builder = new BatchBuilder({ maxBytes: 1_000_000, initialBytes: 128 * 1024 });
      for (const { key, value } of messages) builder.tryAppend(now, key, value);
      // What the peers write for a producer that is not idempotent.
      const records = builder.finish({ producerEpoch: 0, baseSequence: 0, partitionLeaderEpoch: 0 });
      return encodeRequest(Produce, version, head, {
        acks: -1,
        timeoutMs: 30_000,
        topicData: [{ name: sample.topicName, partitionData: [{ index: 0, records }] }],
      });
    };
    return [rowId("ProduceRequest", version, form), { run, facts: () => Buffer.concat(run()) }];
  };
  return [
    ...sample.keys.flatMap((keys) => [
      encodingFrom(formOf(keys, "strings"), sample.texts[keys]),
      encodingFrom(formOf(keys, "buffers"), sample.buffers[keys]),
    ]),
    decoding(Produce, version, ({ throttleTimeMs, responses }) => ({
      throttleTimeMs,
      topics: responses.map(({ name, partitionResponses }) => [
        name,
        partitionResponses.map((of) => [of.index, of.errorCode, of.baseOffset, of.logAppendTimeMs, of.logStartOffset]),
      ]),
    })),
  ];
}

interface Message {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string;
}

function fetch(version: number): Entry[] {
  return [
    encoding(Fetch, version, {
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 50_000_000,
      isolationLevel: 1,
      topics: [
        {
          topic: sample.topicName,
          topicId,
          partitions: sample.positions.map(({ partition, offset }) => ({
            partition,
            currentLeaderEpoch: 3,
            fetchOffset: offset,
            partitionMaxBytes: 1_048_576,
          })),
        },
      ],
    }),
    ...sample.keys.flatMap((keys) => reading(version, keys)),
  ];
}

function reading(version: number, keys: sample.Keys): Entry[] {
  const payload = responseFrame("Fetch", version, keys);
  const batches = function* (verifyCrc: boolean): Generator<RecordBatch> {
    const { responses } = decodeResponse(Fetch, version, payload).body;
    for (const { partitions } of responses)
      for (const { records } of partitions) yield* readBatches(records, { verifyCrc });
  };
  const adding = (verifyCrc: boolean): number => {
    let total = 0;
    for (const batch of batches(verifyCrc))
      for (const { key, value } of batch) total += (key?.length ?? 0) + (value?.length ?? 0);
    return total;
  };
  const addingTexts = (): number => {
    let total = 0;
    for (const batch of batches(false)) {
      const cursor = batch.open();
      while (cursor.next()) {
        const { key, value } = asTexts(cursor);
        total += (key?.length ?? 0) + (value?.length ?? 0);
      }
    }
    return total;
  };
  const facts = (): unknown => ({
    head: fetchHead(version, payload),
    records: [...batches(true)].flatMap((batch) =>
      Array.from(batch, ({ offset, timestamp, key, value }) => [offset, String(timestamp), key, value]),
    ),
  });
  return [
    [rowId("FetchResponse", version, formOf(keys, "strings")), { run: addingTexts, facts }],
    [rowId("FetchResponse", version, formOf(keys, "buffers")), { run: () => adding(false), facts }],
    [rowId("FetchResponse", version, formOf(keys, "checked")), { run: () => adding(true), facts }],
  ];
}

/** All that there is of a record, as whoever wants text takes it from the cursor. */
function asTexts({ offset, timestamp, keyText, valueText, headers }: RecordCursor): {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly RecordHeader[];
} {
  return { offset, timestamp, key: keyText, value: valueText, headers };
}

function fetchHead(version: number, payload: Buffer): unknown {
  const { throttleTimeMs, errorCode, sessionId, responses } = decodeResponse(Fetch, version, payload).body;
  return {
    throttleTimeMs,
    errorCode,
    sessionId,
    topics: responses.map((topic) => [
      version < 13 ? topic.topic : hex(topic.topicId),
      topic.partitions.map((of) => [
        of.partitionIndex,
        of.errorCode,
        of.highWatermark,
        of.lastStableOffset,
        of.logStartOffset,
        of.preferredReadReplica,
      ]),
    ]),
  };
}

function joinGroup(version: number): Entry[] {
  return [
    encoding(JoinGroup, version, {
      groupId: sample.groupId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId: sample.memberId,
      protocolType: "consumer",
      protocols: sample.protocols,
    }),
    decoding(JoinGroup, version, (body) => ({
      throttleTimeMs: body.throttleTimeMs,
      errorCode: body.errorCode,
      generationId: body.generationId,
      protocolType: version < 7 ? "" : body.protocolType,
      protocolName: body.protocolName,
      leader: body.leader,
      skipAssignment: version < 9 ? "" : body.skipAssignment,
      memberId: body.memberId,
      members: body.members.map(({ memberId, groupInstanceId, metadata: bytes }) => [memberId, groupInstanceId, bytes]),
    })),
  ];
}

function heartbeat(version: number): Entry[] {
  return [
    encoding(Heartbeat, version, { groupId: sample.groupId, generationId: 7, memberId: sample.memberId }),
    decoding(Heartbeat, version, ({ throttleTimeMs, errorCode }) => ({ throttleTimeMs, errorCode })),
  ];
}

function offsetCommit(version: number): Entry[] {
  return [
    encoding(OffsetCommit, version, {
      groupId: sample.groupId,
      generationIdOrMemberEpoch: 7,
      memberId: sample.memberId,
      topics: [
        {
          name: sample.topicName,
          partitions: sample.commits.map(({ partition, offset }) => ({
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: 3,
            committedMetadata: "",
          })),
        },
      ],
    }),
    decoding(OffsetCommit, version, ({ throttleTimeMs, topics }) => ({
      throttleTimeMs,
      topics: topics.map(({ name, partitions }) => [
        name,
        partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
      ]),
    })),
  ];
}

function hex(uuid: Uuid): string {
  const bytes = Buffer.alloc(16);
  uuid.writeTo(bytes, 0);
  return bytes.toString("hex");
}
