import { asKafkaError, type Clock, type Timer, type Coordinator } from "@moldau/connection-pool";
import { Heartbeat } from "@moldau/protocol-codec";
import type { RoundMember } from "./member-state.js";

/** All that heartbeating needs to know; plain data, so that it may come from another thread. */
export interface HeartbeatOptions {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  /** Time between heartbeats, in milliseconds. */
  readonly intervalMs: number;
  /** Time for the answer to one, in milliseconds. */
  readonly timeoutMs: number;
}

/** Tells the coordinator again and again that the member lives, whatever the application is doing. */
export class Heartbeats {
  readonly #coordinator: Coordinator;
  readonly #clock: Clock;
  readonly #options: HeartbeatOptions;
  readonly #outcome: (error: unknown) => void;
  #member: RoundMember | undefined;
  #timer: Timer | undefined;

  /** `outcome` is called after every heartbeat: with undefined when the coordinator is content, otherwise with what went wrong. */
  constructor({
    coordinator,
    clock,
    options,
    outcome,
  }: {
    coordinator: Coordinator;
    clock: Clock;
    options: HeartbeatOptions;
    outcome: (error: unknown) => void;
  }) {
    this.#coordinator = coordinator;
    this.#clock = clock;
    this.#options = options;
    this.#outcome = outcome;
  }

  /** Heartbeats as this member, one interval from now the first time. */
  start(member: RoundMember): void {
    this.stop();
    this.#member = member;
    this.#schedule(member, this.#clock.monotonic());
  }

  /** Stops; an answer on its way is dropped. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#member = undefined;
  }

  #schedule(member: RoundMember, last: number): void {
    const delayMs = Math.max(0, last + this.#options.intervalMs - this.#clock.monotonic());
    this.#timer = this.#clock.timer(delayMs, () => void this.#beat(member));
  }

  /** Never rejects: what happens goes to `outcome`. */
  async #beat(member: RoundMember): Promise<void> {
    const startedAt = this.#clock.monotonic();
    const outcome = await this.#ask(member);
    if (this.#member !== member) return;
    this.#outcome(outcome);
    // The outcome may have ended this round.
    if (this.#isFor(member)) this.#schedule(member, startedAt);
  }

  #isFor(member: RoundMember): boolean {
    return this.#member === member;
  }

  async #ask({ memberId, generationId }: RoundMember): Promise<unknown> {
    const { groupId, groupInstanceId, timeoutMs } = this.#options;
    try {
      // Neither JoinGroup nor SyncGroup is under way while heartbeats go out, so nothing holds them up here.
      const answer = await this.#coordinator.request(
        Heartbeat,
        (version) => ({ groupId, generationId, memberId, groupInstanceId: version >= 3 ? groupInstanceId : null }),
        { purpose: "group", timeoutMs },
      );
      this.#coordinator.check(answer.errorCode, Heartbeat);
      return undefined;
    } catch (error) {
      return asKafkaError(error);
    }
  }
}
