import { connectionClosed, type BrokerConnection } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, type Api, type Fields, type StructIn, type StructOut } from "@moldau/protocol-codec";

/** What befalls a request: an error code instead of an answer, or the connection ends before it arrives, or after it has taken effect. */
export type Fate = number | "lost before" | "lost after";

/** A request that arrived, in a word: `EndTxn5 commit 7/3`. */
export type Call = string;

type State = "Empty" | "Ongoing" | "CompleteCommit" | "CompleteAbort";

interface AnyBody {
  readonly [field: string]: unknown;
}

/**
 * The coordinator of one transactional id, and of a group, by the rules of Apache Kafka's TransactionCoordinator: who may do what under which
 * epoch. Markers are written at once.
 */
export class ModelCoordinator implements BrokerConnection {
  readonly node = 9;
  readonly isOpen = true;
  /** What arrived, in order; a request that was lost on its way did not. */
  readonly calls: Call[] = [];
  /** How transactions ended: `commit 7/3` with the epoch under which it was open. */
  readonly ends: string[] = [];
  /** What befalls the next requests, by API. */
  readonly fates = new Map<string, Fate[]>();
  /** The APIs that the broker does not know. */
  readonly unknown = new Set<string>();
  /** Hears of every transaction that ends: `true` for a commit, with the producer's id and the epoch of the marker. */
  ended: (committed: boolean, producerId: bigint, epoch: number) => void = () => undefined;
  level: number;
  producerId = 7n;
  epoch = -1;
  lastEpoch = -1;
  state: State = "Empty";

  constructor(level: 0 | 2) {
    this.level = level;
  }

  /** Lets something befall the next requests of an API. */
  befall(api: string, ...fates: readonly Fate[]): void {
    this.fates.set(api, [...(this.fates.get(api) ?? []), ...fates]);
  }

  /** The time of the open transaction is over. */
  expire(): void {
    this.lastEpoch = -1;
    this.#end(false, this.epoch + 1);
    this.epoch += 1;
  }

  /** Another producer takes the transactional id over. */
  takeOver(): void {
    if (this.state === "Ongoing") this.expire();
    this.epoch += 1;
    this.lastEpoch = -1;
    this.state = "Empty";
  }

  featureLevel(): number {
    return this.level;
  }

