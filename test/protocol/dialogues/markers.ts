import {
  DescribeProducers,
  FindCoordinator,
  ListOffsets,
  Produce,
  stampProducer,
  WriteTxnMarkers,
} from "@moldau/protocol-codec";
import { pause } from "../../support/group-dialogue.js";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";
import { batch } from "./records.js";

interface Marker {
  readonly producerId?: bigint;
  readonly epoch?: number;
  readonly isCommit?: boolean;
  readonly topic?: string;
  readonly partitions?: readonly number[];
  readonly coordinatorEpoch?: number;
  readonly transactionVersion?: number;
}

function markerOf({
  producerId = 4000n,
  epoch = 0,
  isCommit = true,
  topic = "log",
  partitions = [0],
  coordinatorEpoch = 0,
  transactionVersion = 0,
}: Marker) {
  return {
    producerId,
    producerEpoch: epoch,
    transactionResult: isCommit,
    topics: [{ name: topic, partitionIndexes: [...partitions] }],
    coordinatorEpoch,
    transactionVersion,
  };
}

/** Sends markers, and has the answer recorded. */
async function mark(
  talk: ProtocolDialogue,
  what: string,
  markers: readonly Marker[],
  { version = 2 }: { version?: number } = {},
): Promise<void> {
  await talk.ask(what, WriteTxnMarkers, version, { markers: markers.map(markerOf) });
}

async function write(talk: ProtocolDialogue, what: string, epoch: number, baseSequence: number): Promise<void> {
  const records = batch(1);
  stampProducer(records, { producerId: 4000n, producerEpoch: epoch, baseSequence });
  const topicData = [{ name: "log", partitionData: [{ index: 0, records }] }];
  await talk.ask(what, Produce, 9, { acks: -1, timeoutMs: 5000, topicData });
}

/** Writes down what partitions know of producers; when these wrote last differs from run to run. */
async function describe(talk: ProtocolDialogue, what: string): Promise<void> {
  const topics = [{ name: "log", partitionIndexes: [0, 1] }];
  const answer = await talk.quietly(DescribeProducers, 0, { topics });
  const told = answer.topics.flatMap(({ partitions }) =>
    partitions.map(({ partitionIndex, errorCode, activeProducers }) => ({
      partitionIndex,
      errorCode,
      producers: activeProducers
        .map(({ lastTimestamp, ...rest }) => ({ ...rest, wrote: lastTimestamp > 0n }))
        .sort((left, right) => Number(left.producerId - right.producerId)),
    })),
  );
  talk.note(`DescribeProducers 0: ${what}`, told);
}

async function ends(talk: ProtocolDialogue, what: string): Promise<void> {
  for (const isolationLevel of [0, 1]) {
    await talk.ask(`${what}, at isolation level ${isolationLevel}`, ListOffsets, 5, {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: "log", partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: -1n })) }],
    });
  }
}

