import { ErrorCode, errorByCode } from "@moldau/protocol-codec";
import type { ProduceRequestPartition } from "@moldau/protocol-codec";
import type { BrokerNode } from "../cluster/node.js";
import { transactionalProducer, type BatchProducer } from "../log/batch-header.js";
import type { RequiredVerification } from "../log/producer-tracking.js";
import type { Partition } from "../partitions/partition.js";
import { admissionOfProduce, type AdmissionKind } from "./admission.js";

/** Records of a Produce, and the partition that they are for, which this broker leads. */
export interface ProducedRecords {
  readonly data: ProduceRequestPartition;
  readonly led: Partition;
}

/** Whose Produce it is. */
export interface ProduceAdmissionRequest {
  readonly transactionalId: string | null;
  readonly apiVersion: number;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** What became of one partition: let in, with what the append is to be given; or the error to answer with. */
export type ProduceAdmission =
  | { readonly errorCode: 0; readonly verification: RequiredVerification | undefined }
  | { readonly errorCode: number; readonly errorMessage: string | null; readonly verification?: undefined };

/**
 * Asks whether the transactional ones among the records may be written, and resolves to what became of those; undefined when they are of
 * several producers, for which the whole request is to be refused with INVALID_PRODUCER_ID_MAPPING.
 */
export async function admitProduced(
  { admission, config }: Pick<BrokerNode, "admission" | "config">,
  records: readonly ProducedRecords[],
  { transactionalId, apiVersion, signal }: ProduceAdmissionRequest,
): Promise<ReadonlyMap<ProduceRequestPartition, ProduceAdmission> | undefined> {
  const transactional = records.flatMap(({ data, led }) => {
    const producer = data.records === null ? undefined : transactionalProducer(data.records);
    return producer === undefined ? [] : [{ ...producer, data, led }];
  });
  const [first] = transactional;
  if (first === undefined || transactionalId === null) return new Map();
  if (transactional.some((each) => !isSameProducer(each, first))) return undefined;
  const kind = admissionOfProduce(apiVersion);
  const admissions = await admission.admit({
    kind,
    transactionalId,
    producerId: first.producerId,
    producerEpoch: first.producerEpoch,
    partitions: transactional,
    signal,
    // With an epoch for each transaction the next one may be on its way before the markers of the one before are written.
    patienceMs:
      kind === "add"
        ? Math.min(config.number("add.partitions.to.txn.retry.backoff.max.ms"), config.number("request.timeout.ms"))
        : 0,
  });
  return new Map(
    transactional.map(({ data }, at) => {
      const { errorCode = ErrorCode.UNKNOWN_SERVER_ERROR, verification } = admissions[at] ?? {};
      return [data, errorCode === ErrorCode.NONE ? { errorCode, verification } : refusal(errorCode, kind)];
    }),
  );
}

function isSameProducer(one: BatchProducer, other: BatchProducer): boolean {
  return one.producerId === other.producerId && one.producerEpoch === other.producerEpoch;
}

/** What passes, and what clients of before could not know as an error of a Produce. */
const passing: ReadonlySet<number> = new Set([
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
]);

/** The coordinator's error as one of a Produce. NOT_ENOUGH_REPLICAS has every client try again, without asking for metadata. */
function refusal(errorCode: number, kind: AdmissionKind): ProduceAdmission {
  if (errorCode === ErrorCode.INVALID_TXN_STATE)
    return { errorCode, errorMessage: "Partition was not added to the transaction" };
  const isUnknown = errorCode === ErrorCode.CONCURRENT_TRANSACTIONS && kind !== "add";
  if (!isUnknown && !passing.has(errorCode)) return { errorCode, errorMessage: null };
  return {
    errorCode: ErrorCode.NOT_ENOUGH_REPLICAS,
    errorMessage: `Unable to verify the partition has been added to the transaction. Underlying error: ${errorByCode(errorCode).name}`,
  };
}
