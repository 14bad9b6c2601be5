import type { BrokerEvents, TransactionEvent as ToldTransaction } from "../events.js";
import { partitionsOf, type Transaction } from "./state.js";
import type { TransactionEvent } from "./transition.js";

/** What became of a transactional id; undefined: nobody uses it, before or after. */
export interface TransactionChange {
  readonly transactionalId: string;
  readonly before: Transaction | undefined;
  readonly after: Transaction | undefined;
  readonly by: TransactionEvent["type"];
}

/** Tells the broker's listeners what becomes of transactions; what nobody listens to is not worked out. Never throws. */
export function transactionTidings(
  broker: number,
  events: BrokerEvents | undefined,
): (change: TransactionChange) => void {
  return (change) => {
    if (events?.isHeard("transactionChanged") !== true) return;
    const told = toldOf(change);
    if (told !== undefined) events.transactionChanged({ broker, ...told });
  };
}

function toldOf({
  transactionalId,
  before,
  after,
  by,
}: TransactionChange): Omit<ToldTransaction, "broker"> | undefined {
  const known = after ?? before;
  // Further partitions are no change of the state.
  if (known === undefined || (before?.state === "Ongoing" && after?.state === "Ongoing")) return undefined;
  const { producerId, producerEpoch } = known;
  const state = after === undefined ? "Dead" : after.state;
  const reason = after?.state === "PrepareAbort" && by === "initProducer" ? "fenced" : reasons[by];
  // Once it is over the log names no partitions any more.
  const partitions = by === "markersWritten" && before !== undefined ? partitionsOf(before) : partitionsOf(known);
  return { transactionalId, producerId, producerEpoch, state, reason, partitions };
}

const reasons = {
  initProducer: "asked",
  addPartitions: "asked",
  end: "asked",
  fence: "timedOut",
  markersWritten: "markersWritten",
  expire: "expired",
} as const satisfies Record<TransactionEvent["type"], ToldTransaction["reason"]>;
