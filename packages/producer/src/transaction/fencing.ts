import { ErrorCode, KafkaError } from "@moldau/protocol-codec";

/** What brokers call a producer of an older epoch: before KIP-588 all of them by the one name, since then coordinators by the other. */
const names: ReadonlySet<string> = new Set(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED"]);

/** Whether an error says that a later epoch of the producer is in force. */
export function isFencing({ code }: KafkaError): boolean {
  return names.has(code);
}

/** The one error that a producer's calls get from the moment at which it is known to be fenced off, whatever the broker called it. */
export function fencedOff(transactionalId: string, cause: KafkaError): KafkaError {
  const message =
    `Another producer has taken over the transactional id "${transactionalId}", or somebody has fenced it off. This one is of no use any more: ` +
    "close it. Each producer that lives at a time needs a transactionalId of its own.";
  return new KafkaError("PRODUCER_FENCED", message, { transactionalId, errorCode: ErrorCode.PRODUCER_FENCED, cause });
}
