import { Admin } from "@moldau/admin";
import {
  Cluster,
  clientClosed,
  maxTimerMs,
  OptionReader,
  type ClusterOptions,
  type OperationOptions,
  type OtherNames,
} from "@moldau/connection-pool";
import { Consumer, type ConsumerOptions } from "@moldau/consumer";
import { Producer, type Payload, type ProducerOptions } from "@moldau/producer";

/** How to reach a Kafka cluster: `brokers` is the only option that must be given. */
export type KafkaOptions = ClusterOptions;

/** How a {@link Kafka} is closed. */
export interface KafkaCloseOptions {
  /**
   * Time for all of it together, in milliseconds. What is not sent or committed by then is given up: those who wait for it are told why.
   * Default 8,000, less than what container platforms usually grant a process that they end.
   */
  readonly timeoutMs?: number;
}

/** What was made from a {@link Kafka} and is closed with it. */
interface Closable {
  close(options: { readonly timeoutMs: number }): Promise<void>;
  once(event: "closed", listener: () => void): unknown;
}

/**
 * A Kafka cluster as an application sees it: the one object to begin with. Producers, consumers and admins made from it
 * share what is known of the cluster and one pool of connections, and are closed with it.
 *
 * Making one opens nothing. The first call connects; {@link Kafka.connect} does so beforehand, to fail early.
 */
export class Kafka {
  readonly #cluster: Cluster;
  readonly #made = new Set<Closable>();
  #closing: Promise<void> | undefined;

  /** @throws {KafkaError} CLIENT_INVALID_ARGUMENT with a sentence that says what to write instead, when an option is wrong or unknown. */
  constructor(options: KafkaOptions) {
    this.#cluster = new Cluster(options);
  }

  /**
   * Connects to the cluster now instead of at the first call, and fails when no broker answers.
   * With `timeoutMs` it is tried again for so long, without it each broker is tried once; `signal` ends it.
   */
  async connect(options: OperationOptions = {}): Promise<void> {
    await this.#cluster.connect(options);
  }

  /**
   * Makes a producer; idempotent, with acks "all", unless told otherwise. With `serialize` it takes keys and values of the
   * serializers' types.
   */
  producer<Key = Payload, Value = Payload>(options?: ProducerOptions<Key, Value>): Producer<Key, Value> {
    return this.#keep(() => new Producer<Key, Value>(this.#cluster, options));
  }

  /** Makes a member of a consumer group; it joins at its first iteration, or with its own `connect()`. */
  consumer(options: ConsumerOptions): Consumer {
    return this.#keep(() => new Consumer(this.#cluster, options));
  }

  /** Makes an admin: topics and groups. It has no options of its own: those of its operations say how long each may take. */
  admin(options?: Readonly<Record<string, never>>): Admin {
    new OptionReader("admin options", options, adminNames).done();
    return this.#keep(() => new Admin(this.#cluster));
  }

  /**
   * Closes everything made from this object, then the connections: producers send what they hold, consumers commit what
   * is done and leave their groups. Always closes all of it, in its time; if some of it failed, rejects with the failures at the end.
   *
   * A process need not call it to end: once all producers and consumers are closed, nothing that is left keeps it alive.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong, and then closes nothing.
   */
  async close(options: KafkaCloseOptions = {}): Promise<void> {
    const read = new OptionReader<KafkaCloseOptions>("close", options);
    const timeoutMs = read.integer("timeoutMs", { min: 0, max: maxTimerMs, default: closeTimeoutMs });
    read.done();
    this.#closing ??= this.#close(timeoutMs);
    await this.#closing;
  }

  /** The same as {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #keep<T extends Closable>(make: () => T): T {
    this.#checkOpen();
    const made = make();
    this.#made.add(made);
    made.once("closed", () => this.#made.delete(made));
    return made;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw clientClosed("The Kafka object");
  }

  async #close(timeoutMs: number): Promise<void> {
    const outcomes = await Promise.allSettled([...this.#made].map((made) => made.close({ timeoutMs })));
    this.#made.clear();
    await this.#cluster.close();
    const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw new AggregateError(
        failures,
        `${failures.length} of the producers and consumers could not be closed cleanly`,
      );
  }
}

const closeTimeoutMs = 8000;

/** What stands for kafkajs's options of an admin here. */
const adminNames: OtherNames = {
  retry: "is an option of Kafka here; how long an operation is tried for is its timeoutMs",
};
