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
import type { KafkaError } from "@moldau/protocol-codec";
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
  /**
   * Whether the bodies of loops over messages are waited for, for up to three quarters of the time, so that what they have in
   * hand is done. Default true. With false that is given back at once, and delivered again.
   */
  readonly finish?: boolean;
}

/** What was made from a {@link Kafka} besides consumers, and is closed with it. */
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
  readonly #consumers = new Set<Consumer>();
  /** Producers and admins: what the bodies of loops work with, so closed after them. */
  readonly #tools = new Set<Closable>();
  #closing: Promise<void> | undefined;
  /** When all has to be closed, in milliseconds of the clock. */
  #deadline = Infinity;
  /** Whether bodies may still run that need a producer. */
  #mayMakeTools = true;

  /** @throws {KafkaError} CLIENT_INVALID_ARGUMENT with a sentence that says what to write instead, when an option is wrong or unknown. */
  constructor(options: KafkaOptions) {
    this.#cluster = new Cluster(options);
  }

  /**
   * Connects to the cluster now instead of at the first call, and fails when no broker answers.
   * With `timeoutMs` it is tried again for so long, without it each broker is tried once; `signal` ends it.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and what else keeps the client out; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async connect(options: OperationOptions = {}): Promise<void> {
    await this.#cluster.connect(options);
  }

  /**
   * Makes a producer; idempotent, with acks "all", unless told otherwise. With `serialize` it takes keys and values of the
   * serializers' types.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; CLIENT_CLOSED.
   */
  producer<Key = Payload, Value = Payload>(options?: ProducerOptions<Key, Value>): Producer<Key, Value> {
    return this.#keepTool(() => new Producer<Key, Value>(this.#cluster, options));
  }

  /**
   * Makes a member of a consumer group; it joins at its first iteration, or with its own `connect()`.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; CLIENT_CLOSED.
   */
  consumer(options: ConsumerOptions): Consumer {
    if (this.#closing !== undefined) throw closed();
    const consumer = new Consumer(this.#cluster, options);
    this.#consumers.add(consumer);
    consumer.once("closed", () => this.#consumers.delete(consumer));
    return consumer;
  }

  /**
   * Makes an admin: topics and groups. It has no options of its own: those of its operations say how long each may take.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; CLIENT_CLOSED.
   */
  admin(options?: Readonly<Record<string, never>>): Admin {
    new OptionReader("admin options", options, adminNames).done();
    return this.#keepTool(() => new Admin(this.#cluster));
  }

  /**
   * Closes everything made from this object, in an order in which nothing is repeated and nothing lost:
   *
   * 1. Consumers hand out nothing more, and the bodies of their loops finish. Producers and admins work until then.
   * 2. Consumers commit what is done and leave their groups; meanwhile producers send what they hold.
   * 3. The connections are closed.
   *
   *     process.once("SIGTERM", () => void kafka.close());
   *
   * Always closes all of it, in its time; if some of it failed, rejects with the failures at the end. Called again it is the same
   * closing, which can only be sooner by that: `finish: false` ends the wait for bodies, less `timeoutMs` shortens it and what has not begun yet. The body of a loop may call it, but not wait for it: see
   * {@link Consumer.close}.
   *
   * A process need not call it to end: once all producers and consumers are closed, nothing that is left keeps it alive.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong, and then closes nothing.
   */
  async close(options: KafkaCloseOptions = {}): Promise<void> {
    const read = new OptionReader<KafkaCloseOptions>("close", options);
    const timeoutMs = read.integer("timeoutMs", { min: 0, max: maxTimerMs, default: closeTimeoutMs });
    const finish = read.boolean("finish", { default: true });
    read.done();
    if (this.#closing === undefined) this.#closing = this.#close({ timeoutMs, finish });
    else this.#hurry({ timeoutMs, finish });
    await this.#closing;
  }

  /** The same as {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #keepTool<T extends Closable>(make: () => T): T {
    if (!this.#mayMakeTools) throw closed();
    const tool = make();
    this.#tools.add(tool);
    tool.once("closed", () => this.#tools.delete(tool));
    return tool;
  }

  async #close(options: Required<KafkaCloseOptions>): Promise<void> {
    this.#shorten(options.timeoutMs);
    const consumers = [...this.#consumers];
    const consumersClosed = Promise.allSettled(consumers.map((consumer) => consumer.close(options)));
    await Promise.all(consumers.map((consumer) => Consumer.bodiesEnded(consumer)));
    this.#mayMakeTools = false;
    const timeoutMs = Math.max(0, Math.floor(this.#deadline - this.#cluster.clock.monotonic()));
    const toolsClosed = Promise.allSettled([...this.#tools].map((tool) => tool.close({ timeoutMs })));
    const outcomes = (await Promise.all([consumersClosed, toolsClosed])).flat();
    await this.#cluster.close();
    const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw new AggregateError(
        failures,
        `${failures.length} of the producers and consumers could not be closed cleanly`,
      );
  }

  #shorten(timeoutMs: number): void {
    this.#deadline = Math.min(this.#deadline, this.#cluster.clock.monotonic() + timeoutMs);
  }

  /** What goes wrong is told by the closing that is under way. */
  #hurry(options: Required<KafkaCloseOptions>): void {
    this.#shorten(options.timeoutMs);
    for (const consumer of this.#consumers) consumer.close(options).catch(() => undefined);
  }
}

function closed(): KafkaError {
  return clientClosed("The Kafka object");
}

const closeTimeoutMs = 8000;

/** What stands for kafkajs's options of an admin here. */
const adminNames: OtherNames = {
  retry: "is an option of Kafka here; how long an operation is tried for is its timeoutMs",
};
