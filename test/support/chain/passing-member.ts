import type { Consumer, ConsumerOptions, Kafka, MessageBatch, Producer } from "moldau";
import { topicOf } from "./chain-layout.js";

/** Which member of a chain without transactions. */
export interface PassingPlace {
  /** Counted from 0: what it reads. */
  readonly level: number;
  readonly name: string;
  /** Whether it leaves in the middle of its work, again and again. */
  readonly isBailer: boolean;
}

/** Time to leave, in milliseconds: on a busy machine it may take some. */
const closeMs = 60_000;

/** What members of a chain without transactions share. */
export interface PassingOptions {
  /** Makes what stands for a process of its own. */
  newKafka(): Kafka;
  /** What makes this chain another one than the others: assignors, protocol. Sessions and rebalances take the consumer's defaults where it says nothing. */
  readonly consumer: Partial<ConsumerOptions>;
  /** Whether members have names that outlive them, so that whoever comes back is the same member. */
  readonly isStatic?: boolean;
  /** Precedes names of topics and groups, so that several chains go through one cluster. */
  readonly prefix: string;
  /** Told of what was processed: where it stood. */
  processed(level: number, partition: number, offset: bigint): void;
  /** Told of partitions that the group took from a member without asking: what it had not committed of them comes again. */
  lost(level: number, partitions: readonly number[]): void;
}

/**
 * Passes messages on from one topic to the next, at least once: what it has read is written, and counts as done when the next batch is asked for. A
 * bailer leaves between two batches, when everything that it has passed on is done and committed; all commit what is done when partitions go.
 */
export class PassingMember {
  bails = 0;
  readonly failures: Error[] = [];
  readonly #options: PassingOptions;
  readonly #place: PassingPlace;
  readonly #working: Promise<void>;
  #consumer: Consumer | undefined;
  #isRetired = false;

  constructor(options: PassingOptions, place: PassingPlace) {
    this.#options = options;
    this.#place = place;
    this.#working = this.#work();
  }

  /** Lets it finish what it has in hand, and leave. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#consumer?.close({ timeoutMs: closeMs }).catch((error: unknown) => this.#failed(error));
    await this.#working;
  }

  async #work(): Promise<void> {
    while (!this.#isRetired) {
      const kafka = this.#options.newKafka();
      const consumer = this.#newConsumer(kafka);
      this.#consumer = consumer;
      try {
        await this.#passOn(kafka.producer({ lingerMs: 2 }), consumer);
      } catch (error) {
        this.#failed(error);
      }
      await kafka.close({ timeoutMs: closeMs }).catch((error: unknown) => this.#failed(error));
    }
  }

  #newConsumer(kafka: Kafka): Consumer {
    const { prefix, consumer, isStatic = false } = this.#options;
    const { level, name } = this.#place;
    const made = kafka.consumer({
      groupId: `${prefix}level-${level}`,
      topics: [`${prefix}${topicOf(level)}`],
      startFrom: "earliest",
      ...(isStatic ? { groupInstanceId: name } : {}),
      ...consumer,
    });
    made.on("lost", ({ partitions }) =>
      this.#options.lost(
        level,
        partitions.map(({ partition }) => partition),
      ),
    );
    return made;
  }

  async #passOn(producer: Producer, consumer: Consumer): Promise<void> {
    const { isBailer } = this.#place;
    let left = isBailer ? 1 + Math.floor(Math.random() * 6) : Infinity;
    for await (const batch of consumer.batches({ maxMessages: 100 })) {
      await this.#write(producer, batch);
      for (const { partition, offset } of batch) this.#options.processed(this.#place.level, partition, offset);
      if (--left > 0) continue;
      // What closing finds in hand would come again, so it is done first; the loop ends by itself then.
      this.bails += 1;
      left = Infinity;
      consumer.close({ timeoutMs: closeMs }).catch((error: unknown) => this.#failed(error));
    }
  }

  async #write(producer: Producer, batch: MessageBatch): Promise<void> {
    const { prefix } = this.#options;
    const messages = [...batch].map(({ key, value, partition, offset }) => ({
      key,
      value,
      headers: { from: `${partition}/${offset}` },
    }));
    await producer.send({ topic: `${prefix}${topicOf(this.#place.level + 1)}`, messages });
  }

  #failed(error: unknown): void {
    this.failures.push(error instanceof Error ? error : new Error(String(error)));
  }
}
