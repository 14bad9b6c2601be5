import { randomBytes } from "node:crypto";
import { asKafkaError, invalidState, type Coordinator, type ClusterAccess } from "@moldau/connection-pool";
import {
  ConsumerGroupHeartbeat,
  ErrorCode,
  KafkaError,
  Uuid,
  type ConsumerGroupHeartbeatResponse,
} from "@moldau/protocol-codec";
import type { ClusterView } from "../../cluster-view.js";
import type { ResolvedConsumerOptions } from "../../options.js";
import type { LeaveOptions, MemberIdentity, Membership, MembershipHost } from "../membership.js";
import type { Turns } from "../stand-in/stand-in.js";
import { Standing } from "../standing.js";
import { Farewell } from "./farewell.js";
import { EventLine } from "../event-line.js";
import { HeartbeatLoop } from "./heartbeat-loop.js";
import { heartbeatRequest, type HeartbeatFacts, type HeartbeatMember } from "./heartbeat-request.js";
import {
  isInGroup,
  outside,
  transition,
  type MemberCommand,
  type MemberEvent,
  type MemberState,
} from "./member-state.js";
import { heartbeatRefused } from "./refusals.js";
import { byTopicId, type OwnedPartition } from "./target.js";
import { findNames, knownNames } from "./topic-names.js";

/** What a membership under the next-generation protocol is made of. */
export interface NextGenerationInit {
  readonly cluster: ClusterView & Pick<ClusterAccess, "request" | "topicNameOf">;
  readonly coordinator: Coordinator;
  readonly options: ResolvedConsumerOptions;
  readonly host: MembershipHost;
  /** Those of a worker that heartbeats while this thread is blocked; undefined: there is none. */
  readonly turns?: Turns | undefined;
}

