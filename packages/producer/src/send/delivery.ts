import {
  because,
  isConnectionFailure,
  type ClientName,
  type Clock,
  type Cluster,
  type Timer,
} from "@moldau/connection-pool";
import { DeadlineTimer } from "@moldau/connection-pool/internal";
import { ErrorCode, KafkaError, type ProduceResponsePartition } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { Batch } from "../batch/batch.js";
import type { Acknowledgement } from "../batch/batch-state.js";
import type { Mishap, PartitionQueue } from "../batch/partition-queue.js";
import type { BatchEventFacts, ProducerAnnouncer } from "../events.js";
import type { Backflow } from "./backflow.js";
import { BatchTraces } from "./batch-traces.js";
import { judge, refusedByBroker, type Verdict } from "./produce-outcome.js";

/** What delivery needs. */
export interface DeliveryOptions {
  readonly cluster: Pick<Cluster, "cachedTopic" | "client" | "leaderHint" | "refreshTopics">;
  readonly clock: Clock;
  readonly announcer: ProducerAnnouncer;
  readonly backflow: Pick<Backflow, "gaveUp" | "sendable">;
}

/** A batch in a request, and the queue it came from. */
export interface Shipment {
  readonly batch: Batch;
  readonly queue: PartitionQueue;
}

/** What a broker answers for one partition. */
export type PartitionAnswer = ProduceResponsePartition;

/** An answer that is no success, judged. */
interface Refusal {
  readonly error: KafkaError;
  readonly verdict: Verdict;
  readonly answer: PartitionAnswer;
}

/** The transaction before is completed in a matter of milliseconds: with the usual first pause of 100 ms, this makes 20. */
const shortShare = 0.2;

const noAcknowledgement: Acknowledgement = { baseOffset: undefined, timestamp: undefined, logStartOffset: undefined };

