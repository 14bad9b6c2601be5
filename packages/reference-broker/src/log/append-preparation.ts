import { ErrorCode, readBatches, type RecordBatch } from "@moldau/protocol-codec";
import type { PendingAppend } from "./append-run.js";
import type { LogConfig } from "./log-config.js";
import type { LogContents } from "./log-contents.js";
import { LogError } from "./log-error.js";
import type { RequiredVerification } from "./producer-tracking.js";
import { recompressed } from "./recompression.js";
import {
  type AppendOrigin,
  checkClientBatch,
  checkRecords,
  correctMaxTimestamp,
  type RecordRules,
  unreadable,
} from "./validation.js";

/** How records are appended. */
export interface AppendOptions {
  /** Epoch of this leader, written into the batches. With origin `replication` the batches keep theirs. */
  readonly leaderEpoch: number;
  readonly origin: AppendOrigin;
  /** Version of the Produce request that brought them. Default: the newest. */
  readonly produceVersion?: number;
  /** For transaction markers: the version of the transaction protocol; from 2 on every marker has to raise the epoch. Default 0. */
  readonly transactionVersion?: number;
  /**
   * Transactional records are taken only into a transaction that is open here, or with the guard under which it was verified. Absent:
   * whoever appends vouches for them.
   */
  readonly verification?: RequiredVerification | undefined;
}

/** An append as far as it can be checked without its turn in the queue. */
export type PreparedAppend = Omit<PendingAppend, "resolve" | "reject">;

/** Checks records that are to be appended. Compressed ones are looked into on the side; the queue awaits the outcome in their turn. */
export function prepareAppend(records: Buffer, options: AppendOptions, contents: LogContents): PreparedAppend {
  const { origin, leaderEpoch, transactionVersion = 0, verification } = options;
  const common = { origin, leaderEpoch, transactionVersion, verification };
  if (origin !== "client") {
    const batches = trustedBatches(records, origin, contents.name);
    return { ...common, batches, bytes: bytesOf(batches), checked: undefined };
  }
  const { config, name: partitionName } = contents;
  const batch = checkClientBatch(records, { config, produceVersion: options.produceVersion, partitionName });
  const rules = { config, partitionName, now: contents.clock.now() };
  const checked = isPlain(batch, config) ? checkPlain(batch, rules) : checkCompressed(batch, rules);
  return { ...common, batches: [batch], bytes: batch.bytes, checked };
}

/** Whether the records lie open, and are to be stored so. */
function isPlain(batch: RecordBatch, { compressionType }: LogConfig): boolean {
  return batch.compression === "none" && (compressionType === "producer" || compressionType === "none");
}

function checkPlain(batch: RecordBatch, rules: RecordRules): undefined {
  try {
    correctMaxTimestamp(batch, checkRecords(batch.open(), batch, rules));
  } catch (error) {
    throw unreadable(error, rules.partitionName);
  }
}

function checkCompressed(batch: RecordBatch, rules: RecordRules): Promise<RecordBatch> {
  const { compressionType, maxMessageBytes } = rules.config;
  const checked = (async () => {
    try {
      correctMaxTimestamp(batch, checkRecords(await batch.openAsync(), batch, rules));
      if (compressionType === "producer" || compressionType === batch.compression) return batch;
      const { partitionName } = rules;
      return await recompressed(batch, { compression: compressionType, maxMessageBytes, partitionName });
    } catch (error) {
      throw unreadable(error, rules.partitionName);
    }
  })();
  // Until its turn comes nobody awaits it, and a failure must not count as an unhandled one.
  checked.catch(() => undefined);
  return checked;
}

/** The batches of a coordinator or a leader, which are only checked to be batches; of a leader also their checksums. */
function trustedBatches(records: Buffer, origin: AppendOrigin, partitionName: string): readonly RecordBatch[] {
  let batches: RecordBatch[];
  try {
    batches = [...readBatches(records, { verifyCrc: origin === "replication" })];
  } catch (error) {
    throw unreadable(error, partitionName);
  }
  if (batches.length === 0)
    throw new LogError(ErrorCode.INVALID_RECORD, `there is no whole batch among the records for ${partitionName}`);
  if (origin !== "replication" && batches.length > 1) {
    throw new LogError(
      ErrorCode.INVALID_RECORD,
      `an append to ${partitionName} takes one batch, not ${batches.length}`,
    );
  }
  return batches;
}

function bytesOf(batches: readonly RecordBatch[]): Buffer {
  const [only] = batches;
  return only !== undefined && batches.length === 1 ? only.bytes : Buffer.concat(batches.map((batch) => batch.bytes));
}
