import type { Coordinator } from "@moldau/connection-pool";
import {
  ErrorCode,
  JoinGroup,
  LeaveGroup,
  SyncGroup,
  type JoinGroupResponse,
  type SyncGroupResponse,
} from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { MemberRound } from "./member-state.js";

/** What the requests of a member are made with. */
export interface ClassicRequestsInit {
  readonly cluster: ClusterView;
  readonly coordinator: Coordinator;
  readonly options: ResolvedConsumerOptions;
}

/** What a member says for one assignor when it joins; the subscription is bytes already. */
export interface JoinProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What one member gets, as the leader says it. */
export interface MemberAssignment {
  readonly memberId: string;
  readonly assignment: Buffer;
}

/** How much longer than a rebalance the answer to JoinGroup may take: what Apache Kafka's client allows. */
const joinSlackMs = 5000;

/** How much of a reason goes along, in UTF-16 code units: as much as of Apache Kafka's client, so that nobody fills the broker's log. */
const longestReason = 255;

/** What a member under the classic protocol asks of its coordinator: one attempt each, whatever error codes are in the answer. */
export class ClassicRequests {
  readonly #coordinator: Coordinator;
  readonly #options: ResolvedConsumerOptions;
  /** JoinGroup and SyncGroup wait at the broker until all members have come. */
  readonly #parkedMs: number;

  constructor({ cluster, coordinator, options }: ClassicRequestsInit) {
    this.#coordinator = coordinator;
    this.#options = options;
    this.#parkedMs = Math.max(cluster.options.requestTimeoutMs, options.rebalanceTimeoutMs + joinSlackMs);
  }

  /** `asked` is called when the request goes out. */
  join(
    { memberId, reason, asked }: { readonly memberId: string; readonly reason: string; readonly asked: () => void },
    protocols: readonly JoinProtocol[],
    signal: AbortSignal,
  ): Promise<JoinGroupResponse> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, groupInstanceId } = this.#options;
    const body = {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      groupInstanceId,
      protocolType: "consumer",
      protocols,
      reason: reason === "" ? null : reason.slice(0, longestReason),
    };
    const write = (): typeof body => {
      asked();
      return body;
    };
    return this.#coordinator.request(JoinGroup, write, { purpose: "group", signal, timeoutMs: this.#parkedMs });
  }

  sync(round: MemberRound, assignments: readonly MemberAssignment[], signal: AbortSignal): Promise<SyncGroupResponse> {
    const { groupId, groupInstanceId } = this.#options;
    const { memberId, generationId, protocolName } = round;
    const body = {
      groupId,
      generationId,
      memberId,
      groupInstanceId,
      protocolType: "consumer",
      protocolName,
      assignments,
    };
    return this.#coordinator.request(SyncGroup, () => body, { purpose: "group", signal, timeoutMs: this.#parkedMs });
  }

  /** Says farewell, where no commit that is still on its way can hold it up; a coordinator that does not know the member is content. @throws {KafkaError} what else it said. */
  async leave(memberId: string, reason: string, signal: AbortSignal): Promise<void> {
    const { groupId, groupInstanceId } = this.#options;
    const members = [{ memberId, groupInstanceId, reason: reason.slice(0, longestReason) }];
    const body = (version: number) => (version >= 3 ? { groupId, members } : { groupId, memberId });
    const answer = await this.#coordinator.request(LeaveGroup, body, { purpose: "group", signal });
    const errorCode = answer.errorCode === 0 ? (answer.members[0]?.errorCode ?? 0) : answer.errorCode;
    if (errorCode !== ErrorCode.UNKNOWN_MEMBER_ID) this.#coordinator.check(errorCode, LeaveGroup);
  }
}
