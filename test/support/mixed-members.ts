import { Kafka as KafkaJs, logLevel, type PartitionAssigner } from "kafkajs";
import { Kafka, type ConsumerOptions } from "moldau";
import { decodeSubscription, encodeAssignment } from "@moldau/protocol-codec";
import { rangeAssignor } from "../../packages/consumer/src/assignors/range.js";
import { groupByTopic } from "../../packages/consumer/src/partitions/topic-partition.js";
import type { ChildProgram } from "./child-program.js";
import type { JavaPrograms } from "./java-programs.js";
import { startPython } from "./python.js";

/** A member of a group, of whatever client. */
export interface MixedMember {
  /** The messages that it has read, in order. */
  readonly values: readonly string[];
  /** Leaves the group, once what it has read is committed. */
  close(): Promise<void>;
}

/** Where members meet. */
export interface MeetingPlace {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly topic: string;
}

/** Our own consumer. */
export function joinMoldau({ brokers, groupId, topic }: MeetingPlace, options: Partial<ConsumerOptions>): MixedMember {
  const kafka = new Kafka({ brokers: [...brokers] });
  const consumer = kafka.consumer({ groupId, topics: [topic], startFrom: "earliest", ...options });
  const values: string[] = [];
  const reading = (async () => {
    for await (const { value } of consumer) values.push(String(value));
  })();
  reading.catch(() => {}); // Told by `close`.
  return {
    values,
    async close() {
      await kafka.close();
      await reading;
    },
  };
}

/** kafkajs, which commits after each message, with an assignor under the name of ours. */
export async function joinKafkajs({ brokers, groupId, topic }: MeetingPlace): Promise<MixedMember> {
  const kafka = new KafkaJs({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({
    groupId,
    heartbeatInterval: 100,
    maxWaitTimeInMs: 100,
    partitionAssigners: [rangeForKafkajs],
  });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async ({ message }) => void values.push(String(message.value)),
  });
  return { values, close: () => consumer.disconnect() };
}

/** librdkafka, in a program in Python. */
export function joinLibrdkafka({ brokers, groupId, topic }: MeetingPlace, assignor: string): MixedMember {
  return membership(startPython("read_as_member", [brokers.join(","), groupId, topic, assignor]));
}

/** Java's consumer; `how` is the class of its assignor, or `consumer` for the next-generation protocol. */
export function joinJava(programs: JavaPrograms, { brokers, groupId, topic }: MeetingPlace, how: string): MixedMember {
  return membership(programs.start("ReadAsMember", [brokers.join(","), groupId, topic, how]));
}

function membership(program: ChildProgram): MixedMember {
  return {
    get values() {
      return [...program.stdout.matchAll(/^read (.*)$/gm)].map(([, value = ""]) => value);
    },
    close: () => program.close({ graceMs: 30_000 }),
  };
}

const rangeForKafkajs: PartitionAssigner = ({ cluster }) => ({
  name: rangeAssignor.name,
  version: 1,
  protocol: ({ topics }) => ({
    name: rangeAssignor.name,
    metadata: Buffer.concat([Buffer.from([0, 1]), subscriptionOf(topics)]),
  }),
  async assign({ members, topics }) {
    const partitionCounts = new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
    const group = members.map(({ memberId, memberMetadata }) => ({
      memberId,
      groupInstanceId: null,
      ...decodeSubscription(memberMetadata),
      rackId: null,
    }));
    const shares = rangeAssignor.assign({
      partitionCounts,
      members: group.map((each) => ({ ...each, ownedPartitions: [] })),
    });
    return [...shares].map(([memberId, partitions]) => {
      const assignedPartitions = [...groupByTopic(partitions)].map(([topic, group]) => ({
        topic,
        partitions: group.map(({ partition }) => partition),
      }));
      return { memberId, memberAssignment: encodeAssignment(0, { assignedPartitions }) };
    });
  },
});

/** The topics and no user data, as a subscription of version 1 has them: without partitions that are owned. */
function subscriptionOf(topics: readonly string[]): Buffer {
  const names = topics.map((topic) =>
    Buffer.concat([Buffer.from([topic.length >> 8, topic.length & 255]), Buffer.from(topic)]),
  );
  const count = Buffer.alloc(4);
  count.writeInt32BE(topics.length);
  return Buffer.concat([count, ...names, Buffer.from([255, 255, 255, 255]), Buffer.alloc(4)]);
}
