import type { Clock } from "@moldau/platform";
import type { InterceptedRequest, ReferenceBroker } from "@moldau/reference-broker";
import type { MemoryNetwork } from "moldau-testing";
import type { Dice } from "./dice.js";
import { workloadTopics } from "./keys.js";

/** Whom a {@link Trouble} makes trouble for, and how it decides. */
export interface TroubleOptions {
  readonly broker: ReferenceBroker;
  readonly network: MemoryNetwork;
  readonly clock: Clock;
  readonly dice: Dice;
}

/** Errors that a broker may give without having done anything, by API. */
const passingErrors: Readonly<Record<string, readonly string[]>> = {
  InitProducerId: [
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "CONCURRENT_TRANSACTIONS",
  ],
  AddPartitionsToTxn: ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS", "CONCURRENT_TRANSACTIONS"],
  AddOffsetsToTxn: ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS", "CONCURRENT_TRANSACTIONS"],
  TxnOffsetCommit: ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS"],
  EndTxn: ["COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS", "CONCURRENT_TRANSACTIONS"],
  Produce: ["NOT_LEADER_OR_FOLLOWER", "NOT_ENOUGH_REPLICAS", "REQUEST_TIMED_OUT", "TRANSACTION_ABORTABLE"],
  Fetch: ["NOT_LEADER_OR_FOLLOWER", "UNKNOWN_LEADER_EPOCH"],
  FindCoordinator: ["COORDINATOR_NOT_AVAILABLE"],
  OffsetFetch: ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS"],
  OffsetCommit: ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS"],
  Heartbeat: ["REBALANCE_IN_PROGRESS", "NOT_COORDINATOR"],
  WriteTxnMarkers: ["NOT_LEADER_OR_FOLLOWER"],
};

/** Everything that goes wrong while a workload runs, decided by dice. */
export class Trouble {
  readonly #options: TroubleOptions;
  readonly #end = new AbortController();
  readonly #making: Promise<void>;

  constructor(options: TroubleOptions) {
    this.#options = options;
    this.#making = this.#make();
    this.#making.catch(() => undefined); // Told by `stop`.
  }

  /** Makes no more, and mends everything. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#making;
    const { broker } = this.#options;
    broker.clearIntercepts();
    for (const { nodeId, isRunning } of broker.brokers) if (!isRunning) await broker.startNode(nodeId);
  }

  async #make(): Promise<void> {
    const { clock, dice } = this.#options;
    const isSeveral = this.#options.broker.brokers.length > 1;
    while (!this.#end.signal.aborted) {
      await clock.sleep(dice.between(50, 800));
      const kind = dice.between(0, isSeveral ? 12 : 8);
      if (kind <= 5) this.#intercept();
      else if (kind <= 7) this.#breakLink();
      else if (kind <= 8) await this.#holdMarkers();
      else if (kind <= 11) await this.#moveLeader();
      else await this.#stopBroker();
    }
  }

  /** Has the next request or two of some API go wrong. */
  #intercept(): void {
    const { broker, dice } = this.#options;
    const api = dice.pick(Object.keys(passingErrors));
    const spoil = dice.pick([loseAnswer, loseRequest, this.#slow(), this.#refuse(api)]);
    broker.intercept({ api, times: dice.between(1, 3), probability: 0.7 }, spoil);
  }

  #slow(): (request: InterceptedRequest) => Promise<void> {
    const ms = this.#options.dice.between(50, 6_000);
    const answersLate = this.#options.dice.chance(0.5);
    return async (request) => {
      if (answersLate) await request.apply();
      await request.delay(ms);
    };
  }

  #refuse(api: string): (request: InterceptedRequest) => void {
    const error = this.#options.dice.pick(passingErrors[api] ?? []);
    return (request) => request.fail(error);
  }

  #breakLink(): void {
    const { network, dice } = this.#options;
    if (network.links.length === 0) return;
    const link = dice.pick(network.links);
    if (dice.chance(0.2)) link.freeze();
    else link.cut();
  }

  /** Outcomes are decided, and some partitions do not know of them for a while. */
  async #holdMarkers(): Promise<void> {
    const { broker, clock, dice } = this.#options;
    const held = broker.holdMarkers({ topic: dice.pick(workloadTopics).topic });
    await clock.sleep(dice.between(50, 3_000));
    held.release();
  }

  async #moveLeader(): Promise<void> {
    const { broker, dice } = this.#options;
    const topics = [...workloadTopics.map(({ topic }) => topic), "__transaction_state", "__consumer_offsets"];
    const topic = dice.pick(topics);
    const partitions = broker.topic(topic)?.partitions ?? [];
    const running = broker.brokers.filter(({ isRunning }) => isRunning);
    const movable = partitions.filter(({ leader }) => running.some(({ nodeId }) => nodeId === leader));
    if (movable.length === 0) return;
    await broker.moveLeader(topic, dice.pick(movable).partition, dice.pick(running).nodeId);
  }

  async #stopBroker(): Promise<void> {
    const { broker, clock, dice } = this.#options;
    const { nodeId } = dice.pick(broker.brokers);
    await broker.stopNode(nodeId);
    await clock.sleep(dice.between(50, 4_000));
    await broker.startNode(nodeId);
  }
}

async function loseAnswer(request: InterceptedRequest): Promise<void> {
  await request.apply();
  request.drop();
}

function loseRequest(request: InterceptedRequest): void {
  request.drop();
}
