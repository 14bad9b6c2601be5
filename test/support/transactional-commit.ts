import {
  AddOffsetsToTxn,
  EndTxn,
  FindCoordinator,
  InitProducerId,
  TxnOffsetCommit,
  type RequestInputOf,
} from "@moldau/protocol-codec";
import { pause } from "./group-dialogue.js";
import type { RawConnection } from "./raw-connection.js";

/** What is committed in a transaction, and how that ends. */
export interface TransactionalCommit {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly topics: NonNullable<RequestInputOf<typeof TxnOffsetCommit>["topics"]>;
  readonly end: "commit" | "abort" | "open";
}

/** Commits offsets in a transaction as producers before KIP-890's second part do it. Throws when the broker refuses anything. */
export async function commitInTransaction(connection: RawConnection, commit: TransactionalCommit): Promise<void> {
  const { transactionalId, groupId, topics, end } = commit;
  const { producerId, producerEpoch } = await retried(async () => {
    await connection.request(FindCoordinator, 3, { key: transactionalId, keyType: 1 });
    return connection.request(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 });
  });
  const producer = { transactionalId, producerId, producerEpoch };
  await retried(() => connection.request(FindCoordinator, 3, { key: groupId }));
  await retried(() => connection.request(AddOffsetsToTxn, 3, { ...producer, groupId }));
  await retried(async () => {
    const answer = await connection.request(TxnOffsetCommit, 3, { ...producer, groupId, memberId: "", topics });
    const refused = answer.topics.flatMap(({ partitions }) => partitions).find(({ errorCode }) => errorCode !== 0);
    return { errorCode: refused?.errorCode ?? 0 };
  });
  if (end !== "open") await retried(() => connection.request(EndTxn, 3, { ...producer, committed: end === "commit" }));
}

/** Asks again while the coordinator is not there yet or the transaction before is not over. */
export async function retried<Answer extends { readonly errorCode: number }>(
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask();
    if (answer.errorCode === 0) return answer;
    if (![14, 15, 16, 51].includes(answer.errorCode)) throw new Error(`refused with ${answer.errorCode}`);
    await pause(100);
  }
  throw new Error("the coordinator does not come up");
}
