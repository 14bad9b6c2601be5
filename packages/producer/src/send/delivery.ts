import { isConnectionFailure, type Clock, type Cluster, type Timer } from "@moldau/connection-pool";
import { DeadlineTimer } from "@moldau/connection-pool/internal";
import { KafkaError, kafkaError, type ProduceResponsePartition } from "@moldau/protocol-codec";
import type { EventEmitter } from "eventemitter3";
import type { Batch } from "../batch/batch.js";
import type { Acknowledgement, Evidence } from "../batch/batch-state.js";
import type { BufferMemory } from "../accept/buffer-memory.js";
import { announce, type ProducerEvents } from "../events.js";
import type { PartitionQueue } from "../batch/partition-queue.js";
import { judge, type Verdict } from "./produce-outcome.js";
import { splitBatch } from "../batch/split-batch.js";

/** What delivery needs. */
export interface DeliveryOptions {
  readonly cluster: Pick<Cluster, "cachedTopic" | "leaderHint" | "refreshTopics">;
  readonly clock: Clock;
  readonly memory: BufferMemory;
  readonly emitter: EventEmitter<ProducerEvents>;
  /** A queue may have something to send again. */
  readonly wake: (queue: PartitionQueue) => void;
}

/** A batch in a request, and the queue it came from. */
export interface Shipment {
  readonly batch: Batch;
  readonly queue: PartitionQueue;
}

/** What a broker answers for one partition. */
export type PartitionAnswer = ProduceResponsePartition;

/** Why a batch comes back or ends. */
interface Mishap {
  readonly error: KafkaError;
  readonly evidence: Evidence;
}

