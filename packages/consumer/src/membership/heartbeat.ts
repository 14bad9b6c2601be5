import { asKafkaError, type Clock, type Timer, type Coordinator } from "@moldau/connection-pool";
import { Heartbeat } from "@moldau/protocol-codec";
import type { RoundMember } from "./member-state.js";
import type { Turns } from "./stand-in/stand-in.js";

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
  readonly #turns: Turns | undefined;
  readonly #outcome: (error: unknown) => void;
  #member: RoundMember | undefined;
  #timer: Timer | undefined;

  /** `turns` are those of a worker that heartbeats while this thread is blocked; `outcome` is called after every heartbeat: with undefined when the coordinator is content, otherwise with what went wrong. */
  constructor({
    coordinator,
    clock,
    options,
    turns,
    outcome,
  }: {
    coordinator: Coordinator;
    clock: Clock;
    options: HeartbeatOptions;
    turns?: Turns | undefined;
    outcome: (error: unknown) => void;
  }) {
    this.#coordinator = coordinator;
    this.#clock = clock;
    this.#options = options;
    this.#turns = turns;
    this.#outcome = outcome;
  }

  /** Heartbeats as this member, one interval from now the first time. */
  start(member: RoundMember): void {
    this.stop();
    this.#member = member;
    this.#turns?.repeat({ ...this.#options, ...member, protocol: "classic" });
    this.#schedule(member, this.#clock.monotonic());
  }

  /** Stops; an answer on its way is dropped. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#member !== undefined) this.#turns?.repeat(undefined);
    this.#member = undefined;
  }

  #schedule(member: RoundMember, last: number): void {
    const delayMs = Math.max(0, last + this.#options.intervalMs - this.#clock.monotonic());
    this.#timer = this.#clock.timer(delayMs, () => void this.#beat(member));
  }

  /** Never rejects: what happens goes to `outcome`. */
  async #beat(member: RoundMember): Promise<void> {
    const startedAt = this.#clock.monotonic();
    if (this.#turns !== undefined) await this.#turns.claim();
    const outcome = this.#isFor(member) ? await this.#ask(member) : undefined;
    this.#turns?.release();
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
