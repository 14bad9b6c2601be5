import type { GroupOffset, OffsetsInTransaction, TransactionOutcome } from "@moldau/connection-pool";
import { readBatches, type ProduceResponsePartition } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { Producer, type ProducerOptions } from "../src/index.js";
import { FakeCluster } from "./fake-cluster.js";
import type { FakeRequest, SentPartition } from "./fake-connection.js";
import { ModelCoordinator, type Fate } from "./model-coordinator.js";

/** A producer with a transactional id between a model of the coordinator and models of partitions, all by one clock. */
export class TransactionalBench {
  readonly cluster = new FakeCluster({ orders: 2 });
  readonly coordinator: ModelCoordinator;
  readonly producer: Producer;
  /** The messages that count, in the order in which their transactions were committed. */
  readonly visible: string[] = [];
  /** What befalls the next requests of Produce. */
  readonly refusals: Fate[] = [];
  /** Requests of Produce that have arrived. */
  readonly produced: FakeRequest[] = [];
  #pending: string[] = [];

  constructor(level: 0 | 2, options: ProducerOptions = {}) {
    this.coordinator = new ModelCoordinator(level);
    this.cluster.coordinatorConnection = this.coordinator;
    this.cluster.onRequest = (request) => void this.#take(request);
    this.coordinator.ended = (committed, producerId, epoch) => {
      for (const partition of [0, 1]) this.cluster.log("orders", partition).mark(producerId, epoch);
      if (committed) this.visible.push(...this.#pending);
      this.#pending = [];
    };
    this.producer = new Producer(this.cluster, { transactionalId: "billing", ...options });
  }

  /** Lets time pass until a call has its outcome. */
  async outcome<Value>(call: Promise<Value>): Promise<Value> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    call.then(over, over);
    for (let steps = 0; !isOver && steps < 2000; steps++) {
      await turns();
      if (!isOver) await this.cluster.clock.advance(this.cluster.clock.nextIn ?? 1);
    }
    if (!isOver) throw new Error("The call has no outcome, whatever time passes.");
    return call;
  }

  /** What a call rejects with. */
  async refusal(call: Promise<unknown>): Promise<unknown> {
    return this.outcome(
      call.then(
        () => {
          throw new Error("The call was to reject.");
        },
        (error: unknown) => error,
      ),
    );
  }

  /** Makes a transaction of one message. */
  send(value: string): Promise<unknown> {
    return this.producer.transaction((tx) => tx.send({ topic: "orders", messages: [{ partition: 0, value }] }));
  }

  #take(request: FakeRequest): Promise<void> {
    this.produced.push(request);
    const fate = this.refusals.shift();
    if (typeof fate === "number") return request.refuse(fate);
    if (fate === "lost before") return request.disconnect();
    if (fate === undefined) return request.answer((one) => this.#append(request.version, one));
    for (const one of request.partitions) this.#append(request.version, one);
    return request.disconnect();
  }

  #append(version: number, one: SentPartition): Partial<ProduceResponsePartition> {
    const [batch] = [...readBatches(one.records)];
    if (batch === undefined) throw new Error("There is no batch.");
    if (version >= 12) {
      const errorCode = this.coordinator.addByProduce(batch.producerId, batch.producerEpoch);
      if (errorCode !== 0) return { errorCode };
    }
    const log = this.cluster.log(one.topic, one.partition);
    const before = log.values.length;
    const appended = log.append(one.records);
    if (log.values.length > before) this.#pending.push(...one.values);
    return appended;
  }
}

/** A consumer as a transaction sees it. */
export class ConsumerDouble {
  readonly outcomes: TransactionOutcome[] = [];
  readonly round = new AbortController();
  readonly options = { autoCommit: false };
  takenBack = 0;
  readonly #offsets: readonly GroupOffset[];

  constructor(offset = 5n) {
    this.#offsets = [{ topic: "orders", partition: 0, offset, leaderEpoch: -1, metadata: "" }];
  }

  offsetsInTransaction(): OffsetsInTransaction {
    return {
      group: { groupId: "billing", generationId: 3, memberId: "m", groupInstanceId: null },
      offsets: this.#offsets,
      ownershipEnded: this.round.signal,
      settle: async (outcome) => void this.outcomes.push(outcome),
    };
  }

  takeBack(): Promise<void> {
    this.takenBack++;
    return Promise.resolve();
  }
}
