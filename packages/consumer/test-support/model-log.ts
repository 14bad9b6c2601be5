import { Uuid, writeBatch } from "@moldau/protocol-codec";

/** A message of the model. */
export interface ModelMessage {
  /** Unique over all logs that there ever were. */
  readonly id: number;
  readonly offset: number;
  readonly epoch: number;
  /** What stood before it when it was written; undefined at the beginning. */
  readonly previous: ModelMessage | undefined;
  /** Which topic of the name it was written to. */
  readonly topicId: string;
}

/** Where a leader epoch begins. */
interface EpochStart {
  readonly epoch: number;
  readonly start: number;
}

let topicsMade = 0;

/** One partition as its leader has it, and everything that can happen to it. */
export class ModelLog {
  topicId = nextTopicId();
  leader = 1;
  epoch = 0;
  messages: ModelMessage[] = [];
  /** Those that were deleted from the front, by their ids. */
  readonly deleted = new Set<number>();
  #beforeFirst: ModelMessage | undefined;
  #epochs: EpochStart[] = [{ epoch: 0, start: 0 }];
  #written = 0;

  get start(): number {
    return (this.#beforeFirst?.offset ?? -1) + 1;
  }

  get end(): number {
    return (this.#last?.offset ?? -1) + 1;
  }

  append(count: number): void {
    for (let index = 0; index < count; index++) {
      const { end: offset, epoch } = this;
      const topicId = String(this.topicId);
      this.messages.push({ id: this.#written++, offset, epoch, previous: this.#last, topicId });
    }
  }

  /** Another leader, that has everything up to `to`, or all of it. */
  elect(leader: number, to = this.end): void {
    this.messages = this.messages.filter(({ offset }) => offset < to);
    this.#epochs = this.#epochs.filter(({ start }) => start < this.end);
    this.epoch++;
    this.leader = leader;
    this.#epochs.push({ epoch: this.epoch, start: this.end });
  }

  deleteBefore(offset: number): void {
    for (const message of this.messages) {
      if (message.offset >= offset) break;
      this.deleted.add(message.id);
      this.#beforeFirst = message;
    }
    this.messages = this.messages.filter((message) => message.offset >= offset);
  }

  /** Another topic under the same name. */
  recreate(): void {
    this.topicId = nextTopicId();
    this.messages = [];
    this.#beforeFirst = undefined;
    this.epoch = 0;
    this.#epochs = [{ epoch: 0, start: 0 }];
  }

  /** Where the largest epoch that is not above `wanted` ends. */
  endOf(wanted: number): { readonly leaderEpoch: number; readonly endOffset: bigint } {
    const { epoch: latest } = this.#epochs.at(-1) ?? { epoch: -1 };
    if (wanted === latest) return { leaderEpoch: wanted, endOffset: BigInt(this.end) };
    const higher = this.#epochs.find(({ epoch }) => epoch > wanted);
    if (higher === undefined) return { leaderEpoch: -1, endOffset: -1n };
    const floor = this.#epochs.findLast(({ epoch }) => epoch <= wanted);
    return { leaderEpoch: floor?.epoch ?? wanted, endOffset: BigInt(higher.start) };
  }

  /** A few batches from an offset on. */
  read(from: number): Buffer {
    const wanted = this.messages.filter(({ offset }) => offset >= from).slice(0, 3);
    return Buffer.concat(
      wanted.map(({ id, offset, epoch }) =>
        writeBatch({ baseOffset: BigInt(offset), partitionLeaderEpoch: epoch }, [{ value: String(id) }]),
      ),
    );
  }

  get #last(): ModelMessage | undefined {
    return this.messages.at(-1) ?? this.#beforeFirst;
  }
}

function nextTopicId(): Uuid {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(++topicsMade, 12);
  bytes.writeUInt8(7, 0);
  return Uuid.read(bytes, 0);
}
