import type { Clock, Coordinator, Timer } from "@moldau/connection-pool";
import type { HandOver } from "./hand-over.js";
import { repeatHeartbeat, type RepeatedHeartbeat } from "./repeated-heartbeat.js";
import { idle, transition, type StandInCommand, type StandInEvent, type StandInState } from "./stand-in-state.js";

/** What a worker stands in with. */
export interface StandingInInit {
  readonly clock: Clock;
  readonly coordinator: Coordinator;
  readonly handOver: HandOver;
  /** Connects to the coordinator, and asks for nothing. */
  readonly reach: () => Promise<unknown>;
  readonly maxPollIntervalMs: number;
  /** The main thread has its turn again; under which epoch or round the member stands, where there is one. */
  readonly handedBack: (generationId: number | undefined) => void;
}

/** How often an interval is looked at. */
export const looksPerInterval = 8;

/** The share of an interval after which a loop that does not breathe counts as blocked: with the heartbeat that was due, less than two intervals. */
const patience = 0.5;

/** Stands in for the main thread, in the worker: carries out what the transitions of its state command. */
export class StandingIn {
  readonly #init: StandingInInit;
  #state: StandInState = idle;
  #heartbeat: RepeatedHeartbeat | undefined;
  #timer: Timer | undefined;

  constructor(init: StandingInInit) {
    this.#init = init;
  }

  /** Has something else, or nothing, to repeat from now on. */
  repeat(heartbeat: RepeatedHeartbeat | undefined): void {
    const { handOver, clock, reach } = this.#init;
    // Where the coordinator is, and a connection to it, are found while everything is well; what stands in the way shows when it matters.
    if (heartbeat !== undefined && this.#heartbeat === undefined) reach().catch(() => undefined);
    this.#heartbeat = heartbeat;
    const told = { type: "told", sign: handOver.lifeSign, now: clock.monotonic() } as const;
    this.#dispatch({ ...told, hasHeartbeat: heartbeat !== undefined });
    this.#timer?.cancel();
    this.#timer = undefined;
    if (heartbeat !== undefined) this.#watch(heartbeat);
  }

  /** The main thread wants its turn. */
  asked(): void {
    this.#dispatch({ type: "asked", now: this.#init.clock.monotonic() });
  }

  #watch({ intervalMs }: RepeatedHeartbeat): void {
    const { clock, handOver } = this.#init;
    this.#timer = clock.timer(Math.max(1, intervalMs / looksPerInterval), () => {
      this.#dispatch({ type: "look", sign: handOver.lifeSign, now: clock.monotonic() });
      if (this.#heartbeat !== undefined) this.#watch(this.#heartbeat);
    });
  }

  #dispatch(event: StandInEvent): void {
    const { maxPollIntervalMs } = this.#init;
    const intervalMs = this.#heartbeat?.intervalMs ?? maxPollIntervalMs;
    const limits = { intervalMs, maxPollIntervalMs, patienceMs: intervalMs * patience };
    const [state, commands] = transition(this.#state, event, limits);
    this.#state = state;
    for (const command of commands) this.#execute(command);
  }

  #execute(command: StandInCommand): void {
    const { handOver, handedBack } = this.#init;
    switch (command) {
      case "take":
        return handOver.take();
      case "beat":
        return void this.#beat();
      case "giveBack":
        handOver.giveBack();
        return handedBack(this.#heartbeat?.generationId);
    }
  }

  /** Never rejects: what fails is tried again when the next one is due. */
  async #beat(): Promise<void> {
    const heartbeat = this.#heartbeat;
    let refused = false;
    if (heartbeat !== undefined)
      try {
        const outcome = await repeatHeartbeat(this.#init.coordinator, heartbeat);
        refused = outcome.refused;
        if (this.#heartbeat === heartbeat) this.#heartbeat = { ...heartbeat, generationId: outcome.generationId };
      } catch {
        // The coordinator is looked up anew for the next one; the main thread tells of what still fails when it is back.
      }
    this.#dispatch({ type: "answered", refused });
  }
}
