import { asKafkaError, Backoff, type Timer } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { PartitionQueue } from "../batch/partition-queue.js";
import type { ProducerCluster } from "../producer-cluster.js";
import { BrokerSender, type BrokerSenderOptions } from "./broker-sender.js";
import { leaderOf } from "./leaders.js";

/** What the router needs. */
export interface LeaderRouterOptions extends Omit<BrokerSenderOptions, "cluster"> {
  readonly cluster: Pick<ProducerCluster, "brokerHints" | "cachedTopic" | "off" | "on" | "options" | "refreshTopics">;
}

/** Brings every queue to the sender of the broker that leads its partition, and looks for a leader where there is none. */
export class LeaderRouter {
  readonly #options: LeaderRouterOptions;
  readonly #brokers = new Map<number, BrokerSender>();
  readonly #leaderless = new Set<PartitionQueue>();
  readonly #backoff: Backoff;
  #search: Timer | undefined;
  #isSearching = false;
  #isClosed = false;

  constructor(options: LeaderRouterOptions) {
    this.#options = options;
    const { cluster } = options;
    this.#backoff = new Backoff(cluster.options.retry, cluster.options.random);
    cluster.on("metadata", this.#metadataChanged);
  }

  /** A queue may have something to send. */
  wake(queue: PartitionQueue): void {
    if (this.#isClosed || queue.length === 0) return;
    const leader = this.#leaderOf(queue);
    if (leader >= 0) this.#broker(leader).wake(queue);
    else {
      this.#leaderless.add(queue);
      this.#searchLeaders();
    }
  }

  /** Every queue may have something to send: the producer's identity is there. */
  wakeAll(): void {
    for (const queue of this.#options.delivery.queues) this.wake(queue);
  }

  /** What cannot be connected to may not lead any more; a refusal that no repetition would change fails what it concerns. */
  unreachable(node: number, error: KafkaError): void {
    const queues = [...(this.#brokers.get(node)?.ready ?? [])];
    const { delivery } = this.#options;
    for (const queue of queues) {
      for (const batch of queue.batches()) {
        if (error.retriable) queue.blame(batch, error);
        else if (!batch.isOnWire) delivery.giveUp({ batch, queue }, error);
      }
    }
    const waiting = queues.filter(({ length }) => length > 0);
    if (waiting.length === 0) return;
    this.#refresh(waiting, () => {
      for (const queue of waiting) this.wake(queue);
    });
  }

  /** Sends nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#options.cluster.off("metadata", this.#metadataChanged);
    this.#search?.cancel();
    this.#leaderless.clear();
    for (const broker of this.#brokers.values()) broker.close();
  }

  #broker(node: number): BrokerSender {
    const known = this.#brokers.get(node);
    if (known !== undefined) return known;
    const created = new BrokerSender(node, this.#options);
    this.#brokers.set(node, created);
    return created;
  }

  #leaderOf({ topic, partition }: PartitionQueue): number {
    return leaderOf(this.#options.cluster, topic, partition);
  }

  readonly #metadataChanged = (): void => {
    const moved = [...this.#leaderless].filter((queue) => this.#leaderOf(queue) >= 0);
    for (const queue of moved) this.#leaderless.delete(queue);
    for (const [node, broker] of this.#brokers) {
      moved.push(...[...broker.ready].filter((queue) => this.#leaderOf(queue) !== node));
    }
    for (const queue of moved) this.wake(queue);
  };

  #searchLeaders(): void {
    if (this.#isSearching) return;
    this.#isSearching = true;
    this.#refresh([...this.#leaderless], () => {
      for (const queue of this.#leaderless) if (queue.length === 0) this.#leaderless.delete(queue);
      if (this.#leaderless.size === 0 || this.#isClosed) {
        this.#isSearching = false;
        this.#backoff.reset();
        return;
      }
      this.#search = this.#options.clock.timer(this.#backoff.next(), () => {
        this.#isSearching = false;
        this.#searchLeaders();
      });
    });
  }

  /** Reads the topics of queues anew, and then goes on. A failure is what batches end with that find no leader until their deadline. */
  #refresh(queues: readonly PartitionQueue[], then: () => void): void {
    const topics = new Set(queues.map(({ topic }) => topic));
    this.#options.cluster.refreshTopics(topics).then(then, (thrown: unknown) => {
      const error = asKafkaError(thrown);
      for (const queue of queues) for (const batch of queue.batches()) queue.blame(batch, error);
      then();
    });
  }
}
