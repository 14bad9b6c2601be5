import { asKafkaError, attempt, brokerError, type Coordinator } from "@moldau/connection-pool";
import { ErrorCode, JoinGroup, KafkaError, SyncGroup, type JoinGroupResponse } from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import type { Assignor, LastRound } from "../assignors/assignor.js";
import { leaveTimedOut, memberRefused, userDataFailed } from "../errors.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { TopicPartition } from "../partitions/topic-partition.js";
import { ClassicRequests } from "./classic-requests.js";
import { EventLine } from "./event-line.js";
import { Heartbeats } from "./heartbeat.js";
import { Leadership } from "./leadership.js";
import {
  initialMemberState,
  isInRound,
  partitionsOf,
  standingOf,
  transition,
  type Claim,
  type MemberCommand,
  type MemberEvent,
  type MemberRound,
  type MemberState,
  type RebalanceProtocol,
} from "./member-state.js";
import type { LeaveOptions, MemberIdentity, Membership, MembershipHost, Reconciliation } from "./membership.js";
import { readAssignment, rebalanceProtocolOf, writeSubscription, type MemberSubscription } from "./rounds.js";
import type { Turns } from "./stand-in/stand-in.js";
import { Standing } from "./standing.js";

/** What a membership under the classic protocol is made of. */
export interface ClassicMembershipInit {
  readonly cluster: ClusterView;
  readonly coordinator: Coordinator;
  readonly options: ResolvedConsumerOptions;
  readonly host: MembershipHost;
  /** Those of a worker that heartbeats while this thread is blocked; undefined: there is none. */
  readonly turns?: Turns | undefined;
}