  versionOf<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    { max }: { readonly max?: number } = {},
  ): number {
    if (!this.unknown.has(api.name)) return Math.min(api.maxVersion, max ?? api.maxVersion);
    throw kafkaError(ErrorCode.UNSUPPORTED_VERSION, { apiName: api.name, written: false });
  }

  supports(): boolean {
    return true;
  }

  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
  ): Promise<StructOut<Res>> {
    await Promise.resolve();
    const fate = this.fates.get(api.name)?.shift();
    if (fate === "lost before") throw connectionClosed(`${api.name} was lost.`, { written: true });
    this.calls.push(`${api.name}${version}${describe(body)}`);
    const answer = typeof fate === "number" ? refusal(body, fate) : this.#answer(api.name, version, body);
    if (fate === "lost after") throw connectionClosed(`${api.name} was lost.`, { written: true });
    return answer as StructOut<Res>;
  }

  async send(): Promise<void> {}

  destroy(): void {}

  #answer(name: string, version: number, body: AnyBody): object {
    switch (name) {
      case "InitProducerId":
        return this.#initialize(body);
      case "AddPartitionsToTxn": {
        const asked = body["v3AndBelowProducerEpoch"];
        return refusal(body, this.#open(body["v3AndBelowProducerId"], asked));
      }
      case "AddOffsetsToTxn":
        return { errorCode: this.#open(body["producerId"], body["producerEpoch"]) };
      case "TxnOffsetCommit":
        return refusal(body, version >= 5 ? this.#open(body["producerId"], body["producerEpoch"]) : 0);
      case "EndTxn":
        return this.#endTransaction(version, body);
      default:
        throw new Error(`The model has no ${name}.`);
    }
  }

  /** Opens the transaction, if it is not. */
  #open(producerId: unknown, epoch: unknown): number {
    if (producerId !== this.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    if (epoch !== this.epoch) return ErrorCode.PRODUCER_FENCED;
    this.state = "Ongoing";
    return 0;
  }

  /** A broker adds a partition by itself (Produce 12). */
  addByProduce(producerId: bigint, epoch: number): number {
    return this.#open(producerId, epoch);
  }

  #initialize({ producerId = -1n, producerEpoch = -1 }: AnyBody): object {
    const isFollower = producerEpoch !== -1;
    if (isFollower && producerId !== this.producerId) return { errorCode: ErrorCode.PRODUCER_FENCED };
    if (this.state === "Ongoing") {
      this.expire();
      return { errorCode: ErrorCode.CONCURRENT_TRANSACTIONS };
    }
    if (isFollower && producerEpoch !== this.epoch) {
      if (producerEpoch !== this.lastEpoch) return { errorCode: ErrorCode.PRODUCER_FENCED };
      return { errorCode: 0, producerId: this.producerId, producerEpoch: this.epoch };
    }
    this.lastEpoch = isFollower ? this.epoch : -1;
    this.epoch += 1;
    this.state = "Empty";
    return { errorCode: 0, producerId: this.producerId, producerEpoch: this.epoch };
  }

  #endTransaction(version: number, { producerId, producerEpoch, committed }: AnyBody): object {
    const isNew = version >= 5;
    const wanted = committed === true ? "CompleteCommit" : "CompleteAbort";
    if (producerId !== this.producerId) return { errorCode: ErrorCode.INVALID_PRODUCER_ID_MAPPING };
    const isOver = this.state === "CompleteCommit" || this.state === "CompleteAbort";
    const isRepeated = isNew && isOver && Number(producerEpoch) + 1 === this.epoch;
    if (!isRepeated && producerEpoch !== this.epoch) return { errorCode: ErrorCode.PRODUCER_FENCED };
    // With the newer protocol a producer may abort what no partition was added to; before it, the end may be asked for again.
    const isEmptyAbort = isNew && !isRepeated && this.state !== "Ongoing" && committed === false;
    const isTheSame = this.state === wanted && (!isNew || isRepeated);
    if (this.state !== "Ongoing" && !isTheSame && !isEmptyAbort) return { errorCode: ErrorCode.INVALID_TXN_STATE };
    if (!isTheSame) {
      this.#end(committed === true, isNew ? this.epoch + 1 : this.epoch);
      this.lastEpoch = this.epoch;
      if (isNew) this.epoch += 1;
    }
    return { errorCode: 0, producerId: isNew ? this.producerId : -1n, producerEpoch: isNew ? this.epoch : -1 };
  }

  #end(committed: boolean, markerEpoch: number): void {
    this.ends.push(`${committed ? "commit" : "abort"} ${this.producerId}/${this.epoch}`);
    this.state = committed ? "CompleteCommit" : "CompleteAbort";
    this.ended(committed, this.producerId, markerEpoch);
  }
}

function describe(body: AnyBody): string {
  const {
    producerId = body["v3AndBelowProducerId"],
    producerEpoch = body["v3AndBelowProducerEpoch"],
    committed,
  } = body;
  const what = committed === undefined ? "" : committed === true ? " commit" : " abort";
  return `${what}${producerId === undefined ? "" : ` ${String(producerId)}/${String(producerEpoch)}`}`;
}

/** An answer with one error for everything that was asked about. */
function refusal(body: AnyBody, errorCode: number): object {
  const partitioned = (body["v3AndBelowTopics"] ?? body["topics"] ?? []) as {
    readonly name: string;
    readonly partitions: readonly (number | { readonly partitionIndex: number })[];
  }[];
  const indexOf = (one: number | { readonly partitionIndex: number }): number =>
    typeof one === "number" ? one : one.partitionIndex;
  return {
    errorCode,
    producerId: -1n,
    producerEpoch: -1,
    resultsByTopicV3AndBelow: partitioned.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((one) => ({ partitionIndex: indexOf(one), partitionErrorCode: errorCode })),
    })),
    topics: partitioned.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((one) => ({ partitionIndex: indexOf(one), errorCode })),
    })),
  };
}