/** Sees to it that every batch has an outcome by its deadline: decides what answers, failures and the passing of time mean for it. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #underWay = new Map<Batch, PartitionQueue>();
  readonly #deadlines: DeadlineTimer;
  readonly #pauses = new Set<Timer>();
  readonly #traces: BatchTraces;
  readonly #onWire = new Set<Batch>();
  #landing: (() => void)[] = [];
  /** Why nothing is sent again, while that is so. */
  #dropped: KafkaError | undefined;
  #acknowledged = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#traces = new BatchTraces(options.cluster.client);
    this.#deadlines = new DeadlineTimer(options.clock, (now) => this.#expire(now));
  }

  /** Whether any batch has no outcome yet. */
  get hasWork(): boolean {
    return this.#underWay.size > 0;
  }

  /** How many batches brokers have acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
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

  /** Batches were put into a request to a broker. */
  sent(shipments: readonly Shipment[], broker: number): void {
    for (const { batch } of shipments) this.#onWire.add(batch);
    this.#traces.sent(shipments, broker);
  }

  /** Gives up every batch that is in no request, and from now on every one that would have to be sent again, until {@link resume}. */
  drop(error: KafkaError): void {
    this.#dropped ??= error;
    this.giveUpAll(
      () => error,
      ({ isOnWire }) => !isOnWire,
    );
  }

  /** Batches are sent again where that helps. */
  resume(): void {
    this.#dropped = undefined;
  }

  /** Resolves when no request with a batch is under way. */
  async landed(): Promise<void> {
    if (this.#onWire.size > 0) await new Promise<void>((resolve) => this.#landing.push(resolve));
  }

  /** A batch counts as delivered, because no answer will come (acks 0). */
  unanswered(shipment: Shipment): void {
    this.#deliver(shipment, noAcknowledgement);
    this.#hasLanded(shipment);
    this.#options.backflow.sendable(shipment.queue);
  }

  /** A broker has answered for a batch. */
  answered(shipment: Shipment, answer: PartitionAnswer): void {
    const { batch, queue } = shipment;
    const isTransactional = batch.lane.transactionalId !== null;
    const verdict = judge(answer.errorCode, { count: batch.count, isStamped: batch.place > 0, isTransactional });
    if (verdict.action === "delivered" || verdict.action === "duplicate")
      this.#deliver(shipment, acknowledgementOf(answer));
    else {
      this.#refused(shipment, { error: refusedByBroker(answer, batch), verdict, answer });
    }
    this.#hasLanded(shipment);
    this.#options.backflow.sendable(queue);
  }

  /** A request came to nothing: it could not be sent, or no answer came. */
  interrupted(shipment: Shipment, error: KafkaError): void {
    const { batch, queue } = shipment;
    const evidence = error.written === false ? "not by this attempt" : "maybe";
    // Without an answer to come there is nothing that would tell a repetition from a first arrival.
    const isFinal = batch.lane.acks === 0 && evidence === "maybe";
    const isRetriable = error.retriable || isConnectionFailure(error);
    if (isRetriable && !isFinal) this.#retry(shipment, { error, evidence });
    else this.#fail(shipment, { error, evidence });
    this.#hasLanded(shipment);
    this.#options.backflow.sendable(queue);
  }

  /** Gives a batch up that is not being answered right now. */
  giveUp({ batch, queue }: Shipment, error: KafkaError): void {
    if (batch.isSettled) return;
    queue.giveUp(batch, error);
    this.#ended(batch);
  }

  /** Gives up every batch that `concerns` picks; without it, all. `reason` makes the error, which may tell of the batch's last failure. */
  giveUpAll(reason: (batch: Batch) => KafkaError, concerns: (batch: Batch) => boolean = () => true): void {
    for (const [batch, queue] of [...this.#underWay]) if (concerns(batch)) this.giveUp({ batch, queue }, reason(batch));
  }

  /** Notes for every batch that `concerns` picks why it cannot be sent now. */
  blameAll(error: KafkaError, concerns: (batch: Batch) => boolean): void {
    for (const [batch, queue] of this.#underWay) if (concerns(batch)) queue.blame(batch, error);
  }

  /** Stops the clockwork. */
  close(): void {
    this.#deadlines.cancel();
    for (const pause of this.#pauses) pause.cancel();
    this.#pauses.clear();
  }

  #refused(shipment: Shipment, { error, verdict, answer }: Refusal): void {
    switch (verdict.action) {
      case "retry":
        return this.#retry(shipment, { error, evidence: verdict.evidence }, answer);
      case "fail":
        return this.#fail(shipment, { error, evidence: verdict.evidence, recordErrors: answer.recordErrors });
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
    if (!batch.isSettled) this.#announceDelivered(batch, acknowledgement);
    queue.acknowledged(batch, acknowledgement);
    this.#acknowledged += 1;
    this.#ended(batch);
  }

  #retry(shipment: Shipment, mishap: Mishap, answer?: PartitionAnswer): void {
    const { batch, queue } = shipment;
    if (batch.isSettled) return this.#fail(shipment, mishap);
    if (this.#dropped !== undefined) return this.#fail(shipment, { ...mishap, error: this.#dropped });
    queue.returned(batch, mishap);
    const { cluster } = this.#options;
    const { error } = mishap;
    const hasMoved = answer !== undefined && this.#followHint(batch, answer);
    // A refresh that fails is published by the cluster on its diagnostics channel; the batch is tried again in any case, until its deadline.
    if (answer === undefined || (error.refreshMetadata === true && !hasMoved))
      cluster.refreshTopics([batch.topic]).catch(() => undefined);
    const share = answer?.errorCode === ErrorCode.CONCURRENT_TRANSACTIONS ? shortShare : 1;
    this.#announceRetry(batch, error, hasMoved ? 0 : this.#pause(queue, share));
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

  #outOfSequence(shipment: Shipment, error: KafkaError): void {
    const { batch, queue } = shipment;
    // A transaction cannot do without the batch, and gets a new epoch when it has been aborted.
    const isFinal =
      batch.lane.transactionalId !== null && (this.#dropped !== undefined || queue.isFirstNumbered(batch));
    if (batch.isSettled || isFinal) return this.#fail(shipment, { error, evidence: "never" });
    queue.outOfSequence(batch, error);
    this.#announceRetry(batch, error, this.#pause(queue));
  }

  #split(shipment: Shipment, error: KafkaError): void {
    const { batch, queue } = shipment;
    // If an earlier attempt may have written it whole, halves could write it twice.
    const mayBeWritten = batch.state.name === "in flight" && batch.state.written === "maybe";
    if (batch.isSettled || mayBeWritten || this.#dropped !== undefined)
      return this.#fail(shipment, { error, evidence: "not by this attempt" });
    const halves = queue.split(batch, this.#options.clock.monotonic());
    for (const half of halves) this.watch(half, queue);
    this.#ended(batch);
  }

  /** The request has ended, and so has the batch; its calls may have been told already that time was up. */
  #fail({ batch, queue }: Shipment, mishap: Mishap): void {
    queue.failed(batch, mishap);
    this.#ended(batch);
  }

  /** Holds a queue back for a while after a failure; several failures at once make one pause. Returns its length. */
  #pause(queue: PartitionQueue, share = 1): number {
    const { clock, backflow } = this.#options;
    const now = clock.monotonic();
    const isPausing = queue.notBefore > now;
    const delayMs = queue.pause(now, share);
    if (isPausing) return delayMs;
    const timer = clock.timer(delayMs, () => {
      this.#pauses.delete(timer);
      queue.resume();
      backflow.sendable(queue);
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
        this.#options.backflow.sendable(queue);
      }
    }
    return next === Infinity ? undefined : next;
  }

  /** The request with a batch has ended, and what that means for the batch is done. */
  #hasLanded({ batch }: Shipment): void {
    if (!this.#onWire.delete(batch) || this.#onWire.size > 0) return;
    const landing = this.#landing;
    this.#landing = [];
    for (const resolve of landing) resolve();
  }

  #ended(batch: Batch): void {
    const { state } = batch;
    const wasUnderWay = this.#underWay.delete(batch);
    this.#traces.ended(batch);
    if (!wasUnderWay || state.name !== "failed") return;
    const { error, written } = state;
    this.#options.announcer.tell("failed", (client) => ({ ...client, ...factsOf(batch), error, written }));
    this.#options.backflow.gaveUp(batch, error);
  }

  #announceDelivered(batch: Batch, { baseOffset }: Acknowledgement): void {
    const { clock, announcer } = this.#options;
    announcer.tell("acknowledged", (client) => {
      const latencyMs = clock.monotonic() - batch.createdAt;
      const offset = baseOffset === undefined ? undefined : { baseOffset };
      return withJson({ ...client, ...factsOf(batch), latencyMs, ...offset });
    });
  }

  #announceRetry(batch: Batch, error: KafkaError, delayMs: number): void {
    this.#options.announcer.tell("retry", (client) => {
      const attempts = batch.state.name === "encoded" ? batch.state.attempts : 0;
      return { ...client, ...factsOf(batch), error, attempts, delayMs };
    });
  }
}

function factsOf({ topic, partition, count, sizeInBytes: bytes }: Batch): Omit<BatchEventFacts, keyof ClientName> {
  return { topic, partition, count, bytes };
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

function deadlineError({ topic, partition, lane, state, lastError: cause }: Batch): KafkaError {
  const what = `No outcome within ${lane.timeoutMs} ms for partition ${partition} of ${topic}`;
  const isUnanswered = cause === undefined && state.name === "in flight";
  const message = isUnanswered ? `${what}: the broker has it, and has not answered yet.` : because(what, cause);
  return new KafkaError("CLIENT_DELIVERY_TIMEOUT", message, { topic, partition, retriable: true, cause });
}
