import { formatAddress, type Address } from "../addresses.js";
import type { Clock } from "@moldau/platform";
import type { KafkaError } from "@moldau/protocol-codec";
import { Backoff, type RetryPolicy } from "../attempts/backoff.js";

/** One broker as the pool sees it: where it is, and how connecting to it went lately. */
export class Broker {
  readonly node: number;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #address: Address;
  #rack: string | null;
  #notBefore = 0;
  #failure: KafkaError | undefined;

  constructor(
    node: number,
    {
      address,
      rack = null,
      clock,
      retry,
      random,
    }: {
      readonly address: Address;
      readonly rack?: string | null;
      readonly clock: Clock;
      readonly retry: RetryPolicy;
      readonly random: () => number;
    },
  ) {
    this.node = node;
    this.#address = address;
    this.#rack = rack;
    this.#clock = clock;
    this.#backoff = new Backoff(retry, random);
  }

  get address(): Address {
    return this.#address;
  }

  /** The rack it stands in; null when it has none. */
  get rack(): string | null {
    return this.#rack;
  }

  /** Whether the last attempt to connect failed. */
  get isFailing(): boolean {
    return this.#backoff.attempts > 0;
  }

  /** Why the last attempt to connect failed; undefined when it did not. */
  get failure(): KafkaError | undefined {
    return this.#failure;
  }

  /** Takes what newer metadata says. A broker that has moved is worth an attempt at once. */
  update(address: Address, rack: string | null): void {
    const moved = formatAddress(address) !== formatAddress(this.#address);
    this.#address = address;
    this.#rack = rack;
    if (moved) this.succeeded();
  }

  /** How long to wait before the next attempt to connect, in milliseconds. */
  waitMs(): number {
    return Math.max(0, this.#notBefore - this.#clock.monotonic());
  }

  /** Notes that a connection was opened. */
  succeeded(): void {
    this.#backoff.reset();
    this.#notBefore = 0;
    this.#failure = undefined;
  }

  /** Notes that no connection could be opened: every failure makes the next attempt wait longer. */
  failed(error: KafkaError): void {
    this.#failure = error;
    this.#notBefore = this.#clock.monotonic() + this.#backoff.next();
  }
}
