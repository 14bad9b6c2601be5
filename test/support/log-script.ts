import { errorByCode, readBatches, writeTransactionMarker } from "@moldau/protocol-codec";
import { LogError } from "../../packages/reference-broker/src/log/log-error.js";
import type { PartitionLog } from "../../packages/reference-broker/src/log/log.js";
import { decodeProducerSnapshot } from "../../packages/reference-broker/src/log/producer-snapshot.js";
import type { ProducerEntry } from "../../packages/reference-broker/src/log/producer-entry.js";
import { batchOf, type StorageKind, TestLog } from "./test-log.js";

const startMs = 1_700_000_000_000;

/** What Apache Kafka calls the settings of the log below, as the first line of a script. */
const settings = "internal.segment.bytes=700 index.interval.bytes=150 retention.ms=-1 max.message.bytes=700";
const config = {
  segmentBytes: 700,
  indexIntervalBytes: 150,
  retentionMs: -1,
  maxMessageBytes: 700,
  producerIdExpirationMs: 1000,
  tailCacheBytes: 200,
};

/** A producer of the script, as it knows itself. */
interface Writer {
  readonly producerId: bigint;
  epoch: number;
  sequence: number;
}

/**
 * A log to which a script of random steps is done: appends of transactional and other producers, some that have to be refused, markers,
 * segments, deletions, truncations, restarts. Each step stands in `lines` as Apache Kafka's log is to be told it, and what is to be told of
 * the log in `told`.
 */
export class LogScript {
  readonly lines: string[] = [settings, `${startMs}`];
  readonly told: string[] = [];
  readonly place: TestLog;
  readonly #random: () => number;
  readonly #writers: Writer[] = [1n, 2n, 3n].map((producerId) => ({ producerId, epoch: 0, sequence: 0 }));
  #log: PartitionLog;
  #coordinatorEpoch = 1;
  #counter = 0;

  private constructor(place: TestLog, log: PartitionLog, seed: number) {
    this.place = place;
    this.#log = log;
    this.#random = randomOf(seed);
  }

  static async run(kind: StorageKind, { seed, steps }: { seed: number; steps: number }): Promise<LogScript> {
    const place = await TestLog.make(kind, config);
    const script = new LogScript(place, await place.open({ cleanShutdown: true }), seed);
    await script.#take("watermark");
    for (let step = 0; step < steps; step++) await script.#step();
    await script.#restart("clean");
    await script.#look();
    await script.#log.close();
    return script;
  }

  async #step(): Promise<void> {
    const dice = this.#below(100);
    if (dice < 34) await this.#appendTransactional();
    else if (dice < 44) await this.#appendPlain();
    else if (dice < 50) await this.#appendAsCoordinator();
    else if (dice < 72) await this.#end();
    else if (dice < 78) await this.#take("roll");
    else if (dice < 82) await this.#deleteBefore();
    else if (dice < 85 && this.#isWhole) await this.#truncate();
    else if (dice < 92) await this.#restart(this.#isWhole && dice >= 89 ? "crash" : "clean");
    else if (dice < 95) await this.#take(`later ${this.#below(700)}`);
    else await this.#take("expire");
    if (this.#below(4) > 0) await this.#take("watermark");
    await this.#look();
  }

  /**
   * Whether nothing was deleted at the beginning, and no producer can have expired. After that no crash and no truncation: by either Apache
   * Kafka forgets what the snapshots at and before the beginning say of producers, and we do not; and it leaves out expired ones on the way.
   */
  get #isWhole(): boolean {
    return this.#log.logStartOffset === 0n && this.place.now === startMs;
  }

  async #look(): Promise<void> {
    await this.#take("state");
    const { logStartOffset: start, logEndOffset: end } = this.#log;
    const from = start + BigInt(this.#below(Number(end - start) + 1));
    await this.#take(`read ${from} ${this.#below(600)}`);
  }