/** A member of a group under the next-generation protocol (KIP-848): carries out what the transitions of its state command. */
export class NextGenerationMembership implements Membership {
  readonly #init: NextGenerationInit;
  readonly #standing: Standing;
  readonly #heartbeats: HeartbeatLoop;
  readonly #events = new EventLine<MemberEvent>({
    handle: (event) => this.#handle(event),
    failed: (error) => ({ type: "failed", error }),
  });
  #state: MemberState = outside;
  /** Made by the member itself (KIP-1082), and kept for as long as it lives. */
  #memberId = Uuid.random(() => randomBytes(16)).toString();
  /** What the coordinator has been told, and has confirmed; undefined when it has to be told all. */
  #told: HeartbeatFacts | undefined;
  /** Whether the coordinator may know of this member. */
  #mayBeKnown = false;
  /** What the coordinator wants from one heartbeat to the next, in milliseconds; 0 before it has said so. */
  #intervalMs = 0;
  /** What a worker was told to repeat. */
  #repeated: { readonly facts: HeartbeatFacts; readonly epoch: number } | undefined;
  /** Ends with the time in the group. */
  #stay = new AbortController();
  /** Ends the search for names. */
  #search = new AbortController();
  /** The failure that was told last, until a heartbeat is answered well. */
  #complaint: string | undefined;
  #leaving: Farewell | undefined;

  constructor(init: NextGenerationInit) {
    const { cluster, host, options } = init;
    this.#init = init;
    this.#standing = new Standing(options.groupId);
    this.#heartbeats = new HeartbeatLoop({
      pace: cluster.options,
      beat: (signal) => this.#beatInTurn(signal),
      retrying: (failed) => host.retrying({ operation: "heartbeat", ...failed }),
      failed: (error) => this.#dispatch({ type: "failed", error: asKafkaError(error) }),
    });
  }

  get identity(): MemberIdentity | undefined {
    return this.#standing.identity;
  }

  nextIdentity(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity> {
    return this.#standing.next(former, signal);
  }

  start(): void {
    this.#init.turns?.prepare();
    this.#dispatch({ type: "start" });
  }

  /** The next heartbeat, at once, says what is subscribed to now. */
  rejoin(): void {
    if (this.#state.name !== "joining") this.#heartbeats.soon();
  }

  enforceRebalance(): void {
    throw invalidState(
      'enforceRebalance: under protocol "consumer" the broker shares out the partitions, whenever something changes; a member cannot have it done anew.',
      { groupId: this.#init.options.groupId },
    );
  }

  leave(_reason: string, options: LeaveOptions): Promise<void> {
    if (this.#leaving !== undefined) return this.#leaving.done;
    if (this.#state.name === "outside" || this.#state.name === "failed") return Promise.resolve();
    const { cluster, coordinator, options: own, host } = this.#init;
    const { groupInstanceId } = own;
    const farewell = new Farewell({
      cluster,
      coordinator,
      groupInstanceId,
      retrying: host.retrying.bind(host),
      options,
    });
    this.#leaving = farewell;
    this.#dispatch({ type: "leave" });
    return farewell.done;
  }

  /** A heartbeat finds out, and at once, what is wrong with the member. */
  observe(_error: KafkaError, identity: MemberIdentity): void {
    if (identity === this.identity) this.#heartbeats.soon();
  }

  metadataChanged(): void {
    const state = this.#state;
    if (state.name !== "reconciling") return;
    const names = knownNames(
      this.#init.cluster,
      state.target.map(({ topicId }) => topicId),
    );
    this.#dispatch({ type: "named", names });
  }

  #dispatch(event: MemberEvent): void {
    this.#events.add(event);
  }

  #handle(event: MemberEvent): void {
    const [state, commands] = transition(this.#state, event);
    this.#state = state;
    this.#stand(state);
    for (const command of commands) this.#execute(command);
  }

  /** What is begun under an epoch is made anew under the next one; what is begun in the group ends with the time in it. */
  #stand(state: MemberState): void {
    if (!isInGroup(state)) {
      if (this.#repeated !== undefined) this.#init.turns?.repeat(undefined);
      this.#repeated = undefined;
      this.#standing.end();
      this.#search.abort();
      this.#stay.abort();
      this.#stay = new AbortController();
    } else if (this.identity?.generationId !== state.epoch) {
      const { groupInstanceId } = this.#init.options;
      this.#standing.begin({ memberId: this.#memberId, generationId: state.epoch, groupInstanceId });
    }
  }

  #execute(command: MemberCommand): void {
    const { host } = this.#init;
    switch (command.type) {
      case "join":
        this.#told = undefined;
        if (host.isClosing()) return this.#heartbeats.stop();
        return this.#heartbeats.start();
      case "acknowledge":
        return this.#heartbeats.soon();
      case "fallSilent":
        return this.#heartbeats.stop();
      case "find":
        return this.#find(command.topics);
      case "revoke":
        return this.#reconcile({ revoke: command.partitions }, { type: "revoked" });
      case "add":
        return this.#add(command.partitions);
      case "lose":
        return this.#reconcile({ lose: command.partitions });
      case "leave":
        return void this.#leave();
      case "fail":
        return host.failed(command.error);
    }
  }

  #add(add: readonly OwnedPartition[]): void {
    if (!isInGroup(this.#state)) return;
    const round = { memberId: this.#memberId, generationId: this.#state.epoch, isLeader: false };
    this.#reconcile({ add, round });
  }

  /** Has the rest of the consumer follow; what needs no waiting has happened when the call returns. */
  #reconcile(change: Partial<Parameters<MembershipHost["reconcile"]>[0]>, event?: MemberEvent): void {
    const { signal } = this.#stay;
    this.#init.host.reconcile({ ...nothing, ...change }, signal).then(
      () => {
        if (!signal.aborted && event !== undefined) this.#dispatch(event);
      },
      (error: unknown) => {
        if (!signal.aborted) this.#dispatch({ type: "failed", error: asKafkaError(error) });
      },
    );
  }

  #find(topics: readonly Uuid[]): void {
    const { cluster, host } = this.#init;
    this.#search.abort();
    const search = new AbortController();
    this.#search = search;
    findNames(cluster, topics, {
      signal: search.signal,
      found: (names) => {
        if (!search.signal.aborted) this.#dispatch({ type: "named", names });
      },
      retrying: (failed) => host.retrying({ operation: "metadata", ...failed }),
    }).catch((error: unknown) => {
      if (!search.signal.aborted) this.#dispatch({ type: "failed", error: asKafkaError(error) });
    });
  }

  async #leave(): Promise<void> {
    if (this.#mayBeKnown) await this.#leaving?.say(this.#member(joiningEpoch));
    else this.#leaving?.skip();
    this.#leaving = undefined;
    this.#mayBeKnown = false;
    this.#dispatch({ type: "left" });
  }

  async #beatInTurn(signal: AbortSignal): Promise<number> {
    const { turns } = this.#init;
    if (turns === undefined) return this.#beat(signal);
    const epoch = await turns.claim();
    try {
      if (signal.aborted) return 0;
      // A worker has heartbeat meanwhile, and nobody has taken note of what it was told beside the epoch: it is said again to who says all.
      if (epoch !== undefined && isInGroup(this.#state)) {
        this.#told = undefined;
        this.#dispatch({ type: "answered", epoch, target: undefined, names: new Map() });
      }
      return await this.#beat(signal);
    } finally {
      turns.release();
    }
  }

  /** One heartbeat, and what its answer means; how long until the next. @throws {KafkaError} what is in its way. */
  async #beat(signal: AbortSignal): Promise<number> {
    const { coordinator, cluster } = this.#init;
    let facts: HeartbeatFacts | undefined;
    try {
      const answer = await coordinator.request(
        ConsumerGroupHeartbeat,
        (version) => {
          this.#mayBeKnown = true;
          facts = this.#facts();
          const body = heartbeatRequest(this.#member(this.#epoch), facts, { told: this.#told, version });
          this.#dispatch({ type: "acknowledged" });
          this.#haveRepeated(facts);
          return body;
        },
        { purpose: "group", signal, timeoutMs: cluster.options.requestTimeoutMs },
      );
      if (signal.aborted) return 0;
      if (answer.errorCode !== 0) this.#refused(answer);
      else this.#answered(answer, facts);
      if (facts !== undefined) this.#haveRepeated(facts);
      return answer.heartbeatIntervalMs;
    } catch (error) {
      // Nobody knows what of it has arrived.
      if (!signal.aborted) this.#told = undefined;
      throw error;
    }
  }

  #answered(
    { memberId, memberEpoch, heartbeatIntervalMs, assignment }: ConsumerGroupHeartbeatResponse,
    facts: HeartbeatFacts | undefined,
  ): void {
    this.#told = facts;
    this.#intervalMs = heartbeatIntervalMs;
    this.#complaint = undefined;
    if (memberId !== null && memberId !== "") this.#memberId = memberId;
    const target = assignment?.topicPartitions;
    const names = knownNames(this.#init.cluster, target?.map(({ topicId }) => topicId) ?? []);
    this.#dispatch({ type: "answered", epoch: memberEpoch, target, names });
    // The subscription was replaced while the heartbeat was under way.
    if (facts?.topics !== this.#topics() || facts.pattern !== this.#init.host.pattern()) this.#heartbeats.soon();
  }

  /** @throws {KafkaError} what is not about the member's standing. */
  #refused({ errorCode, errorMessage }: ConsumerGroupHeartbeatResponse): void {
    const { coordinator, host, options } = this.#init;
    const error = heartbeatRefused(errorCode, errorMessage, options);
    if (expels.includes(errorCode) && this.#state.name !== "joining") return this.#dispatch({ type: "expelled" });
    if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE)
      coordinator.forget();
    // The member stays one, and goes on when the right has been granted.
    if (errorCode === ErrorCode.TOPIC_AUTHORIZATION_FAILED && this.#complaint !== error.code) host.interrupt(error);
    this.#complaint = error.code;
    throw isToBeRepeated(errorCode) ? repeatable(error) : error;
  }

  /** From now on a worker says what was said last, whether or not it has arrived: the coordinator takes it twice, but nothing that is older. */
  #haveRepeated(facts: HeartbeatFacts): void {
    const { turns, cluster } = this.#init;
    if (turns === undefined || this.#intervalMs === 0 || !isInGroup(this.#state)) return;
    const { epoch } = this.#state;
    if (this.#repeated?.facts === facts && this.#repeated.epoch === epoch) return;
    this.#repeated = { facts, epoch };
    const { memberEpoch: generationId, instanceId: groupInstanceId, ...member } = this.#member(epoch);
    const { owned, ...others } = facts;
    turns.repeat({
      ...others,
      ...member,
      generationId,
      groupInstanceId,
      protocol: "consumer",
      owned: byTopicId(owned).map(({ topicId, partitions }) => ({ topicId: topicId.toString(), partitions })),
      intervalMs: this.#intervalMs,
      timeoutMs: cluster.options.requestTimeoutMs,
    });
  }

  get #epoch(): number {
    return isInGroup(this.#state) ? this.#state.epoch : joiningEpoch;
  }

  #member(memberEpoch: number): HeartbeatMember {
    const { groupId, groupInstanceId: instanceId } = this.#init.options;
    return { groupId, memberId: this.#memberId, memberEpoch, instanceId };
  }

  #facts(): HeartbeatFacts {
    const { cluster, options, host } = this.#init;
    return {
      rackId: cluster.options.rackId ?? null,
      rebalanceTimeoutMs: options.rebalanceTimeoutMs,
      topics: this.#topics(),
      pattern: host.pattern(),
      assignor: options.remoteAssignor,
      owned: isInGroup(this.#state) ? this.#state.owned : none,
    };
  }

  /** The topics that are wanted by name. Those that match a pattern are found by the coordinator. */
  #topics(): readonly string[] {
    const { host } = this.#init;
    return host.pattern() === undefined ? host.topics() : none;
  }
}

/** The epoch of a member that is to be taken into the group. */
const joiningEpoch = 0;

const none = [] as const;
const nothing = { lose: none, revoke: none, add: none } as const;

/** The coordinator does not count the member among its own any more, or not as what it believes to be. */
const expels: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_MEMBER_EPOCH];

function isToBeRepeated(errorCode: number): boolean {
  return expels.includes(errorCode) || errorCode === ErrorCode.TOPIC_AUTHORIZATION_FAILED;
}

function repeatable({ code, message, ...facts }: KafkaError): KafkaError {
  return new KafkaError(code, message, { ...facts, retriable: true });
}
