// What is tested: orders go into a topic, and the sums of the customers come out of it.

import type { Consumer, Kafka, Producer } from "moldau";

export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly amount: number;
}

/** Writes an order down; resolves when Kafka has it. */
export async function placeOrder(producer: Producer, topic: string, order: Order): Promise<void> {
  await producer.send({ topic, messages: [{ key: order.customer, value: JSON.stringify(order) }] });
}

/** Adds up what each customer has ordered. An order that comes a second time, as after a crash, counts once. */
export class Sums {
  readonly #seen = new Set<string>();
  readonly #sums = new Map<string, number>();
  readonly #consumer: Consumer;

  constructor(kafka: Kafka, { topic, groupId }: { readonly topic: string; readonly groupId: string }) {
    this.#consumer = kafka.consumer({ groupId, topics: [topic], startFrom: "earliest" });
  }

  /** Adds up until it is stopped. */
  async run(): Promise<void> {
    for await (const { value } of this.#consumer) {
      const { id, customer, amount }: Order = JSON.parse(String(value));
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      this.#sums.set(customer, this.of(customer) + amount);
    }
  }

  of(customer: string): number {
    return this.#sums.get(customer) ?? 0;
  }

  async stop(): Promise<void> {
    await this.#consumer.close();
  }
}