/** Sees to it that every batch has an outcome by its deadline: applies answers, failures and the passing of time. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #underWay = new Map<Batch, PartitionQueue>();
  readonly #deadlines: DeadlineTimer;
  readonly #pauses = new Set<Timer>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#deadlines = new DeadlineTimer(options.clock, (now) => this.#expire(now));
  }

  /** The queues of all batches that have no outcome yet. */
  get queues(): ReadonlySet<PartitionQueue> {
    return new Set(this.#underWay.values());
  }

  /** Takes charge of a batch. */
  watch(batch: Batch, queue: PartitionQueue): void {
    this.#underWay.set(batch, queue);
    this.#deadlines.expect(batch.deadline);
  }

  /** A batch goes to a broker; a compressed one takes less memory than its records did. */
  sent({ batch }: Shipment): void {
    batch.writesUnderWay += 1;
    const spared = batch.lane.compression === "none" ? 0 : Math.max(0, batch.reservedBytes - batch.sizeInBytes);
    batch.reservedBytes -= spared;
    this.#options.memory.release(spared);
  }

  /** A socket refers to a batch's bytes no longer. */
  written({ batch }: Shipment): void {
    batch.writesUnderWay -= 1;
    this.#free(batch);
  }

  /** A batch counts as delivered, because no answer will come (acks 0). */
  unanswered(shipment: Shipment): void {
    if (shipment.batch.isSettled) this.#answeredLate(shipment, true);
    else this.#deliver(shipment, { baseOffset: undefined, timestamp: undefined, logStartOffset: undefined });
    this.#options.wake(shipment.queue);
  }

  /** A broker has answered for a batch. */
  answered(shipment: Shipment, answer: PartitionAnswer): void {
    const { batch, queue } = shipment;
    const { topic, partition, count } = batch;
    const verdict = judge(answer.errorCode, { count, isStamped: batch.place > 0 });
    const isDelivered = verdict.action === "delivered" || verdict.action === "duplicate";
    if (batch.isSettled) this.#answeredLate(shipment, isDelivered);
    else if (isDelivered) this.#deliver(shipment, acknowledgementOf(answer));
    else {
      const error = kafkaError(answer.errorCode, { topic, partition, apiName: "Produce" }, answer.errorMessage);
      this.#refused(shipment, { error, verdict, answer });
    }
    this.#options.wake(queue);
  }

  /** A request came to nothing: it could not be sent, or no answer came. */
  interrupted(shipment: Shipment, error: KafkaError): void {
    const { batch, queue } = shipment;
    const evidence = error.written === false ? "not by this attempt" : "maybe";
    // Without an answer to come there is nothing that would tell a repetition from a first arrival.
    const isFinal = batch.lane.acks === 0 && evidence === "maybe";
    const isRetriable = error.retriable || isConnectionFailure(error);
    if (batch.isSettled) this.#answeredLate(shipment, false);
    else if (isRetriable && !isFinal) this.#retry(shipment, { error, evidence });
    else this.#failOnWire(shipment, { error, evidence });
    this.#options.wake(queue);
  }

  /** Gives a batch up that is not being answered right now. */
  giveUp({ batch, queue }: Shipment, error: KafkaError): void {
    if (batch.isSettled) return;
    batch.fail(error, batch.isOnWire ? "maybe" : "not by this attempt");
    this.#ended(batch);
    queue.givenUp(batch, false);
  }

  /** Gives up every batch that `concerns` picks; without it, all. */
  giveUpAll(error: KafkaError, concerns: (batch: Batch) => boolean = () => true): void {
    for (const [batch, queue] of [...this.#underWay]) if (concerns(batch)) this.giveUp({ batch, queue }, error);
  }

  /** Stops the clockwork. */
  close(): void {
    this.#deadlines.cancel();
    for (const pause of this.#pauses) pause.cancel();
    this.#pauses.clear();
  }

  #refused(
    shipment: Shipment,
    {
      error,
      verdict,
      answer,
    }: { readonly error: KafkaError; readonly verdict: Verdict; readonly answer: PartitionAnswer },
  ): void {
    switch (verdict.action) {
      case "retry":
        return this.#retry(shipment, { error, evidence: verdict.evidence }, answer);
      case "fail":
        return this.#failOnWire(shipment, { error, evidence: verdict.evidence }, answer);
      case "split":
        return this.#split(shipment, error);
      case "out of sequence":
        return this.#outOfSequence(shipment, error);
      case "delivered":
      case "duplicate":
        return;
    }
  }

  #deliver({ batch, queue }: Shipment, acknowledgement: Acknowledgement): void {
    queue.acknowledged(batch);
    queue.backoff.reset();
    const { clock, emitter } = this.#options;
    announce(emitter, "acknowledged", () => {
      const { baseOffset } = acknowledgement;
      const latencyMs = clock.monotonic() - batch.createdAt;
      emitter.emit("acknowledged", {
        ...factsOf(batch),
        latencyMs,
        ...(baseOffset === undefined ? undefined : { baseOffset }),
      });
    });
    batch.acknowledge(acknowledgement);
    this.#ended(batch);
  }

  /** Its calls have been told already that time was up; what the answer says counts for the order of what follows. */
  #answeredLate({ batch, queue }: Shipment, isDelivered: boolean): void {
    if (isDelivered) queue.acknowledged(batch);
    else queue.givenUp(batch, true);
  }

  #retry({ batch, queue }: Shipment, { error, evidence }: Mishap, answer?: PartitionAnswer): void {
    batch.return(evidence, error);
    queue.returned(batch);
    const { cluster } = this.#options;
    const { topic } = batch;
    const hasMoved = answer !== undefined && this.#followHint(batch, answer);
    // A refresh that fails is published by the cluster on its diagnostics channel; the batch is tried again in any case, until its deadline.
    if (answer === undefined || (error.refreshMetadata === true && !hasMoved))
      cluster.refreshTopics([topic]).catch(() => undefined);
    this.#announceRetry(batch, error, hasMoved ? 0 : this.#pause(queue));
  }

  /** A new leader that the old one names spares the question to the cluster, and the pause (KIP-951). */
  #followHint({ topic, partition }: Batch, { currentLeader }: PartitionAnswer): boolean {
    const { cluster } = this.#options;
    const leaderOf = (): number | undefined => cluster.cachedTopic(topic)?.partitions[partition]?.leader;
    const before = leaderOf();
    if (currentLeader.leaderId < 0) return false;
    cluster.leaderHint(topic, partition, currentLeader.leaderId, currentLeader.leaderEpoch);
    return leaderOf() !== before;
  }

  #outOfSequence({ batch, queue }: Shipment, error: KafkaError): void {
    batch.return("never", error);
    queue.outOfSequence(batch);
    this.#announceRetry(batch, error, this.#pause(queue));
  }

  #announceRetry(batch: Batch, error: KafkaError, delayMs: number): void {
    announce(this.#options.emitter, "retry", (emitter) => {
      const attempts = batch.state.name === "sealed" ? batch.state.attempts : 0;
      emitter.emit("retry", { ...factsOf(batch), error, attempts, delayMs });
    });
  }

  #split(shipment: Shipment, error: KafkaError): void {
    const { batch, queue } = shipment;
    // If an earlier attempt may have written it whole, halves could write it twice.
    if (batch.state.name === "in flight" && batch.state.written === "maybe") {
      this.#failOnWire(shipment, { error, evidence: "not by this attempt" });
      return;
    }
    const halves = splitBatch(batch);
    queue.replaced(batch, halves);
    for (const half of halves) {
      half.reservedBytes = half.sizeInBytes;
      this.#options.memory.reserve(half.reservedBytes);
      this.watch(half, queue);
    }
    this.#ended(batch);
  }

  #failOnWire({ batch, queue }: Shipment, { error, evidence }: Mishap, answer?: PartitionAnswer): void {
    batch.fail(error, evidence, answer?.recordErrors);
    this.#ended(batch);
    queue.givenUp(batch, true);
  }

  /** Holds a queue back for a while after a failure; several failures at once make one pause. Returns its length. */
  #pause(queue: PartitionQueue): number {
    const { clock, wake } = this.#options;
    const now = clock.monotonic();
    if (queue.notBefore > now) return queue.notBefore - now;
    const delayMs = queue.backoff.next();
    queue.notBefore = now + delayMs;
    const timer = clock.timer(delayMs, () => {
      this.#pauses.delete(timer);
      queue.notBefore = 0;
      wake(queue);
    });
    this.#pauses.add(timer);
    return delayMs;
  }

  #expire(now: number): number | undefined {
    let next = Infinity;
    for (const [batch, queue] of [...this.#underWay]) {
      if (batch.deadline > now) next = Math.min(next, batch.deadline);
      else {
        this.giveUp({ batch, queue }, deadlineError(batch));
        this.#options.wake(queue);
      }
    }
    return next === Infinity ? undefined : next;
  }

  #ended(batch: Batch): void {
    this.#underWay.delete(batch);
    const { state } = batch;
    if (state.name === "failed") {
      const { error, written } = state;
      announce(this.#options.emitter, "failed", (emitter) =>
        emitter.emit("failed", { ...factsOf(batch), error, written }),
      );
    }
    this.#free(batch);
  }

  /** The memory counts as free when the outcome is known and no socket refers to the bytes. */
  #free(batch: Batch): void {
    if (!batch.isSettled || batch.writesUnderWay > 0) return;
    const { reservedBytes } = batch;
    batch.reservedBytes = 0;
    this.#options.memory.release(reservedBytes);
  }
}

function factsOf({
  topic,
  partition,
  count,
  sizeInBytes,
}: Batch): Pick<Batch, "topic" | "partition" | "count"> & { bytes: number } {
  return { topic, partition, count, bytes: sizeInBytes };
}

function acknowledgementOf({
  errorCode,
  baseOffset,
  logAppendTimeMs,
  logStartOffset,
}: PartitionAnswer): Acknowledgement {
  return {
    baseOffset: errorCode === 0 && baseOffset >= 0n ? baseOffset : undefined,
    timestamp: logAppendTimeMs >= 0n ? Number(logAppendTimeMs) : undefined,
    logStartOffset: logStartOffset >= 0n ? logStartOffset : undefined,
  };
}

function deadlineError({ topic, partition, count, lane, lastError }: Batch): KafkaError {
  const reason =
    lastError === undefined ? "they could not be sent in time." : `the last failure was: ${lastError.message}`;
  const message = `${count} messages to ${topic}-${partition} had no outcome within ${lane.timeoutMs} ms; ${reason}`;
  return new KafkaError("CLIENT_DELIVERY_TIMEOUT", message, { topic, partition, retriable: true, cause: lastError });
}
