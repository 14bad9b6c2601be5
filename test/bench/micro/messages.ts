import {
  encode,
  FetchResponse,
  HeartbeatRequest,
  JoinGroupResponse,
  MetadataResponse,
  OffsetCommitRequest,
  ProduceResponse,
  Uuid,
} from "@moldau/protocol-codec";
import type { Fields, Message, StructIn } from "@moldau/protocol-codec";
import { compileDecoder, preferredDecoder, Reader } from "@moldau/protocol-codec/internal";
import type { Micro } from "./harness.js";

interface Sample<S extends Fields> {
  readonly what: string;
  readonly message: Message<S>;
  readonly version: number;
  readonly value: StructIn<S>;
}

const topicId = Uuid.parse("QgnvNkX5TnuUp3NwEovYXQ");
const memberId = "client-4b3b0a66-6d0b-4a5e-9f0c-7b8d2d0f0a11";

function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** Encoding and both ways of decoding, for messages large and small; the decoder in use is marked. */
export function messageMicros(): Micro[] {
  return [
    ...micros({
      what: "100 topics x 12 partitions",
      message: MetadataResponse,
      version: 12,
      value: {
        brokers: list(3, (nodeId) => ({ nodeId, host: "localhost", port: 9092 + nodeId })),
        topics: list(100, (topic) => ({
          name: `topic-${topic}`,
          topicId,
          partitions: list(12, (partitionIndex) => ({
            partitionIndex,
            leaderId: 1,
            leaderEpoch: 3,
            replicaNodes: [1, 2, 3],
            isrNodes: [1, 2, 3],
          })),
        })),
      },
    }),
    ...micros({
      what: "50 members",
      message: JoinGroupResponse,
      version: 9,
      value: {
        protocolName: "range",
        leader: memberId,
        memberId,
        members: list(50, (i) => ({ memberId: `${memberId}${i}`, metadata: Buffer.alloc(200) })),
      },
    }),
    ...micros({
      what: "12 partitions with 1 KB of records",
      message: FetchResponse,
      version: 16,
      value: {
        responses: [
          {
            topicId,
            partitions: list(12, (partitionIndex) => ({
              partitionIndex,
              highWatermark: 5n,
              records: Buffer.alloc(1024),
            })),
          },
        ],
      },
    }),
    ...micros({
      what: "12 partitions",
      message: ProduceResponse,
      version: 9,
      value: { responses: [{ name: "orders", partitionResponses: list(12, (index) => ({ index, baseOffset: 5n })) }] },
    }),
    ...micros({
      what: "3 partitions",
      message: OffsetCommitRequest,
      version: 8,
      value: {
        groupId: "group",
        memberId,
        topics: [
          { name: "orders", partitions: list(3, (partitionIndex) => ({ partitionIndex, committedOffset: 12345n })) },
        ],
      },
    }),
    ...micros({
      what: "one member",
      message: HeartbeatRequest,
      version: 4,
      value: { groupId: "group", generationId: 3, memberId },
    }),
  ];
}

function micros<S extends Fields>({ what, message, version, value }: Sample<S>): Micro[] {
  const bytes = encode(message, version, value);
  const name = (how: string): string => `${message.name} v${version}, ${what} (${bytes.length} B): ${how}`;
  const used = preferredDecoder(message);
  const decoding = (["cursor", "parser"] as const).map((kind): Micro => {
    const read = compileDecoder(message, version, kind);
    return {
      name: name(`decode, ${kind}${kind === used ? " (in use)" : ""}`),
      unit: "MB",
      amount: bytes.length,
      run: () => read(new Reader(bytes)),
    };
  });
  return [
    { name: name("encode"), unit: "MB", amount: bytes.length, run: () => encode(message, version, value) },
    ...decoding,
  ];
}
