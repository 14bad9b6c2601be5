import { asKafkaError, protocolViolation, type Clock, type Cluster } from "@moldau/connection-pool";
import { Produce, type KafkaError, type ProduceResponse } from "@moldau/protocol-codec";
import type { Encoder } from "../batch/encoder.js";
import type { Numbering } from "../batch/epoch-source.js";
import { shareRequests, type Lane } from "../batch/lane.js";
import type { PartitionGate } from "../batch/partition-gate.js";
import type { DrainTurn, PartitionQueue } from "../batch/partition-queue.js";
import type { ProduceConnection, ProducerLease } from "../producer-cluster.js";
import type { Backflow } from "./backflow.js";
import type { Delivery, Shipment } from "./delivery.js";
import { leaderOf } from "./leaders.js";
import { overheadBytes, planProduceRequest, type ProduceRequestPlan } from "./produce-request.js";

/** What the senders to all brokers have in common. */
export interface BrokerSenderOptions {
  readonly cluster: Pick<Cluster, "brokerHints" | "cachedTopic">;
  readonly clock: Clock;
  /** Whose connections are used. */
  readonly lease: Pick<ProducerLease, "connection">;
  readonly delivery: Delivery;
  readonly encoder: Encoder;
  readonly epochs: Pick<Numbering, "acquire">;
  readonly gate: PartitionGate;
  readonly backflow: Backflow;
  readonly maxInFlight: number;
  readonly maxRequestSize: number;
  readonly requestTimeoutMs: number;
}

/**
 * Brings batches to one broker: up to `maxInFlight` requests at a time, each with at most one batch of a partition.
 *
 * Requests go out in the order in which batches were taken, on one connection, and the broker works on them in that order.
 * Looking for batches is put off to the end of the event loop's turn, so that what is sent in one turn goes together.
 */
export class BrokerSender {
  readonly #node: number;
  readonly #options: BrokerSenderOptions;
  readonly #ready = new Set<PartitionQueue>();
  #inFlight = 0;
  #connection: ProduceConnection | undefined;
  #isConnecting = false;
  #isScheduled = false;
  #isClosed = false;

  constructor(node: number, options: BrokerSenderOptions) {
    this.#node = node;
    this.#options = options;
  }

  /** The queues that may have something to send. */
  get ready(): ReadonlySet<PartitionQueue> {
    return this.#ready;
  }

  /** A queue may have something to send. */
  wake(queue: PartitionQueue): void {
    this.#ready.add(queue);
    this.#schedule();
  }

