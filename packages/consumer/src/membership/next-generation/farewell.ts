import { asKafkaError, attempt, type Coordinator } from "@moldau/connection-pool";
import { ConsumerGroupHeartbeat, ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import type { ClusterView } from "../../cluster-view.js";
import { leaveTimedOut } from "../../errors.js";
import type { RetryNotice } from "../../events.js";
import type { LeaveOptions } from "../membership.js";
import { farewell, type HeartbeatMember } from "./heartbeat-request.js";

/** What a farewell is made with. */
export interface FarewellInit {
  readonly cluster: ClusterView;
  readonly coordinator: Coordinator;
  readonly groupInstanceId: string | null;
  readonly options: LeaveOptions;
  readonly retrying: (notice: RetryNotice) => void;
}

/** The epochs by which a member says that it leaves for good, and that it comes back. */
const goneEpoch = -1;
const awayEpoch = -2;

/** The end of a member's time in the group, told to the coordinator within a time. */
export class Farewell {
  /** Resolves when it was said. Rejects with what was in its way. */
  readonly done: Promise<void>;
  readonly #init: FarewellInit;
  #finish: (error?: KafkaError) => void = () => undefined;

  constructor(init: FarewellInit) {
    this.#init = init;
    this.done = new Promise((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  /** The coordinator knows nothing of the member: there is nothing to be said. */
  skip(): void {
    this.#finish();
  }

  /** Says that this member leaves; never rejects. */
  async say(member: HeartbeatMember): Promise<void> {
    const memberEpoch = this.#epoch();
    if (memberEpoch === undefined) return this.#finish();
    const { cluster, coordinator, options, retrying } = this.#init;
    const late = new AbortController();
    const { timeoutMs } = options;
    const timer = cluster.clock.timer(timeoutMs, () => late.abort(leaveTimedOut(coordinator.key, timeoutMs)));
    try {
      await attempt(() => this.#ask({ ...member, memberEpoch }, late.signal), {
        pace: cluster.options,
        signals: [late.signal],
        retrying: (failed) => retrying({ operation: "leave", ...failed }),
      });
      this.#finish();
    } catch (error) {
      this.#finish(asKafkaError(error));
    } finally {
      timer.cancel();
    }
  }

  /** A static member comes back, unless it is told not to: its partitions wait for it. One that is to wait without a name just falls silent. */
  #epoch(): number | undefined {
    const { groupInstanceId, options } = this.#init;
    const { leaveGroup = groupInstanceId === null } = options;
    if (leaveGroup) return goneEpoch;
    return groupInstanceId === null ? undefined : awayEpoch;
  }

  async #ask(member: HeartbeatMember, signal: AbortSignal): Promise<void> {
    const { coordinator } = this.#init;
    const answer = await coordinator.request(ConsumerGroupHeartbeat, () => farewell(member), {
      purpose: "group",
      signal,
    });
    if (!isGone.includes(answer.errorCode)) coordinator.check(answer.errorCode, ConsumerGroupHeartbeat);
  }
}

/** The coordinator has nothing to take leave of: it is content. */
const isGone: readonly number[] = [
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.FENCED_MEMBER_EPOCH,
  ErrorCode.GROUP_ID_NOT_FOUND,
];
