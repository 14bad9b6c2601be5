import { messageOf, type Clock } from "@moldau/connection-pool";
import { DeadlineTimer, Fifo } from "@moldau/connection-pool/internal";
import { KafkaError } from "@moldau/protocol-codec";
import type { Accumulator, AppendResult } from "../batch/accumulator.js";
import type { CallPart } from "./call-part.js";

/** What the line needs. */
export interface MemoryLineOptions {
  readonly accumulator: Accumulator;
  readonly clock: Clock;
  readonly maxBlockMs: number;
  readonly bufferMemory: number;
  /** Calls begin to wait for memory. */
  readonly blocked: () => void;
}

/**
 * Where calls wait for memory: they go on to the accumulator in the order in which they come.
 *
 * While memory is full the first in line waits and everybody queues behind it, so that a call with large messages is not
 * starved by small ones. Whoever waits too long without getting on is refused.
 */
export class MemoryLine {
  readonly #options: MemoryLineOptions;
  readonly #line = new Fifo<CallPart>();
  readonly #patience: DeadlineTimer;
  #isScheduled = false;

  constructor(options: MemoryLineOptions) {
    this.#options = options;
    this.#patience = new DeadlineTimer(options.clock, (now) => this.#expire(now));
  }

  /** Lets a call through, or in line. Its messages have their partitions. */
  enter(part: CallPart): void {
    const result = this.#line.length === 0 ? this.#advance(part) : "out of memory";
    if (result === "done") return;
    if (this.#line.length === 0 && result === "out of memory") this.#options.blocked();
    if (part.blockedUntil === Infinity) this.#wait(part);
    this.#line.push(part);
    if (result === "out of turn") this.resume();
  }

  /** Memory came back: the first in line may get on. */
  resume(): void {
    if (this.#line.length === 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.clock.soon(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  /** Refuses everybody in line. */
  close(error: KafkaError): void {
    this.#patience.cancel();
    for (const part of this.#line.drain()) part.refuse(error);
  }

  #pump(): void {
    for (let head = this.#line.peek(); head !== undefined; head = this.#line.peek()) {
      const result = this.#advance(head);
      if (result === "out of turn") this.resume();
      if (result !== "done") return;
      this.#line.shift();
    }
  }

  #advance(part: CallPart): AppendResult {
    const before = part.cursor;
    let result: AppendResult = "done";
    try {
      result = this.#options.accumulator.append(part);
    } catch (error) {
      part.refuse(notEncodable(part, error));
    }
    if (result !== "done" && part.cursor > before) this.#wait(part);
    // What lingers would keep its memory for nothing.
    if (result === "out of memory") this.#options.accumulator.flush();
    return result;
  }

  #wait(part: CallPart): void {
    const { clock, maxBlockMs } = this.#options;
    part.blockedUntil = Math.min(clock.monotonic() + maxBlockMs, part.startedAt + part.lane.timeoutMs);
    this.#patience.expect(part.blockedUntil);
  }

  #expire(now: number): number | undefined {
    let next = Infinity;
    for (const part of this.#line) {
      if (part.isDone) continue;
      if (part.blockedUntil <= now) part.refuse(this.#bufferFull(part));
      else next = Math.min(next, part.blockedUntil);
    }
    this.resume();
    return next === Infinity ? undefined : next;
  }

  #bufferFull({ topic }: CallPart): KafkaError {
    const { bufferMemory, maxBlockMs } = this.#options;
    const message =
      `The producer's memory stayed full: ${bufferMemory} bytes of batches wait for the brokers, and none became free within ` +
      `${maxBlockMs} ms. Send less at once, or raise bufferMemory or maxBlockMs.`;
    return new KafkaError("CLIENT_BUFFER_FULL", message, { topic: topic.name, retriable: true, written: false });
  }
}

function notEncodable({ topic, cursor }: CallPart, cause: unknown): KafkaError {
  const message = `Message ${cursor} to topic ${JSON.stringify(topic.name)} could not be encoded: ${messageOf(cause)}`;
  return new KafkaError("CLIENT_ENCODE_FAILED", message, { topic: topic.name, cause, written: false });
}
