// Reads transfers and writes their bookings. What is read, what is written and how far reading has come count together, or not at all.
//
//   transfers ──▶ bookingsOf ──▶ bookings             one transaction: the results, and the offsets of what they were made from
//                     └────────▶ transfers.refused

import { bookingsOf } from "./bookings.js";

/** One of the members that share the transfers. */
export class Bookkeeper {
  #consumer;
  #producer;

  /** `name` is this instance's own, and the same after a restart: then what a crashed process left open is aborted at once. */
  constructor(kafka, { name }) {
    this.#consumer = kafka.consumer({
      groupId: "bookkeeping",
      topics: ["transfers"],
      startFrom: "earliest",
      autoCommit: false,
      // After a crash, others get the partitions after six seconds.
      sessionTimeoutMs: 6_000,
    });
    this.#producer = kafka.producer({ transactionalId: name });
  }

  /** Works until {@link stop}. Rejects when a transfer cannot be booked however often it is tried, or another process has this name. */
  async run() {
    try {
      await this.#consumer.transform({ producer: this.#producer, to: "bookings" }, (batch) =>
        batch.toArray().flatMap(bookingsOf),
      );
    } finally {
      await this.stop();
    }
  }

  /** Lets the transaction in hand come to its end. */
  async stop() {
    await this.#consumer.close();
    await this.#producer.close();
  }
}
