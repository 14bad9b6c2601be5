import type { Line } from "../support/group-dialogue.js";
import { TransactionDialogue, type TransactionalBroker } from "../support/transaction-dialogue.js";
import { addPartitionsDialogues } from "./dialogues/add-partitions.js";
import { endTxnDialogues } from "./dialogues/end-txn.js";
import { initProducerIdDialogues } from "./dialogues/init-producer-id.js";
import { lookingOnDialogues } from "./dialogues/looking-on.js";
import { markerDialogues } from "./dialogues/markers.js";
import { offsetDialogues } from "./dialogues/offsets.js";
import { producingDialogues } from "./dialogues/producing.js";
import { readingDialogues } from "./dialogues/reading.js";

/** Every level of `transaction.version` that a cluster may have finalised, the newest first. */
export const transactionVersions = [2, 1, 0] as const;

/** The broker settings that the dialogues count on: transactions that are too old are looked for at once, and offsets have few partitions. */
export const dialogueConfigs = {
  "offsets.topic.num.partitions": "4",
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": "50",
} as const;

/** Talks about transactions, held once under each {@link transactionVersions}. Every right broker gives the same answers. */
export const dialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  ...initProducerIdDialogues,
  ...addPartitionsDialogues,
  ...endTxnDialogues,
  ...producingDialogues,
  ...offsetDialogues,
  ...markerDialogues,
  ...readingDialogues,
  ...lookingOnDialogues,
};

/** Holds one of the {@link dialogues}, deletes its topics, and gives what was said. */
export async function hold(
  name: string,
  broker: TransactionalBroker,
  run: (talk: TransactionDialogue) => Promise<void>,
): Promise<readonly Line[]> {
  const talk = await TransactionDialogue.open(name, broker);
  try {
    await run(talk);
    await talk.tidy();
  } finally {
    await talk.release();
    talk.close();
  }
  return talk.lines;
}
