import type { Consumer, Kafka, MessageBatch, MessageToSend, Producer } from "moldau";
import type { ChainOptions } from "./chain.js";
import { topicOf } from "./chain-layout.js";

/** Why a bailer ends. */
class Bail extends Error {
  constructor() {
    super("the member bails out");
  }
}

/** Which member of the chain. */
export interface MemberPlace {
  /** Counted from 0: what it reads. */
  readonly level: number;
  readonly name: string;
  /** Whether it leaves in the middle of its work, again and again. */
  readonly isBailer: boolean;
}

/** One incarnation of a member. */
interface Life {
  readonly kafka: Kafka;
  readonly producer: Producer;
  readonly consumer: Consumer;
  /** How many batches a bailer takes before it bails out. */
  left: number;
}

/** Passes messages on from one topic to the next, exactly once. What comes to its end by an error, or bails out, begins anew. */
export class ChainMember {
  bails = 0;
  readonly failures: Error[] = [];
  readonly #options: ChainOptions;
  readonly #place: MemberPlace;
  readonly #working: Promise<void>;
  #life: Life | undefined;
  #isRetired = false;

  constructor(options: ChainOptions, place: MemberPlace) {
    this.#options = options;
    this.#place = place;
    this.#working = this.#work();
  }

  /** Lets it finish what it has in hand, and leave. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#life?.consumer.close().catch((error: unknown) => this.#failed(error));
    await this.#working;
  }

  async #work(): Promise<void> {
    while (!this.#isRetired) {
      const life = this.#newLife();
      this.#life = life;
      try {
        if (this.#options.by === "transform") await this.#byTransform(life);
        else await this.#byTransaction(life);
      } catch (error) {
        if (error instanceof Bail || (error instanceof Error && error.cause instanceof Bail)) this.bails += 1;
        else this.#failed(error);
      }
      await life.kafka.close({ finish: false }).catch((error: unknown) => this.#failed(error));
    }
  }

  #newLife(): Life {
    const { level, name } = this.#place;
    const { newKafka, sessionTimeoutMs = 6_000 } = this.#options;
    const kafka = newKafka();
    const producer = kafka.producer({ transactionalId: name, transactionTimeoutMs: 10_000 });
    const consumer = kafka.consumer({
      groupId: `level-${level}`,
      topics: [topicOf(level)],
      startFrom: "earliest",
      autoCommit: false,
      sessionTimeoutMs,
      rebalanceTimeoutMs: sessionTimeoutMs,
    });
    return { kafka, producer, consumer, left: 1 + Math.floor(Math.random() * 6) };
  }

  async #byTransform(life: Life): Promise<void> {
    const { producer, consumer } = life;
    await consumer.transform(
      { producer, to: topicOf(this.#place.level + 1), maxMessages: 100, attempts: this.#place.isBailer ? 1 : 5 },
      (batch) => {
        const messages = this.#passOn(batch);
        this.#bail(life);
        return messages;
      },
    );
  }

  async #byTransaction(life: Life): Promise<void> {
    const { producer, consumer } = life;
    const topic = topicOf(this.#place.level + 1);
    for await (const batch of consumer.batches({ maxMessages: 100 })) {
      await producer.transaction(async (tx) => {
        await tx.send({ topic, messages: this.#passOn(batch) });
        this.#bail(life);
        await tx.sendOffsets({ consumer, offsets: batch });
      });
    }
  }

  #passOn(batch: MessageBatch): MessageToSend[] {
    return [...batch].map(({ key, value, partition, offset }) => ({
      key,
      value,
      headers: { from: `${partition}/${offset}` },
    }));
  }

  /** A bailer leaves with an error, or it leaves its group under its own feet and goes on as if nothing were. */
  #bail(life: Life): void {
    life.left -= 1;
    if (!this.#place.isBailer || life.left > 0) return;
    if (Math.random() < 0.5) throw new Bail();
    this.bails += 1;
    life.left = Infinity;
    life.consumer.close({ finish: false }).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.failures.push(error instanceof Error ? error : new Error(String(error)));
  }
}
