// What fails is tried again later, without holding up what comes behind it; what keeps failing is put aside with the reason.
//
//   orders ──▶ handle ──fails──▶ orders.retry ──when it is due──▶ handle ──fails too often──▶ orders.dead

import { setTimeout as sleep } from "node:timers/promises";

/** An error that no repetition mends, such as an order that makes no sense: its message is put aside at once. */
export class Unfixable extends Error {}

/**
 * Reads `topic` and its retries. `handle` gets the message and may be asked twice about the same one (after a crash, after a time-out), so it
 * has to recognize what it has done already.
 */
export class Worker {
  #settings;
  #producer;
  #consumers;
  #stopping = new AbortController();

  constructor(kafka, { topic, groupId, handle, attempts = 3, retryAfterMs = 10_000 }) {
    this.#settings = { topic, handle, attempts, retryAfterMs };
    this.#producer = kafka.producer();
    // Two consumers: a retry that is not due yet must not hold up new messages.
    this.#consumers = [
      kafka.consumer({ groupId, topics: [topic], startFrom: "earliest" }),
      kafka.consumer({ groupId: `${groupId}.retry`, topics: [`${topic}.retry`], startFrom: "earliest" }),
    ];
  }

  /** Works until {@link stop}. Rejects when reading or putting aside fails; then nothing is lost: start again. */
  async run() {
    try {
      await Promise.all(this.#consumers.map((consumer) => this.#read(consumer)));
    } finally {
      await this.stop();
    }
  }

  /** Lets the messages in hand come to their end; those that are not due yet stay in the retry topic. Close the `Kafka` after it. */
  async stop() {
    this.#stopping.abort();
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
  }

  async #read(consumer) {
    for await (const message of consumer) {
      if (!(await isDue(message, this.#stopping.signal))) break;
      try {
        await this.#settings.handle(message);
      } catch (error) {
        // The message is done when the next one is asked for: not before its copy is acknowledged.
        await this.#pass(message, error);
      }
    }
  }

  async #pass(message, error) {
    const { topic, attempts, retryAfterMs } = this.#settings;
    const made = attemptsAt(message) + 1;
    const isLast = made >= attempts || error instanceof Unfixable;
    const { key, value, headers } = message;
    const own = {
      attempts: String(made),
      error: error.message,
      due: String(Date.now() + retryAfterMs),
      origin: textOf(message, "origin") ?? `${message.topic}/${message.partition}@${message.offset}`,
    };
    const others = [...headers].filter(([name]) => !(name in own));
    await this.#producer.send({
      topic: `${topic}.${isLast ? "dead" : "retry"}`,
      messages: [{ key, value, headers: [...others, ...Object.entries(own)] }],
    });
  }
}

/** How often a message has been tried and failed. */
export function attemptsAt(message) {
  return Number(textOf(message, "attempts") ?? 0);
}

/** Waits until a retry is due: those behind it are due later. Keep `retryAfterMs` below the consumer's `maxPollIntervalMs`, five minutes. */
async function isDue(message, signal) {
  const wait = Number(textOf(message, "due") ?? 0) - Date.now();
  if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

function textOf({ headers }, name) {
  return headers.get(name)?.toString();
}
