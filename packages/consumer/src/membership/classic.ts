import { asKafkaError, attempt, type Coordinator } from "@moldau/connection-pool";
import {
  ErrorCode,
  JoinGroup,
  KafkaError,
  kafkaError,
  SyncGroup,
  type JoinGroupResponse,
} from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import type { Assignor, LastRound } from "../assignors/assignor.js";
import { joinRefused, leaveTimedOut } from "../errors.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { TopicPartition } from "../partitions/topic-partition.js";
import { ClassicRequests, type MemberAssignment } from "./classic-requests.js";
import { Heartbeats } from "./heartbeat.js";
import {
  initialMemberState,
  isInRound,
  transition,
  type JoinedMember,
  type MemberCommand,
  type MemberEvent,
  type MemberRound,
  type MemberState,
} from "./member-state.js";
import type { LeaveOptions, MemberIdentity, Membership, MembershipHost } from "./membership.js";
import { assignorInput, readAssignment, readMembers, writeAssignments, writeSubscription } from "./rounds.js";
import { Standing } from "./standing.js";
import { TopicWatch } from "./topic-watch.js";

/** What a membership under the classic protocol is made of. */
export interface ClassicMembershipInit {
  readonly cluster: ClusterView;
  readonly coordinator: Coordinator;
  readonly options: ResolvedConsumerOptions;
  readonly host: MembershipHost;
}

/** A member of a group under the classic protocol: carries out what the transitions of its state command. */
export class ClassicMembership implements Membership {
  readonly #cluster: ClusterView;
  readonly #coordinator: Coordinator;
  readonly #options: ResolvedConsumerOptions;
  readonly #host: MembershipHost;
  readonly #requests: ClassicRequests;
  readonly #heartbeats: Heartbeats;
  readonly #watch: TopicWatch;
  readonly #events: MemberEvent[] = [];
  #isDispatching = false;
  #state: MemberState = initialMemberState;
  readonly #standing: Standing;
  /** What the rounds gave this member, and in which one it was: a part of its next subscription. */
  #owned: readonly TopicPartition[] = [];
  #generationId = noGeneration;
  /** What the last round gave it, kept when it is given up or lost. */
  #last: LastRound | undefined;
  /** Ends when the state moves on: what was under way for the state before has no effect any more. */
  #step = new AbortController();
  /** What the last JoinGroup asked for. */
  #joinedTopics: readonly string[] = [];
  #leaving: Leaving | undefined;
  /** Why the member joins again, for the coordinator's log. */
  #reason = "";

  constructor({ cluster, coordinator, options, host }: ClassicMembershipInit) {
    const { groupId, groupInstanceId, heartbeatIntervalMs: intervalMs, sessionTimeoutMs } = options;
    this.#cluster = cluster;
    this.#coordinator = coordinator;
    this.#options = options;
    this.#host = host;
    this.#requests = new ClassicRequests({ cluster, coordinator, options });
    this.#standing = new Standing(groupId);
    this.#watch = new TopicWatch(cluster, (error) =>
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
    this.#dispatch({ type: "leave", reason });
    const late = (): void => this.#step.abort(leaveTimedOut(this.#coordinator.key, timeoutMs));
    const timer = this.#cluster.clock.timer(timeoutMs, late);
    return done.finally(() => timer.cancel());
  }

  observe(error: KafkaError, identity: MemberIdentity): void {
    if (identity !== this.identity) return;
    const event = consequenceOf(error);
    if (event !== undefined) this.#dispatch(event);
  }

