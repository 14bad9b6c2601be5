import { asKafkaError } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";

/** What events of a life are for. */
export interface EventLineInit<Event> {
  /** Takes the event into account, and carries out what it commands. */
  readonly handle: (event: Event) => void;
  /** What it amounts to when that throws. */
  readonly failed: (error: KafkaError) => Event;
}

/** The events of a life, one after the other: one that commands bring about waits until those of the event before have been carried out. */
export class EventLine<Event> {
  readonly #init: EventLineInit<Event>;
  readonly #events: Event[] = [];
  #isHandling = false;

  constructor(init: EventLineInit<Event>) {
    this.#init = init;
  }

  /** Handles the event, at once unless another one is being handled. Never throws. */
  add(event: Event): void {
    this.#events.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      try {
        this.#init.handle(next);
      } catch (error) {
        this.#events.push(this.#init.failed(asKafkaError(error)));
      }
    }
    this.#isHandling = false;
  }
}
