import { protocolViolation, type Cluster, type Connection } from "@moldau/connection-pool";
import { Produce, type KafkaError, type ProduceResponse } from "@moldau/protocol-codec";
import type { Delivery, Shipment } from "./delivery.js";
import { asKafkaError } from "../failures.js";
import type { Acks } from "../batch/lane.js";
import type { DrainTurn, PartitionQueue } from "../batch/partition-queue.js";
import { overheadBytes, planProduceRequest, type ProduceRequestPlan } from "./produce-request.js";

/** What the sender to one broker needs. */
export interface BrokerSenderOptions {
  readonly node: number;
  readonly cluster: Pick<Cluster, "brokerHints" | "cachedTopic" | "clock" | "connection">;
  /** To whom the connection belongs. */
  readonly owner: object;
  readonly delivery: Delivery;
  readonly maxInFlight: number;
  readonly maxRequestSize: number;
  readonly requestTimeoutMs: number;
  /** The circumstances of a look for batches. */
  readonly turn: (node: number) => DrainTurn;
  /** Whether this broker leads a queue's partition, as far as is known. */
  readonly leads: (node: number, queue: PartitionQueue) => boolean;
  /** A queue has to be looked at anew: its leader is another, or it needs an identity. */
  readonly reroute: (queue: PartitionQueue) => void;
  /** The broker cannot be connected to. */
  readonly unreachable: (node: number, error: KafkaError) => void;
}

/**
 * Brings batches to one broker: up to `maxInFlight` requests at a time, each with at most one batch of a partition.
 *
 * Requests go out in the order in which batches were taken, on one connection, and the broker works on them in that order.
 * Looking for batches is put off to the end of the event loop's turn, so that what is sent in one turn goes together.
 */
export class BrokerSender {
  readonly #options: BrokerSenderOptions;
  readonly #ready = new Set<PartitionQueue>();
  #inFlight = 0;
  #connection: Connection | undefined;
  #isConnecting = false;
  #isScheduled = false;
  #isClosed = false;

  constructor(options: BrokerSenderOptions) {
    this.#options = options;
  }

  /** The queues that may have something to send. */
  get ready(): ReadonlySet<PartitionQueue> {
    return this.#ready;
  }

  /** A queue may have something to send. */
  wake(queue: PartitionQueue): void {
    this.#ready.add(queue);
    this.schedule();
  }

  /** Looks for batches at the end of this turn of the event loop. */
  schedule(): void {
    if (this.#isScheduled || this.#isClosed || this.#inFlight >= this.#options.maxInFlight) return;
    this.#isScheduled = true;
    this.#options.cluster.clock.soon(() => {
      this.#isScheduled = false;
      this.#drain();
    });
  }

  /** Sends nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#ready.clear();
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
      this.#ship(connection, first.batch.lane.acks, shipments);
      // Compression takes its time: let others have a turn before the next request.
      if (first.batch.lane.compression !== "none") {
        this.schedule();
        return;
      }
    }
  }

  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    const { cluster, node, owner, unreachable } = this.#options;
    cluster.connection(node, { purpose: "produce", owner }).then(
      (connection) => {
        this.#isConnecting = false;
        this.#connection = connection;
        this.schedule();
      },
      (error: unknown) => {
        this.#isConnecting = false;
        if (!this.#isClosed) unreachable(node, asKafkaError(error));
      },
    );
  }

  /** Takes the next batches, of different partitions and with the same acks, as many as one request may carry. */
  #collect(): readonly Shipment[] {
    const { turn, node, leads, maxRequestSize } = this.#options;
    const now = turn(node);
    const shipments: Shipment[] = [];
    let size = overheadBytes;
    for (const queue of this.#ready) {
      const batch = leads(node, queue) ? queue.peek(now) : undefined;
      if (batch === undefined) {
        this.#dismiss(queue);
        continue;
      }
      const [first] = shipments;
      if (first !== undefined && first.batch.lane.acks !== batch.lane.acks) continue;
      if (first !== undefined && size + batch.sizeInBytes > maxRequestSize) break;
      this.#ready.delete(queue);
      if (this.#take({ batch, queue }, now)) shipments.push({ batch, queue });
      size += batch.sizeInBytes + overheadBytes;
    }
    // What was taken from stands at the end of the line next time.
    for (const { queue } of shipments) this.#ready.add(queue);
    return shipments;
  }

  #dismiss(queue: PartitionQueue): void {
    const { leads, node, reroute } = this.#options;
    this.#ready.delete(queue);
    if (!leads(node, queue) || queue.exhaustedId !== undefined) reroute(queue);
  }

  #take(shipment: Shipment, turn: DrainTurn): boolean {
    const { delivery } = this.#options;
    const { batch, queue } = shipment;
    try {
      queue.take(batch, turn);
    } catch (error) {
      delivery.giveUp(shipment, asKafkaError(error));
      this.wake(queue);
      return false;
    }
    delivery.sent(shipment);
    return true;
  }

  #ship(connection: Connection, acks: Acks, shipments: readonly Shipment[]): void {
    this.#inFlight += 1;
    this.#request(connection, acks, shipments)
      .catch((error: unknown) => this.#interrupted(shipments, asKafkaError(error)))
      .finally(() => {
        this.#inFlight -= 1;
        this.schedule();
      });
  }

  async #request(connection: Connection, acks: Acks, shipments: readonly Shipment[]): Promise<void> {
    const { cluster, delivery, requestTimeoutMs: timeoutMs } = this.#options;
    const onWritten = (): void => {
      for (const shipment of shipments) delivery.written(shipment);
    };
    let plan: ProduceRequestPlan;
    try {
      plan = planProduceRequest(shipments, { connection, cluster }, { acks, timeoutMs });
    } catch (error) {
      onWritten();
      throw error;
    }
    const { version, body } = plan;
    if (acks === 0) {
      await connection.send(Produce, version, body, { timeoutMs, onWritten });
      this.#unanswered(shipments);
    } else {
      const response = await connection.request(Produce, version, body, { timeoutMs, onWritten });
      this.#answered(response, shipments, plan);
    }
  }

  #unanswered(shipments: readonly Shipment[]): void {
    for (const shipment of shipments) this.#options.delivery.unanswered(shipment);
  }

  #answered(response: ProduceResponse, shipments: readonly Shipment[], { find }: ProduceRequestPlan): void {
    const { cluster, delivery, node } = this.#options;
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