  /** Sends nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#ready.clear();
  }

  /** Looks for batches at the end of this turn of the event loop. */
  #schedule(): void {
    if (this.#isScheduled || this.#isClosed || this.#inFlight >= this.#options.maxInFlight) return;
    this.#isScheduled = true;
    this.#options.clock.soon(() => {
      this.#isScheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#isClosed || this.#ready.size === 0) return;
    const connection = this.#connection;
    if (connection === undefined || !connection.isOpen) {
      this.#connect();
      return;
    }
    while (this.#inFlight < this.#options.maxInFlight) {
      const shipments = this.#collect();
      const [first] = shipments;
      if (first === undefined) return;
      this.#ship(connection, first.batch.lane, shipments);
    }
  }

  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    this.#options.lease.connection(this.#node, "produce").then(
      (connection) => {
        this.#isConnecting = false;
        this.#connection = connection;
        this.#schedule();
      },
      (error: unknown) => {
        this.#isConnecting = false;
        if (!this.#isClosed) this.#options.backflow.unreachable(this.#node, asKafkaError(error));
      },
    );
  }

  /** Takes the next batches, of different partitions and for one request, as many as it may carry and this turn has time to encode. */
  #collect(): readonly Shipment[] {
    const { clock, encoder, maxRequestSize } = this.#options;
    const turn = { node: this.#node, now: clock.monotonic() };
    const shipments: Shipment[] = [];
    let size = overheadBytes;
    for (const queue of this.#ready) {
      const batch = this.#leads(queue) ? queue.peek(turn) : undefined;
      if (batch === undefined) {
        this.#dismiss(queue);
        continue;
      }
      const [first] = shipments;
      if (first !== undefined && !shareRequests(first.batch.lane, batch.lane)) continue;
      if (first !== undefined && size + batch.sizeInBytes > maxRequestSize) break;
      const readiness = encoder.prepare(batch, queue);
      if (readiness === "next turn") {
        this.#schedule();
        break;
      }
      this.#ready.delete(queue);
      if (readiness === "under way") continue;
      if (this.#take({ batch, queue }, turn)) shipments.push({ batch, queue });
      size += batch.sizeInBytes + overheadBytes;
    }
    // What was taken from stands at the end of the line next time.
    for (const { queue } of shipments) this.#ready.add(queue);
    return shipments;
  }

  #leads({ topic, partition }: PartitionQueue): boolean {
    return leaderOf(this.#options.cluster, topic, partition) === this.#node;
  }

  /** There is nothing to send here now; that may be because the partition is led elsewhere by now, or needs another producer id. */
  #dismiss(queue: PartitionQueue): void {
    const { backflow, epochs } = this.#options;
    const { exhaustedId } = queue;
    this.#ready.delete(queue);
    // The new identity, when it is there, wakes everybody.
    if (exhaustedId !== undefined) epochs.acquire(exhaustedId);
    else if (!this.#leads(queue)) backflow.sendable(queue);
  }

  #take(shipment: Shipment, turn: DrainTurn): boolean {
    const { batch, queue } = shipment;
    try {
      queue.take(batch, turn);
      return true;
    } catch (error) {
      this.#options.backflow.unencodable(batch, queue, error);
      this.wake(queue);
      return false;
    }
  }

  #ship(connection: ProduceConnection, lane: Lane, shipments: readonly Shipment[]): void {
    this.#inFlight += 1;
    this.#options.delivery.sent(shipments, this.#node);
    this.#request(connection, lane, shipments)
      .catch((error: unknown) => this.#interrupted(shipments, asKafkaError(error)))
      .finally(() => {
        this.#inFlight -= 1;
        this.#schedule();
      });
  }

  async #request(connection: ProduceConnection, lane: Lane, shipments: readonly Shipment[]): Promise<void> {
    const { cluster, delivery, gate, requestTimeoutMs: timeoutMs } = this.#options;
    const onWritten = (): void => {
      for (const { batch, queue } of shipments) queue.written(batch);
    };
    let plan: ProduceRequestPlan;
    try {
      plan = planProduceRequest(
        shipments,
        { connection, cluster },
        { lane, timeoutMs, maxVersion: gate.maxProduceVersion },
      );
    } catch (error) {
      onWritten();
      throw error;
    }
    const { version, body } = plan;
    if (lane.acks === 0) {
      await connection.send(Produce, version, body, { timeoutMs, onWritten });
      for (const shipment of shipments) delivery.unanswered(shipment);
    } else {
      const response = await connection.request(Produce, version, body, { timeoutMs, onWritten });
      this.#answered(response, shipments, plan);
    }
  }

  #answered(response: ProduceResponse, shipments: readonly Shipment[], { find }: ProduceRequestPlan): void {
    const { cluster, delivery } = this.#options;
    const node = this.#node;
    const open = new Set(shipments);
    if (response.nodeEndpoints.length > 0) cluster.brokerHints(response.nodeEndpoints);
    for (const topic of response.responses) {
      for (const answer of topic.partitionResponses) {
        const shipment = find(topic, answer);
        if (shipment !== undefined && open.delete(shipment)) delivery.answered(shipment, answer);
      }
    }
    if (open.size === 0) return;
    const error = protocolViolation(`Broker ${node} left ${open.size} partitions out of its answer.`, { broker: node });
    for (const shipment of open) delivery.interrupted(shipment, error);
  }

  #interrupted(shipments: readonly Shipment[], error: KafkaError): void {
    for (const shipment of shipments) this.#options.delivery.interrupted(shipment, error);
  }
}
