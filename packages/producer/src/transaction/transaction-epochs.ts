import type { Numbering } from "../batch/epoch-source.js";
import type { ProducerIdentity } from "../batch/sequence.js";

/** The identity that a transaction's coordinator has given, for all partitions together: with each new one their numbers begin at 0. */
export class TransactionEpochs implements Numbering {
  #identity: ProducerIdentity | undefined;
  #isCrowded = false;

  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Whether partitions wait to be forgotten until there is a later epoch. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  /** The coordinator has given an identity, or left the one that there is. */
  follow(identity: ProducerIdentity): void {
    if (this.#identity !== undefined && isSame(this.#identity, identity)) return;
    this.#identity = identity;
    this.#isCrowded = false;
  }

  after(current: ProducerIdentity): ProducerIdentity | undefined {
    return current === this.#identity ? undefined : this.#identity;
  }

  successor(current: ProducerIdentity): ProducerIdentity | undefined {
    return this.after(current);
  }

  mayForget(last: ProducerIdentity): boolean {
    if (last !== this.#identity) return true;
    this.#isCrowded = true;
    return false;
  }

  /** Nothing to remember: a partition is only forgotten when its epoch is over. */
  retire(): void {}

  /** Nothing to ask for: a transaction begins with an identity. */
  acquire(): void {}

  /** Nothing is under way here. */
  close(): void {}
}

function isSame(one: ProducerIdentity, other: ProducerIdentity): boolean {
  return one.producerId === other.producerId && one.producerEpoch === other.producerEpoch;
}
