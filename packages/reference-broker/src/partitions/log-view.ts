import { readBatches } from "@moldau/protocol-codec";
import type { LogRecord, RecordBatch } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { Partition } from "./partition.js";

const chunkBytes = 1 << 20;

/** A partition's log for looking at: nothing can be changed through it. */
export class LogView {
  readonly #log: Partition;

  constructor(log: Partition) {
    this.#log = log;
  }

  /** Offset of the first record that can be read. */
  get logStartOffset(): bigint {
    return this.#log.logStartOffset;
  }

  /** The offset that the next record will get. */
  get logEndOffset(): bigint {
    return this.#log.logEndOffset;
  }

  /** Records below it may be shown to consumers. */
  get highWatermark(): bigint {
    return this.#log.highWatermark;
  }

  /** Records below it belong to no open transaction. */
  get lastStableOffset(): bigint {
    return this.#log.lastStableOffset;
  }

  /** Bytes of all records. */
  get sizeInBytes(): number {
    return this.#log.sizeInBytes;
  }

  /** The batches as they were written, with header fields, up to what the log holds when they are asked for. */
  async *batches(): AsyncGenerator<RecordBatch> {
    const end = this.#log.logEndOffset;
    for (let offset = this.#log.logStartOffset; offset < end;) {
      const { records, nextOffset } = await this.#log.read(offset, { maxBytes: chunkBytes, minOneMessage: true });
      if (nextOffset <= offset) return;
      yield* readBatches(records);
      offset = nextOffset;
    }
  }

  /** Every record of the log, control records left out. */
  async records(): Promise<LogRecord[]> {
    const found: LogRecord[] = [];
    for await (const batch of this.batches()) {
      if (batch.isControl) continue;
      for (const record of batch) if (record.offset >= this.#log.logStartOffset) found.push(withJson(record));
    }
    return found;
  }
}
