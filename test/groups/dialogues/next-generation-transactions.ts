import { AddOffsetsToTxn, EndTxn, FindCoordinator, InitProducerId, TxnOffsetCommit } from "@moldau/protocol-codec";
import { pause, type DialogueClient, type GroupDialogue } from "../../support/group-dialogue.js";
import { retried } from "../../support/transactional-commit.js";
import { owned } from "./next-generation.js";

/** Offsets that members of next-generation groups commit in transactions. */
export const nextGenerationTransactionDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "ng-in-transactions": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await alpha.enter();
    await alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] });
    const first = alpha.memberEpoch;
    await beta.enter();
    const kept = await alpha.beat();
    await alpha.beat(1, { topicPartitions: kept.assignment?.topicPartitions ?? [] });
    for (const version of [0, 2, 3, 4, 5]) {
      const commit = await transaction(alpha, `${talk.group}-${version}`, version);
      await talk.note(`nobody, in version ${version}`, commit({}));
      if (version >= 3) {
        const memberId = alpha.memberId;
        for (const epoch of [first - 1, first, alpha.memberEpoch, alpha.memberEpoch + 1, 0, -1])
          await talk.note(`epoch ${epoch}, in version ${version}`, commit({ memberId, epoch }));
        await talk.note("what beta is to have, in the epoch before", commit({ memberId, epoch: first, partition: 2 }));
        await talk.note("a stranger", commit({ memberId: "x", epoch: 1 }));
        await talk.note("an instance without a member", commit({ groupInstanceId: "i1" }));
        await talk.note("an epoch without a member", commit({ epoch: 1 }));
      }
      await commit.end();
      await pause(300);
    }
    const { memberId, memberEpoch } = alpha;
    const asked = { groups: [{ groupId: talk.group, topics: null, memberId, memberEpoch }], requireStable: true };
    await talk.note("what is committed", alpha.fetch(9, asked));
  },
};

interface Claim {
  readonly memberId?: string;
  readonly epoch?: number;
  readonly groupInstanceId?: string;
  readonly partition?: number;
}

/** Begins a transaction that the group's offsets may be committed in, in the way of a version. */
async function transaction(client: DialogueClient, transactionalId: string, version: number) {
  const { connection, group: groupId } = client;
  const { producerId, producerEpoch } = await retried(async () => {
    await connection.request(FindCoordinator, 3, { key: transactionalId, keyType: 1 });
    return connection.request(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 });
  });
  const producer = { transactionalId, producerId, producerEpoch };
  if (version < 5) await retried(() => connection.request(AddOffsetsToTxn, 3, { ...producer, groupId }));
  const commit = ({ memberId = "", epoch = -1, groupInstanceId, partition = 0 }: Claim) => {
    const claim = version >= 3 ? { generationIdOrMemberEpoch: epoch, groupInstanceId: groupInstanceId ?? null } : {};
    const committed = { partitionIndex: partition, committedOffset: BigInt(version), committedMetadata: null };
    const topics = [{ name: "orders", partitions: [committed] }];
    return connection.request(TxnOffsetCommit, version, { ...producer, groupId, memberId, ...claim, topics });
  };
  const end = () => retried(() => connection.request(EndTxn, version < 5 ? 3 : 5, { ...producer, committed: true }));
  return Object.assign(commit, { end });
}
