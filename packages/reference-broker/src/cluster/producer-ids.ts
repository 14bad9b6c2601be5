import type { Controller } from "./controller.js";
import { clusterRecords } from "./records.js";

/** How many ids a broker takes from the metadata log at once, as Apache Kafka does. */
const blockSize = 1000n;

/** Gives producer ids out, each once in the life of the cluster. */
export class ProducerIds {
  readonly #controller: Controller;
  readonly #nodeId: number;
  #next = 0n;
  #end = 0n;
  #refill: Promise<void> | undefined;

  constructor(controller: Controller, nodeId: number) {
    this.#controller = controller;
    this.#nodeId = nodeId;
  }

  /** The next id. Rejects when a new block is due and could not be written. */
  async next(): Promise<bigint> {
    while (this.#next >= this.#end) await (this.#refill ??= this.#takeBlock());
    return this.#next++;
  }

  async #takeBlock(): Promise<void> {
    try {
      const first = await this.#controller.change((cluster) => {
        const begin = cluster.nextProducerId;
        const epoch = cluster.broker(this.#nodeId)?.epoch ?? -1n;
        const record = clusterRecords.producerIds.write({
          brokerId: this.#nodeId,
          brokerEpoch: epoch,
          nextProducerId: begin + blockSize,
        });
        return { records: [record], answer: begin };
      });
      this.#next = first;
      this.#end = first + blockSize;
    } finally {
      this.#refill = undefined;
    }
  }
}
