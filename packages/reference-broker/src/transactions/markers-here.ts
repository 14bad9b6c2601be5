import { writeTransactionMarker } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import type { BrokerPartitions } from "../cluster/node.js";
import type { MarkedPartition, MarkerSender, TransactionMarker } from "./marker.js";

/** Writes markers into the partitions that this broker leads, and passes over those that it does not. */
export class MarkersHere implements MarkerSender {
  readonly #partitions: Pick<BrokerPartitions, "get">;
  readonly #clock: Clock;

  constructor(partitions: Pick<BrokerPartitions, "get">, clock: Clock) {
    this.#partitions = partitions;
    this.#clock = clock;
  }

  async write(marker: TransactionMarker, partitions: readonly MarkedPartition[], signal: AbortSignal): Promise<void> {
    const { isCommit, transactionVersion, ...header } = marker;
    for (const { topic, partition } of partitions) {
      signal.throwIfAborted();
      const led = this.#partitions.get(topic, partition);
      if (led?.isLed !== true) continue;
      const bytes = writeTransactionMarker(isCommit ? "COMMIT" : "ABORT", { ...header, timestamp: this.#clock.now() });
      await led.append(bytes, { origin: "coordinator", transactionVersion });
    }
  }
}