/** A member of a group under the classic protocol: carries out what the transitions of its state command. */
export class ClassicMembership implements Membership {
  readonly #cluster: ClusterView;
  readonly #coordinator: Coordinator;
  readonly #options: ResolvedConsumerOptions;
  readonly #host: MembershipHost;
  readonly #turns: Turns | undefined;
  readonly #requests: ClassicRequests;
  readonly #heartbeats: Heartbeats;
  readonly #leadership: Leadership;
  readonly #events = new EventLine<MemberEvent>({
    handle: (event) => this.#handle(event),
    failed: (error) => ({ type: "failed", error }),
  });
  #state: MemberState = initialMemberState;
  readonly #standing: Standing;
  readonly #protocol: RebalanceProtocol;
  /** What the last round gave to this member, and which one it was. */
  #last: LastRound | undefined;
  /** Ends when the state moves on: what was under way for the state before has no effect any more. */
  #step = new AbortController();
  /** What the last JoinGroup asked for. */
  #joinedTopics: readonly string[] = [];
  #leaving: Leaving | undefined;
  /** Why the member joins again, for the coordinator's log. */
  #reason = "";
  /** Whether the coordinator may have given an id to this member that has not come here yet. */
  #mayBeUnnamed = false;

  constructor({ cluster, coordinator, options, host, turns }: ClassicMembershipInit) {
    const { groupId, groupInstanceId, heartbeatIntervalMs: intervalMs, sessionTimeoutMs } = options;
    this.#cluster = cluster;
    this.#coordinator = coordinator;
    this.#options = options;
    this.#host = host;
    this.#turns = turns;
    this.#protocol = rebalanceProtocolOf(options.assignors);
    this.#requests = new ClassicRequests({ cluster, coordinator, options });
    this.#standing = new Standing(groupId);
    this.#leadership = new Leadership(cluster, options, (error) =>
      host.retrying({ operation: "metadata", error: asKafkaError(error), delayMs: 0 }),
    );
    this.#heartbeats = new Heartbeats({
      coordinator,
      clock: cluster.clock,
      options: {
        groupId,
        groupInstanceId,
        intervalMs,
        timeoutMs: Math.min(cluster.options.requestTimeoutMs, sessionTimeoutMs),
      },
      turns,
      outcome: (error) => this.#heartbeatDone(error),
    });
  }

  get identity(): MemberIdentity | undefined {
    return this.#standing.identity;
  }

  nextIdentity(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity> {
    return this.#standing.next(former, signal);
  }

  /** Joins, if that is not under way already. */
  start(): void {
    this.#turns?.prepare();
    this.#dispatch({ type: "start" });
  }

  rejoin(): void {
    this.#rebalance("the subscription changed");
  }

  enforceRebalance(reason: string): void {
    this.#rebalance(reason);
  }

  leave(
    reason: string,
    { timeoutMs, leaveGroup = this.#options.groupInstanceId === null }: LeaveOptions,
  ): Promise<void> {
    if (this.#leaving !== undefined) return this.#leaving.done;
    if (this.#state.name === "unjoined" || this.#state.name === "failed") return Promise.resolve();
    let finish: (error?: KafkaError) => void = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      finish = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.#leaving = { done, finish, isTold: leaveGroup };
    // A static member is known by its name, and one that is not to be told of needs none.
    const awaitsId = this.#mayBeUnnamed && leaveGroup && this.#options.groupInstanceId === null;
    this.#dispatch({ type: "leave", reason, awaitsId });
    const late = (): void => this.#late(leaveTimedOut(this.#coordinator.key, timeoutMs));
    const timer = this.#cluster.clock.timer(timeoutMs, late);
    return done.finally(() => timer.cancel());
  }

  /** The time is up: nothing is waited for any longer. */
  #late(error: KafkaError): void {
    const isUnnamed = this.#state.name === "withdrawing";
    this.#step.abort(error);
    if (!isUnnamed) return;
    this.#leaving?.finish(error);
    this.#dispatch({ type: "failed", error });
  }

  observe(error: KafkaError, identity: MemberIdentity): void {
    if (identity !== this.identity) return;
    const event = this.#consequenceOf(error);
    // Whoever joins hears from the answer to that whether it is still known.
    if (event?.type === "failed" || (event !== undefined && isInRound(this.#state))) this.#dispatch(event);
  }

  /** The cluster's metadata changed. */
  metadataChanged(): void {
    if (this.#state.name === "stable" && this.#state.isLeader && this.#leadership.hasToShareAnew)
      this.#rebalance("the topics that the group reads changed");
  }

  /** Has this member join again, unless it is about to. */
  #rebalance(reason: string): void {
    if (this.#state.name === "stable") this.#reason = reason;
    this.#dispatch(this.#rebalanceEvent());
  }

  #rebalanceEvent(): MemberEvent {
    return { type: "rebalance", unwanted: this.#unwanted(partitionsOf(this.#state)) };
  }

  /** Which of the partitions were asked for when this member joined, and are not subscribed to any more. */
  #unwanted(partitions: readonly TopicPartition[]): TopicPartition[] {
    const topics = this.#host.topics();
    if (topics === this.#joinedTopics) return [];
    return partitions.filter(({ topic }) => this.#joinedTopics.includes(topic) && !topics.includes(topic));
  }

  #dispatch(event: MemberEvent): void {
    this.#events.add(event);
  }

  #handle(event: MemberEvent): void {
    const before = this.#state;
    const [state, commands] = transition(before, event, this.#protocol);
    this.#state = state;
    if (commands.length > 0) {
      this.#step.abort();
      this.#step = new AbortController();
      // Whatever waits at the broker for the state before would hold up what comes now.
      if (isParked(before) && !answers.has(event.type)) this.#coordinator.interrupt("group");
    }
    this.#stand();
    for (const command of commands) this.#execute(command);
  }

  /** Commits are made under the round that stands by now, if any does. */
  #stand(): void {
    const round = standingOf(this.#state);
    const { identity } = this;
    if (round === undefined) return this.#standing.end();
    const isThere = identity?.memberId === round.memberId && identity.generationId === round.generationId;
    if (!isThere) this.#standing.begin({ ...round, groupInstanceId: this.#options.groupInstanceId });
  }

  #execute(command: MemberCommand): void {
    switch (command.type) {
      case "join":
        if (this.#host.isClosing()) return;
        return this.#carryOut((signal) => this.#join(command.claim, signal));
      case "sync":
        return this.#carryOut((signal) => this.#sync(command, signal));
      case "assign":
        return this.#assign(command.added, command.round);
      case "startHeartbeats":
        return this.#heartbeats.start(command.member);
      case "stopHeartbeats":
        this.#leadership.end();
        return this.#heartbeats.stop();
      case "revoke":
        return this.#carryOut((signal) => this.#revoke(command.partitions, signal));
      case "lose":
        return this.#reconcile({ ...nothing, lose: command.partitions });
      case "leave":
        return this.#carryOut((signal) => this.#leave(command, signal));
      case "giveUp":
        return this.#host.givenUp(command.error);
      case "fail":
        return this.#host.failed(command.error);
    }
  }

  /** Works for the state that was just entered; the event it comes to counts only if that state is still there. */
  #carryOut(work: (signal: AbortSignal) => Promise<MemberEvent>): void {
    const { signal } = this.#step;
    work(signal).then(
      (event) => {
        if (!signal.aborted || event.type === "left") this.#dispatch(event);
      },
      (error: unknown) => {
        if (!signal.aborted) this.#dispatch({ type: "failed", error: asKafkaError(error) });
      },
    );
  }

  async #join({ memberId, generationId, owned }: Claim, signal: AbortSignal): Promise<MemberEvent> {
    const topics = this.#host.topics();
    this.#joinedTopics = topics;
    const rackId = this.#cluster.options.rackId ?? null;
    const subscription = { topics, owned, generationId, rackId, last: this.#last };
    const protocols = this.#options.assignors.map((assignor) => this.#protocolOf(assignor, subscription));
    return this.#untilDone("join", signal, async () => {
      const asked = (): void => {
        this.#mayBeUnnamed = memberId === "";
      };
      const answer = await this.#requests.join({ memberId, reason: this.#reason, asked }, protocols, signal);
      this.#mayBeUnnamed = false;
      if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED)
        return { type: "memberIdRequired", memberId: answer.memberId };
      if (answer.errorCode !== 0) return this.#consequenceOfCode(answer.errorCode, JoinGroup);
      return { type: "joined", round: roundOf(answer), members: answer.members, skipAssignment: answer.skipAssignment };
    });
  }

  #protocolOf(
    assignor: Assignor,
    subscription: MemberSubscription,
  ): { readonly name: string; readonly metadata: Buffer } {
    try {
      return { name: assignor.name, metadata: writeSubscription(assignor, subscription) };
    } catch (error) {
      throw userDataFailed(assignor.name, this.#options.groupId, error);
    }
  }

  async #sync(
    { round, members, skipAssignment }: MemberCommand & { type: "sync" },
    signal: AbortSignal,
  ): Promise<MemberEvent> {
    const { protocolName } = round;
    return this.#untilDone("sync", signal, async () => {
      const assignments = round.isLeader ? await this.#leadership.share(members, { protocolName, skipAssignment }) : [];
      const answer = await this.#requests.sync(round, assignments, signal);
      if (answer.errorCode !== 0) return this.#consequenceOfCode(answer.errorCode, SyncGroup);
      const refusal = this.#leadership.refusalIn(answer.assignment, round);
      // A static leader that came back is given what there was; sharing out is worth another try.
      if (refusal !== undefined) return skipAssignment ? this.#rebalanceEvent() : { type: "unshared", error: refusal };
      const assigned = readAssignment(answer.assignment);
      this.#last = { partitions: assigned, generationId: round.generationId };
      return { type: "synced", assigned, unwanted: this.#unwanted(assigned) };
    });
  }

  #assign(added: readonly TopicPartition[], round: MemberRound): void {
    this.#reason = "";
    this.#reconcile({ ...nothing, add: added, round });
    // The subscription was replaced while this round was under way.
    if (this.#host.topics() !== this.#joinedTopics) this.rejoin();
  }

  async #revoke(revoke: readonly TopicPartition[], signal: AbortSignal): Promise<MemberEvent> {
    await this.#host.reconcile({ ...nothing, revoke }, signal);
    return { type: "revoked", unwanted: this.#unwanted(partitionsOf(this.#state)) };
  }

  /** What needs no waiting, so that nothing follows from its end. */
  #reconcile(change: Reconciliation): void {
    this.#host.reconcile(change, this.#step.signal).catch((error: unknown) => {
      this.#dispatch({ type: "failed", error: asKafkaError(error) });
    });
  }

  async #leave({ memberId, reason }: MemberCommand & { type: "leave" }, signal: AbortSignal): Promise<MemberEvent> {
    let failure: KafkaError | undefined;
    try {
      const isKnown = memberId !== "" || (this.#mayBeUnnamed && this.#options.groupInstanceId !== null);
      if (isKnown && this.#leaving?.isTold === true)
        await this.#untilDone("leave", signal, () => this.#requests.leave(memberId, reason, signal));
    } catch (error) {
      failure = asKafkaError(error);
    }
    this.#leaving?.finish(failure);
    this.#leaving = undefined;
    return { type: "left" };
  }

  #heartbeatDone(outcome: unknown): void {
    if (outcome === undefined) {
      this.#leadership.tick();
      return;
    }
    const error = asKafkaError(outcome);
    const event = this.#consequenceOf(error);
    if (event !== undefined) this.#dispatch(event);
    else this.#host.retrying({ operation: "heartbeat", error, delayMs: this.#options.heartbeatIntervalMs });
  }

  /** What an error from the coordinator means for the membership; undefined when it means nothing and passes by itself. */
  #consequenceOf(error: KafkaError): MemberEvent | undefined {
    switch (error.errorCode) {
      case ErrorCode.REBALANCE_IN_PROGRESS:
        return this.#rebalanceEvent();
      case ErrorCode.UNKNOWN_MEMBER_ID:
        return { type: "expelled", forgotten: true };
      case ErrorCode.ILLEGAL_GENERATION:
        return { type: "expelled", forgotten: false };
      default:
        return error.retriable ? undefined : { type: "failed", error: memberRefused(error, this.#options) };
    }
  }

  /** An error code as the event it amounts to; thrown when it is only to be tried again. */
  #consequenceOfCode(errorCode: number, api: typeof JoinGroup | typeof SyncGroup): MemberEvent {
    const { groupId } = this.#options;
    const error = brokerError(errorCode, { groupId, apiKey: api.key, apiName: api.name });
    const event = this.#consequenceOf(error);
    if (event?.type === "rebalance" && (this.#state.name === "joining" || this.#state.name === "withdrawing"))
      throw new KafkaError(error.code, error.message, { retriable: true, cause: error });
    if (event !== undefined) return event;
    this.#coordinator.check(errorCode, api);
    throw error;
  }

  #untilDone<T>(operation: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return attempt(work, {
      pace: this.#cluster.options,
      signals: [signal],
      // Whoever leaves before it has a name asks for no other.
      mayRepeat: ({ retriable }) => retriable && this.#state.name !== "withdrawing",
      retrying: (failed) => this.#host.retrying({ operation, ...failed }),
    });
  }
}

/** A farewell that somebody waits for. */
interface Leaving {
  readonly done: Promise<void>;
  readonly finish: (error?: KafkaError) => void;
  /** Whether the coordinator hears of it. */
  readonly isTold: boolean;
}

const nothing = { lose: [], revoke: [], add: [] } as const;

/** What a request that was waiting at the broker comes to, so that none does any more. */
const answers: ReadonlySet<MemberEvent["type"]> = new Set(["joined", "synced", "unshared", "memberIdRequired"]);

/** Whether a request may be waiting at the broker. */
function isParked({ name }: MemberState): boolean {
  return name === "joining" || name === "syncing" || name === "withdrawing";
}

function roundOf({ memberId, generationId, protocolName, leader }: JoinGroupResponse): MemberRound {
  return { memberId, generationId, protocolName: protocolName ?? "", isLeader: leader === memberId };
}