  /** The cluster's metadata changed. */
  metadataChanged(): void {
    if (this.#state.name === "stable" && this.#state.isLeader && this.#watch.hasChanged)
      this.#rebalance("the topics that the group reads changed");
  }

  /** Has this member join again, unless it is about to. */
  #rebalance(reason: string): void {
    if (this.#state.name === "stable") this.#reason = reason;
    this.#dispatch({ type: "rebalance" });
  }

  /** Events that commands bring about wait until the commands of the event before have been carried out. */
  #dispatch(event: MemberEvent): void {
    this.#events.push(event);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      try {
        this.#handle(next);
      } catch (error) {
        this.#events.push({ type: "failed", error: asKafkaError(error) });
      }
    }
    this.#isDispatching = false;
  }

  #handle(event: MemberEvent): void {
    const before = this.#state;
    const [state, commands] = transition(before, event);
    this.#state = state;
    if (commands.length > 0) {
      this.#step.abort();
      this.#step = new AbortController();
      // Whatever waits at the broker for the state before would hold up what comes now.
      if (isParked(before) && event.type !== "joined" && event.type !== "synced" && event.type !== "memberIdRequired")
        this.#coordinator.interrupt("group");
    }
    if (!isInRound(state)) this.#standing.end();
    if (forgetsRounds(event)) this.#generationId = noGeneration;
    for (const command of commands) this.#execute(command);
  }

  #execute(command: MemberCommand): void {
    switch (command.type) {
      case "join":
        if (this.#host.isClosing()) return;
        return this.#carryOut((signal) => this.#join(command.memberId, signal));
      case "sync":
        return this.#carryOut((signal) => this.#sync(command, signal));
      case "assign":
        return this.#assign(command.assignment, command.round);
      case "startHeartbeats":
        return this.#heartbeats.start(command.member);
      case "stopHeartbeats":
        this.#watch.end();
        return this.#heartbeats.stop();
      case "revoke":
        return this.#carryOut((signal) => this.#revoke(signal));
      case "lose":
        return this.#lose();
      case "leave":
        return this.#carryOut((signal) => this.#leave(command, signal));
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

  async #join(memberId: string, signal: AbortSignal): Promise<MemberEvent> {
    const topics = this.#host.topics();
    this.#joinedTopics = topics;
    const rackId = this.#cluster.options.rackId ?? null;
    const subscription = { topics, owned: this.#owned, generationId: this.#generationId, rackId, last: this.#last };
    const protocols = this.#options.assignors.map((assignor) => ({
      name: assignor.name,
      metadata: writeSubscription(assignor, subscription),
    }));
    return this.#untilDone("join", signal, async () => {
      const answer = await this.#requests.join({ memberId, reason: this.#reason }, protocols, signal);
      if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED)
        return { type: "memberIdRequired", memberId: answer.memberId };
      if (answer.errorCode !== 0) return this.#consequenceOfCode(answer.errorCode, JoinGroup);
      return { type: "joined", round: roundOf(answer), members: answer.members, skipAssignment: answer.skipAssignment };
    });
  }

  async #sync(
    { round, members, skipAssignment }: MemberCommand & { type: "sync" },
    signal: AbortSignal,
  ): Promise<MemberEvent> {
    const { protocolName } = round;
    return this.#untilDone("sync", signal, async () => {
      const assignments = round.isLeader ? await this.#share(members, { protocolName, skipAssignment }) : [];
      const answer = await this.#requests.sync(round, assignments, signal);
      if (answer.errorCode !== 0) return this.#consequenceOfCode(answer.errorCode, SyncGroup);
      return { type: "synced", assignment: answer.assignment };
    });
  }

  /** The leader shares out; with `skipAssignment` (KIP-814) the group keeps what it has, and the leader only watches. */
  async #share(
    members: readonly JoinedMember[],
    { protocolName, skipAssignment }: { readonly protocolName: string; readonly skipAssignment: boolean },
  ): Promise<readonly MemberAssignment[]> {
    const group = readMembers(members);
    const topics = new Set(group.flatMap((member) => member.topics));
    const unknown = [...topics].filter((topic) => this.#cluster.cachedTopic(topic) === undefined);
    if (unknown.length > 0) await this.#cluster.refreshTopics(unknown);
    this.#watch.begin(topics);
    return skipAssignment
      ? []
      : writeAssignments(this.#assignor(protocolName).assign(assignorInput(group, this.#cluster)));
  }

  #assignor(name: string): Assignor {
    const found = this.#options.assignors.find((assignor) => assignor.name === name);
    if (found === undefined)
      throw kafkaError(
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
        { groupId: this.#options.groupId },
        `the group chose "${name}", which was not offered`,
      );
    return found;
  }

  #assign(assignment: Buffer, round: MemberRound): void {
    const owned = readAssignment(assignment);
    const { memberId, generationId } = round;
    this.#standing.begin({ memberId, generationId, groupInstanceId: this.#options.groupInstanceId });
    this.#generationId = generationId;
    this.#reason = "";
    this.#owned = owned;
    this.#last = { partitions: owned, generationId: round.generationId };
    this.#carryOut(async (signal) => {
      await this.#host.reconcile({ ...nothing, add: owned, round }, signal);
      return { type: "reconciled" };
    });
    // The subscription was replaced while this round was under way.
    if (this.#host.topics() !== this.#joinedTopics) this.rejoin();
  }

  /** Under the eager protocol everything is given up before the member joins again. */
  async #revoke(signal: AbortSignal): Promise<MemberEvent> {
    await this.#host.reconcile({ ...nothing, revoke: this.#owned }, signal);
    if (!signal.aborted) this.#owned = [];
    return { type: "revoked" };
  }

  #lose(): void {
    const lose = this.#owned;
    this.#owned = [];
    this.#carryOut(async (signal) => {
      await this.#host.reconcile({ ...nothing, lose }, signal);
      return { type: "reconciled" };
    });
  }

  async #leave({ memberId, reason }: MemberCommand & { type: "leave" }, signal: AbortSignal): Promise<MemberEvent> {
    let failure: KafkaError | undefined;
    try {
      if (memberId !== "" && this.#leaving?.isTold === true)
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
      this.#watch.tick();
      return;
    }
    const error = asKafkaError(outcome);
    if (error.retriable && consequenceOf(error) === undefined)
      this.#host.retrying({ operation: "heartbeat", error, delayMs: this.#options.heartbeatIntervalMs });
    else this.#dispatch(consequenceOf(error) ?? { type: "failed", error });
  }

  /** An error code as the event it amounts to; thrown when it is only to be tried again. */
  #consequenceOfCode(errorCode: number, api: typeof JoinGroup | typeof SyncGroup): MemberEvent {
    const error = joinRefused(errorCode, this.#options, { apiKey: api.key, apiName: api.name });
    const event = consequenceOf(error);
    if (event?.type === "rebalance" && this.#state.name === "joining")
      throw new KafkaError(error.code, error.message, { retriable: true, cause: error });
    if (event !== undefined) return event;
    this.#coordinator.check(errorCode, api);
    throw error;
  }

  #untilDone<T>(operation: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return attempt(work, {
      pace: this.#cluster.options,
      signals: [signal],
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

/** What Kafka writes for a member that has had no round, or whose last one is of no account. */
const noGeneration = -1;

const nothing = { lose: [], revoke: [], add: [] } as const;

/** Whether the member comes back as one that owns nothing, so that what it had in the last round is no claim. */
function forgetsRounds({ type }: MemberEvent): boolean {
  return type === "expelled" || type === "failed" || type === "leave";
}

/** What an error from the coordinator means for the membership; undefined when it means nothing and passes by itself. */
function consequenceOf(error: KafkaError): MemberEvent | undefined {
  switch (error.errorCode) {
    case ErrorCode.REBALANCE_IN_PROGRESS:
      return { type: "rebalance" };
    case ErrorCode.UNKNOWN_MEMBER_ID:
      return { type: "expelled", forgotten: true };
    case ErrorCode.ILLEGAL_GENERATION:
      return { type: "expelled", forgotten: false };
    default:
      return error.retriable ? undefined : { type: "failed", error };
  }
}

/** Whether a request may be waiting at the broker. */
function isParked({ name }: MemberState): boolean {
  return name === "joining" || name === "syncing";
}

function roundOf({ memberId, generationId, protocolName, leader }: JoinGroupResponse): MemberRound {
  return { memberId, generationId, protocolName: protocolName ?? "", isLeader: leader === memberId };
}
