import type { Clock } from "@moldau/connection-pool";
import type { PartitionGate, PartitionOfGate } from "../batch/partition-gate.js";
import { newestVersions, type TransactionProtocol } from "./transactional-requests.js";

/** What the gate needs. */
export interface TransactionGateOptions {
  readonly clock: Clock;
  /** Adds partitions to the transaction that is open; false when they could not be. Never rejects. */
  readonly add: (partitions: ReadonlySet<PartitionOfGate>) => Promise<boolean>;
  /** Batches may pass that had to wait. */
  readonly opened: () => void;
}

/**
 * Lets batches to their partitions while a transaction is open. Where the producer has to add partitions by itself, each batch waits until its
 * partition is in the transaction: those that are wanted in one turn of the event loop, or while a request is under way, are added together.
 */
export class TransactionGate implements PartitionGate {
  readonly #options: TransactionGateOptions;
  readonly #added = new Set<PartitionOfGate>();
  #wanted = new Set<PartitionOfGate>();
  #protocol: TransactionProtocol = "added";
  #isShut = true;
  #hasPassed = false;
  #adding: Promise<void> | undefined;

  constructor(options: TransactionGateOptions) {
    this.#options = options;
  }

  get maxProduceVersion(): number | undefined {
    return newestVersions[this.#protocol].produce;
  }

  /** Whether a batch of the transaction may have gone out. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** A transaction begins, of which no partition is known yet. */
  open(protocol: TransactionProtocol): void {
    this.#protocol = protocol;
    this.#added.clear();
    this.#hasPassed = false;
    this.#isShut = false;
  }

  /** Nothing passes any more; resolves when no partitions are being added. */
  async shut(): Promise<void> {
    this.#isShut = true;
    this.#wanted.clear();
    await this.#adding;
  }

  isOpen(target: PartitionOfGate): boolean {
    if (this.#isShut) return false;
    if (this.#protocol === "implied" || this.#added.has(target)) {
      this.#hasPassed = true;
      return true;
    }
    this.#wanted.add(target);
    this.#adding ??= this.#add();
    return false;
  }

  // Never rejects.
  async #add(): Promise<void> {
    await new Promise<void>((resolve) => this.#options.clock.soon(resolve));
    while (this.#wanted.size > 0) {
      const partitions = this.#wanted;
      this.#wanted = new Set();
      if (!(await this.#options.add(partitions)) || this.#isShut) continue;
      for (const one of partitions) this.#added.add(one);
      this.#options.opened();
    }
    this.#adding = undefined;
  }
}