  async #appendTransactional(): Promise<void> {
    const writer = this.#writer();
    const isStale = this.#below(12) === 0;
    const isOutOfOrder = this.#below(12) === 0;
    const count = 1 + this.#below(3);
    const bytes = batchOf(this.#values(count), {
      producerId: writer.producerId,
      producerEpoch: isStale ? writer.epoch - 1 : writer.epoch,
      baseSequence: writer.sequence + (isOutOfOrder ? 5 : 0),
      isTransactional: this.#below(12) > 0,
      timestamp: this.place.now,
    });
    if (await this.#append("client", bytes)) writer.sequence += count + (isOutOfOrder ? 5 : 0);
    else if (isOutOfOrder && !isStale) await this.#again(writer);
  }

  /** A refused producer begins anew with a later epoch, as one does after InitProducerId. */
  async #again(writer: Writer): Promise<void> {
    writer.epoch += 1;
    writer.sequence = 0;
    await this.#take("state");
  }

  async #appendPlain(): Promise<void> {
    await this.#append("client", batchOf(this.#values(1 + this.#below(3)), { timestamp: this.place.now }));
  }

  /** As a group's coordinator appends: transactional, and without sequence numbers. */
  async #appendAsCoordinator(): Promise<void> {
    const { producerId, epoch: producerEpoch } = this.#writer();
    const header = { producerId, producerEpoch, isTransactional: true, timestamp: this.place.now };
    await this.#append("coordinator", batchOf(this.#values(1 + this.#below(3)), header));
  }

  async #end(): Promise<void> {
    const writer = this.#writer();
    const transactionVersion = 1 + this.#below(2);
    if (this.#below(8) === 0) this.#coordinatorEpoch += 1;
    // Under the second version the epoch grows with every end; one that does not is refused.
    const grows = transactionVersion === 2 && this.#below(6) > 0;
    const producerEpoch = writer.epoch + (grows ? 1 : 0) - (this.#below(12) === 0 ? 1 : 0);
    const coordinatorEpoch = this.#coordinatorEpoch - (this.#below(12) === 0 ? 1 : 0);
    const header = { producerId: writer.producerId, producerEpoch, coordinatorEpoch, timestamp: this.place.now };
    const bytes = writeTransactionMarker(this.#below(2) === 0 ? "ABORT" : "COMMIT", header);
    if (!(await this.#append("coordinator", bytes, transactionVersion)) || producerEpoch <= writer.epoch) return;
    writer.epoch = producerEpoch;
    writer.sequence = 0;
  }

  async #append(origin: "client" | "coordinator", bytes: Buffer, transactionVersion = 1): Promise<boolean> {
    this.lines.push(`append ${origin} ${transactionVersion} ${bytes.toString("base64")}`);
    try {
      const done = await this.#log.append(bytes, { leaderEpoch: 0, origin, transactionVersion });
      this.told.push(`appended ${done.firstOffset}-${done.lastOffset}`);
      return true;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      this.told.push(`refused ${errorByCode(error.errorCode).name}`);
      return false;
    }
  }

  /** Where a batch begins: within one, Apache Kafka would have the last stable offset before the start of the log. */
  async #deleteBefore(): Promise<void> {
    const below = (await this.#bases()).filter((base) => base <= this.#log.highWatermark);
    const base = below[this.#below(below.length)];
    if (base !== undefined) await this.#take(`deleteBefore ${base}`);
  }

  /** Cuts off some of the last batches. */
  async #truncate(): Promise<void> {
    const last = (await this.#bases()).slice(-4);
    const base = last[this.#below(last.length)];
    if (base === undefined) return;
    await this.#take(`truncate ${base}`);
    // What was cut off was not there: everybody begins with a new epoch.
    for (const writer of this.#writers) await this.#again(writer);
  }

  async #bases(): Promise<readonly bigint[]> {
    const { logStartOffset: start, logEndOffset: end } = this.#log;
    const found: bigint[] = [];
    for (let offset = start; offset < end;) {
      const { records, nextOffset } = await this.#log.read(offset, { maxBytes: 4000, minOneMessage: true });
      found.push(...[...readBatches(records)].map(({ baseOffset }) => baseOffset));
      offset = nextOffset;
    }
    return found.filter((base) => base >= start);
  }

  async #restart(how: "clean" | "crash"): Promise<void> {
    await this.#take(`restart ${how}`);
    await this.#take("watermark");
    // Of a log that never held anything Apache Kafka leaves no snapshot; ours is an empty one.
    if (how === "clean" && this.#log.logEndOffset > 0n) await this.#take("snapshot");
  }

  async #take(line: string): Promise<void> {
    this.lines.push(line);
    const [step = "", ...operands] = line.split(" ");
    const telling = this.#telling[step];
    if (telling !== undefined) this.told.push(await telling(...operands.map(Number)));
    else await this.#changing[step]?.(operands[0] ?? "");
  }

  /** Steps that tell something, by their names. */
  readonly #telling: Readonly<Record<string, (one?: number, other?: number) => string | Promise<string>>> = {
    state: () => this.#state(),
    read: (offset = 0, maxBytes = 0) => this.#read(BigInt(offset), maxBytes),
    snapshot: () => this.#snapshot(),
  };

  /** Steps that do something, by their names. */
  readonly #changing: Readonly<Record<string, (operand: string) => unknown>> = {
    roll: () => this.#log.roll(),
    watermark: () => this.#log.setHighWatermark(this.#log.logEndOffset),
    deleteBefore: (offset) => this.#log.deleteBefore(BigInt(offset)),
    truncate: (offset) => this.#log.truncateTo(BigInt(offset)),
    restart: (how) => this.#reopen(how === "clean"),
    later: (ms) => (this.place.now += Number(ms)),
    expire: () => this.#log.expireProducers(),
  };

  async #reopen(isClean: boolean): Promise<void> {
    const { logStartOffset } = this.#log;
    if (!isClean) {
      this.#log = await this.place.openAfterKill({ logStartOffset });
      return;
    }
    await this.#log.close();
    this.#log = await this.place.open({ logStartOffset, cleanShutdown: true });
  }

  #state(): string {
    const { logStartOffset, lastStableOffset, highWatermark, logEndOffset, producers } = this.#log;
    return `${logStartOffset} ${lastStableOffset} ${highWatermark} ${logEndOffset} ${textOf(producers)}`;
  }

  async #read(offset: bigint, maxBytes: number): Promise<string> {
    const upTo = this.#log.lastStableOffset;
    const { records, upperBound, nextOffset } = await this.#log.read(offset, { maxBytes, minOneMessage: true, upTo });
    const all = await this.#log.abortedTransactions(offset, upperBound);
    const aborted = all.filter(({ firstOffset }) => firstOffset < nextOffset);
    const batches = [...readBatches(records)].map(({ baseOffset, lastOffset }) => `${baseOffset}-${lastOffset}`);
    return `read ${batches.join()} aborted ${aborted.map((each) => `${each.producerId}@${each.firstOffset}`).join()}`;
  }

  async #snapshot(): Promise<string> {
    const names = (await this.place.files()).filter((name) => name.endsWith(".snapshot")).sort();
    const newest = names.at(-1);
    if (newest === undefined) return "snapshot none";
    const bytes = await this.place.storage.readFile(this.place.path(newest));
    return `snapshot ${Number.parseInt(newest, 10)} ${textOf(decodeProducerSnapshot(bytes ?? Buffer.alloc(0)) ?? [])}`;
  }

  #writer(): Writer {
    const writer = this.#writers[this.#below(this.#writers.length)];
    if (writer === undefined) throw new Error("there are no producers");
    return writer;
  }

  #values(count: number): string[] {
    return Array.from({ length: count }, () => `value ${this.#counter++} ${"x".repeat(this.#below(60))}`);
  }

  /** A whole number from 0 up to, not including, `bound`. */
  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

function textOf(producers: readonly ProducerEntry[]): string {
  return [...producers]
    .sort((one, other) => Number(one.producerId - other.producerId))
    .map((entry) => {
      const { producerId, producerEpoch, coordinatorEpoch, lastTimestamp, currentTxnFirstOffset, batches } = entry;
      const last = batches.at(-1);
      const facts = [producerId, producerEpoch, coordinatorEpoch, lastTimestamp, currentTxnFirstOffset];
      return [...facts, last?.lastSequence ?? -1, last?.lastOffset ?? -1].join(":");
    })
    .join(" ");
}

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435 + 1;
  return () => ((state = (state * 16_807) % 2_147_483_647) - 1) / 2_147_483_646;
}