/** Talks about the markers that end transactions, and about producers. */
export const markerDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "markers are control batches with offsets of their own": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    await mark(talk, "a commit in both partitions", [{ partitions: [0, 1] }], { version: 1 });
    await mark(talk, "an abort of another producer", [{ producerId: 4001n, isCommit: false }]);
    await ends(talk, "where the partitions end");
    await describe(talk, "who wrote");
    await mark(talk, "the same again", [{ partitions: [0, 1] }]);
    await ends(talk, "where the partitions end");
    await mark(talk, "none at all", []);
    await mark(talk, "one for no partition", [{ partitions: [] }]);
  },

  "markers are refused one by one": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    await mark(talk, "an unknown topic", [{ topic: "nowhere" }]);
    await mark(talk, "an unknown partition beside a known one", [{ partitions: [0, 9] }]);
    // A marker that no partition takes must not be the last: Apache Kafka never answers then.
    await mark(talk, "several of one producer", [{ topic: "nowhere" }, { partitions: [0] }, { partitions: [1] }]);
    await mark(talk, "several of several producers", [
      { producerId: 5000n },
      { producerId: 5001n, partitions: [1, 2] },
    ]);
    await mark(talk, "a later coordinator", [{ coordinatorEpoch: 3 }]);
    await mark(talk, "an earlier coordinator", [{ coordinatorEpoch: 2 }]);
    await mark(talk, "a later epoch", [{ epoch: 5, coordinatorEpoch: 3 }]);
    await mark(talk, "an earlier epoch", [{ epoch: 4, coordinatorEpoch: 3 }]);
    await mark(talk, "an earlier epoch and an earlier coordinator", [{ epoch: 4, coordinatorEpoch: 1 }]);
    await describe(talk, "who wrote");
  },

  "markers of transaction.version 2 raise the epoch": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    await mark(talk, "the first", [{ epoch: 1, transactionVersion: 2 }]);
    await mark(talk, "the same again", [{ epoch: 1, transactionVersion: 2 }]);
    await mark(talk, "an earlier epoch", [{ epoch: 0, transactionVersion: 2 }]);
    await mark(talk, "a later epoch", [{ epoch: 2, transactionVersion: 2 }]);
    await mark(talk, "a version that is none", [{ epoch: 3, transactionVersion: 9 }]);
    await describe(talk, "who wrote");
  },

  "markers and plain records of one producer": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    await write(talk, "a record", 0, 0);
    await describe(talk, "who wrote");
    await mark(talk, "a marker of the same epoch", [{ epoch: 0 }]);
    await write(talk, "the next record", 0, 1);
    await mark(talk, "a marker of a later epoch", [{ epoch: 3 }]);
    await describe(talk, "who wrote");
    await write(talk, "a record of the old epoch", 0, 2);
    await write(talk, "a record of the marker's epoch that is not the first", 3, 1);
    await write(talk, "a record of the marker's epoch", 3, 0);
    await ends(talk, "where the partitions end");
  },

  "markers for offsets": async (talk) => {
    for (;;) {
      const { errorCode } = await talk.quietly(FindCoordinator, 0, { key: "g" });
      if (errorCode === 0) break;
      await pause(20);
    }
    // Both brokers load a coordinator's partition before it takes anything.
    for (;;) {
      const topics = [{ name: "__consumer_offsets", partitionIndexes: [0] }];
      const answer = await talk.quietly(WriteTxnMarkers, 2, { markers: [{ ...markerOf({}), topics }] });
      if (answer.markers[0]?.topics[0]?.partitions[0]?.errorCode === 0) break;
      await pause(20);
    }
    await mark(talk, "a marker", [{ topic: "__consumer_offsets", epoch: 1 }]);
    await mark(talk, "an earlier epoch", [{ topic: "__consumer_offsets", epoch: 0 }]);
    await mark(talk, "a later coordinator", [{ topic: "__consumer_offsets", epoch: 1, coordinatorEpoch: 7 }]);
    await mark(talk, "an earlier coordinator", [{ topic: "__consumer_offsets", epoch: 1, coordinatorEpoch: 6 }]);
    await mark(talk, "an unknown partition", [{ topic: "__consumer_offsets", partitions: [999] }]);
  },

  "producers are described partition by partition": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    await write(talk, "a record", 2, 0);
    for (const name of ["log", "nowhere", "not a name", ""]) {
      const { topics } = await talk.quietly(DescribeProducers, 0, { topics: [{ name, partitionIndexes: [1, 9] }] });
      for (const { errorCode, errorMessage, partitionIndex, activeProducers } of topics[0]?.partitions ?? [])
        talk.note(`DescribeProducers 0: ${JSON.stringify(name)} ${partitionIndex}`, {
          errorCode,
          isExplained: errorMessage !== null,
          producers: activeProducers.length,
        });
    }
    await talk.ask("no topics", DescribeProducers, 0, { topics: [] });
    await talk.ask("no partitions", DescribeProducers, 0, { topics: [{ name: "nowhere", partitionIndexes: [] }] });
  },
};
