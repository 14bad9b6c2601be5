import type { KafkaError } from "@moldau/protocol-codec";
import type { ProducerIdentity } from "../batch/sequence.js";
import type { OffsetsToSend } from "./offsets-to-send.js";
import type { TransactionConsumer } from "./transaction-options.js";
import type { TransactionProtocol } from "./transactional-requests.js";

/** What is known of one transaction from its beginning to its end. */
export class TransactionRecord {
  readonly identity: ProducerIdentity;
  readonly protocol: TransactionProtocol;
  /** How many batches brokers had acknowledged before it. */
  readonly acknowledgedBefore: number;
  /** Whether the coordinator may know of it, so that it has to be ended there. */
  mayBeOpen = false;
  /** Whether the coordinator is known to have it open. */
  isOpen = false;
  /** Whether a request to commit it may have had its effect, although no answer said so. */
  mayBeCommitted = false;
  /** Whether something of it may still arrive later, so that the next transaction needs another epoch. */
  needsEpoch = false;
  /** What said that another producer has the transactional id, or that the coordinator has aborted the transaction by itself. */
  fenced: KafkaError | undefined;
  /** Says that the coordinator has aborted it by itself, once that is known. */
  expired: KafkaError | undefined;
  /** Whether a batch got no answer and was given up: it may arrive after the end, at a broker that does not ask the coordinator about it. */
  mayBeWritten = false;
  /** Whether it was this producer itself that asked for a later epoch, to abort it. */
  isFencedOff = false;
  /** Groups whose offsets the coordinator knows of. */
  readonly groups = new Set<string>();
  /** What consumers gave into it. */
  readonly offsets: OffsetsToSend[] = [];
  /** Consumers that go back with it when it comes to nothing. */
  readonly consumers: TransactionConsumer[] = [];
  /** Requests of it that are under way beside its batches; none of them rejects. */
  readonly pending = new Set<Promise<void>>();

  #abandoning: AbortController | undefined;

  constructor(identity: ProducerIdentity, protocol: TransactionProtocol, acknowledgedBefore: number) {
    this.identity = identity;
    this.protocol = protocol;
    this.acknowledgedBefore = acknowledgedBefore;
  }

  /** Fires when it is being aborted. Made for the first who asks: most transactions need none. */
  get abandoned(): AbortSignal {
    return (this.#abandoning ??= new AbortController()).signal;
  }

  /** It is being aborted: nothing more is tried for it. */
  abandon(): void {
    (this.#abandoning ??= new AbortController()).abort();
  }
}
