import { asKafkaError, type Clock, type Timer } from "@moldau/connection-pool";
import type { Secret } from "@moldau/connection-pool/internal";
import type { KafkaError } from "@moldau/protocol-codec";
import type { RetryNotice } from "../../events.js";
import { Milestone } from "../../milestone.js";
import { HandOver } from "./hand-over.js";
import type { MessageToMain, MessageToWorker, WorkerStart } from "./messages.js";
import type { RepeatedHeartbeat } from "./repeated-heartbeat.js";
import { looksPerInterval } from "./standing-in.js";
import { startWorker, type RunningWorker } from "./start-worker.js";

/** What the main thread's side of a stand-in is made of. */
export interface StandInInit extends Pick<WorkerStart, "groupId" | "maxPollIntervalMs" | "cluster"> {
  readonly clock: Clock;
  /** What gives the password; undefined where none is needed. */
  readonly secret: Secret | undefined;
  /** How often the application has asked for more. */
  readonly asked: () => number;
  /** Whether it waits for more. */
  readonly isWaiting: () => boolean;
  readonly retrying: (notice: RetryNotice) => void;
}

/** Who heartbeats when, as a membership sees it. */
export type Turns = Pick<StandIn, "claim" | "prepare" | "release" | "repeat">;

/**
 * A worker that heartbeats for a member while application code blocks the event loop, as the main thread sees it: it is told what to repeat,
 * shown that the loop is alive, and asked for the turn before each heartbeat of the main thread's own.
 */
export class StandIn {
  readonly #init: StandInInit;
  readonly #handOver = new HandOver();
  readonly #handedBack = new Milestone();
  #worker: Promise<RunningWorker | undefined> | undefined;
  #running: RunningWorker | undefined;
  #isClosed = false;
  #repeated: RepeatedHeartbeat | undefined;
  #breathing: Timer | undefined;
  #generationId: number | undefined;

  constructor(init: StandInInit) {
    this.#init = init;
  }

  /** The member is about to join: the worker begins, so that it is there when there is something to keep alive. */
  prepare(): void {
    if (!this.#isClosed) this.#worker ??= this.#start();
  }

  /** What keeps the membership alive from now on; undefined: there is nothing to keep alive. */
  repeat(heartbeat: RepeatedHeartbeat | undefined): void {
    if (this.#isClosed) return;
    this.#repeated = heartbeat;
    this.#generationId = undefined;
    if (heartbeat !== undefined) this.prepare();
    this.#say({ type: "repeat", heartbeat });
    this.#breathing?.cancel();
    if (heartbeat !== undefined) this.#breathe(heartbeat.intervalMs / looksPerInterval);
  }

  /**
   * Resolves when the main thread may heartbeat: at once, unless the worker is at it. {@link release} ends the turn. A worker that does not give it back
   * within an interval is not waited for: its heartbeat hangs, and another one is due. Gives under which epoch the worker has got to know that the
   * member stands, if it heartbeat at all.
   */
  async claim(): Promise<number | undefined> {
    while (!this.#isClosed && !this.#handOver.claim()) {
      const handedBack = this.#handedBack.wait();
      this.#say({ type: "claim" });
      const timer = this.#init.clock.timer(this.#repeated?.intervalMs ?? 0, () => this.#takeBack());
      await handedBack;
      timer.cancel();
    }
    const generationId = this.#generationId;
    this.#generationId = undefined;
    return generationId;
  }

  release(): void {
    this.#handOver.release();
  }

  /** Ends the worker; resolves when it is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#breathing?.cancel();
    this.#handedBack.reach();
    const worker = await this.#worker;
    await worker?.close();
  }

  #breathe(periodMs: number): void {
    const { asked, isWaiting, clock } = this.#init;
    this.#handOver.breathe(asked(), isWaiting());
    this.#breathing = clock.timer(Math.max(1, periodMs), () => this.#breathe(periodMs), { background: true });
  }

  /** Never rejects: without a worker the main thread heartbeats alone. */
  async #start(): Promise<RunningWorker | undefined> {
    const { groupId, maxPollIntervalMs, cluster, secret } = this.#init;
    try {
      const password = await secret?.current();
      if (this.#isClosed) return undefined;
      const { memory } = this.#handOver;
      const passwordChanges = secret?.changes === true;
      const start = { memory, groupId, maxPollIntervalMs, cluster, password, passwordChanges };
      const running = await startWorker(start, {
        said: (message) => this.#hear(message),
        failed: (error) => this.#failed(error),
      });
      this.#running = running;
      this.#say({ type: "repeat", heartbeat: this.#repeated });
      return running;
    } catch (error) {
      this.#failed(asKafkaError(error));
      return undefined;
    }
  }

  #say(message: MessageToWorker): void {
    this.#running?.say(message);
  }

  #hear(message: MessageToMain): void {
    switch (message.type) {
      case "handedBack":
        this.#generationId = message.generationId;
        return this.#handedBack.reach();
      case "password":
        return void this.#givePassword();
    }
  }

  /** Never rejects: without an answer the worker takes the password that it has. */
  async #givePassword(): Promise<void> {
    try {
      const password = await this.#init.secret?.current();
      if (password !== undefined) this.#say({ type: "password", password });
    } catch (error) {
      this.#init.retrying({ operation: "heartbeat worker", error: asKafkaError(error), delayMs: 0 });
    }
  }

  #failed(error: KafkaError): void {
    if (this.#isClosed) return;
    this.#running = undefined;
    this.#init.retrying({ operation: "heartbeat worker", error, delayMs: 0 });
    this.#takeBack();
  }

  #takeBack(): void {
    this.#handOver.giveBack();
    this.#handedBack.reach();
  }
}
