import {
  AddPartitionsToTxn,
  EndTxn,
  FindCoordinator,
  InitProducerId,
  Produce,
  writeBatch,
} from "@moldau/protocol-codec";
import { pause } from "./group-dialogue.js";
import type { RawConnection } from "./raw-connection.js";

/** Who writes, as the coordinator knows it. */
export interface RawProducer {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Makes a producer of a transactional id by hand, as those before KIP-890's second part do. */
export async function rawProducer(
  connection: RawConnection,
  transactionalId: string,
  transactionTimeoutMs = 60_000,
): Promise<RawProducer> {
  const { producerId, producerEpoch } = await accepted(async () => {
    await connection.request(FindCoordinator, 3, { key: transactionalId, keyType: 1 });
    return connection.request(InitProducerId, 4, { transactionalId, transactionTimeoutMs });
  });
  return { transactionalId, producerId, producerEpoch };
}

/** Adds a partition to the producer's transaction. */
export async function addPartition(
  connection: RawConnection,
  { transactionalId, producerId, producerEpoch }: RawProducer,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): Promise<void> {
  await accepted(async () => {
    const { resultsByTopicV3AndBelow: topics } = await connection.request(AddPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
    });
    return { errorCode: topics[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1 };
  });
}

/** Writes a message into a partition, which the transaction may or may not know of; one that it does not know of will hang there. */
export async function writeInTransaction(
  connection: RawConnection,
  { transactionalId, producerId, producerEpoch }: RawProducer,
  { topic, partition, timestamp }: { readonly topic: string; readonly partition: number; readonly timestamp: bigint },
): Promise<void> {
  const records = writeBatch({ producerId, producerEpoch, baseSequence: 0, isTransactional: true }, [
    { key: null, value: Buffer.from("v"), timestamp },
  ]);
  await accepted(async () => {
    const { responses } = await connection.request(Produce, 11, {
      ...{ transactionalId, acks: -1, timeoutMs: 10_000 },
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    });
    return { errorCode: responses[0]?.partitionResponses[0]?.errorCode ?? -1 };
  });
}

/** Ends the producer's transaction. */
export async function endTransaction(
  connection: RawConnection,
  producer: RawProducer,
  end: "commit" | "abort",
): Promise<void> {
  await accepted(() => connection.request(EndTxn, 3, { ...producer, committed: end === "commit" }));
}

/** Asks again while the coordinator or a leader is not there yet, or the transaction before is not over. */
async function accepted<Answer extends { readonly errorCode: number }>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask();
    if (answer.errorCode === 0) return answer;
    if (![3, 6, 14, 15, 16, 51].includes(answer.errorCode)) throw new Error(`refused with ${answer.errorCode}`);
    await pause(100);
  }
  throw new Error("the coordinator does not come up");
}
