import {
  asKafkaError,
  Backoff,
  ClientErrorCode,
  type ClusterAccess,
  type BrokerConnection,
  type Lease,
  type Timer,
} from "@moldau/connection-pool";
import { ErrorCode, Fetch, kafkaError, type FetchResponse, type KafkaError } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { Wakeup } from "../wakeup.js";
import { matchAnswers, takeAnswer, type PartitionOutcome } from "./answer.js";
import { isolationLevels, type IsolationLevel } from "./isolation.js";
import { covers, planBatch, planFetch, runsLow, type FetchLimits, type FetchPlan, type NoPlan } from "./plan.js";
import { FetchSession } from "./session.js";
import { refusedFrame, tooLarge } from "./too-large.js";

/** What the loop of one broker needs, and whom it tells. */
export interface BrokerFetcherHost {
  readonly cluster: ClusterAccess;
  /** The group of the consumer. */
  readonly groupId: string;
  readonly limits: FetchLimits;
  /** Bytes the broker waits for. */
  readonly minBytes: number;
  readonly isolationLevel: IsolationLevel;
  /** The assigned partitions that are read from the broker. */
  partitionsOf(node: number): readonly AssignedPartition[];
  /** How many bytes the partitions of one broker may hold. */
  room(): number;
  /** The rack that a fetch of these partitions states, "" for none. */
  rackFor(partitions: Iterable<AssignedPartition>): string;
  /** What the answer of a broker said about a partition. */
  answered(node: number, partition: AssignedPartition, outcome: PartitionOutcome): void;
  /** All partitions of an answer have been dealt with. */
  settled(partitions: readonly AssignedPartition[]): void;
  /** The broker could not be asked. */
  failed(node: number, error: KafkaError, delayMs: number): void;
}

/** The first Fetch version that names topics by id. */
const firstVersionById = 13;
const firstVersionWithSessions = 7;

/** A request is on its way; it is interrupted when the timer fires before its answer came. */
interface Asking {
  readonly name: "asking";
  readonly plan: FetchPlan;
  /** When the answer comes at the latest, but for the way. */
  readonly answeredBy: number;
  /** Ends the connection under it. */
  interruption: { readonly at: number; readonly timer: Timer } | undefined;
  isInterrupted: boolean;
}

/** What the loop is doing. */
type Activity =
  | { readonly name: "idle"; readonly why: NoPlan }
  | Asking
  | { readonly name: "resting"; readonly plan: FetchPlan; readonly timer: Timer };

/** How long an answer may still take when something is to be read that it will not bring, before the connection is closed instead, in milliseconds. */
const patienceMs = 20;

/** The same for partitions that were assigned, or began to be read from this broker, since the request: the change itself took about as long. */
const patienceForNewMs = 1000;

/** How far interruptions lie apart, in milliseconds: each costs a new connection, with TLS and login. */
const betweenInterruptionsMs = 5000;

/** How long partitions that are left with nothing to read wait, while others hold enough, before they are asked for again, in milliseconds. */
const revisitAfterMs = 100;

/**
 * The one fetch loop for one broker: a single request is on its way at a time, and the next one is sent as soon as the
 * answer is there and something runs low, whatever the application is doing.
 */
export class BrokerFetcher {
  readonly node: number;
  readonly #host: BrokerFetcherHost;
  readonly #session = new FetchSession();
  readonly #wakeup = new Wakeup();
  readonly #stopped = new AbortController();
  readonly #lease: Lease;
  readonly #backoff: Backoff;
  readonly #running: Promise<void>;
  #connection: BrokerConnection | undefined;
  #interruptedAt = -Infinity;
  /** Partitions whose answer may be what was too large to be received: they are asked for one by one. */
  #suspects: AssignedPartition[] = [];
  #activity: Activity = { name: "idle", why: "enough" };
  #turn = 0;
  #sessionsRefused = 0;

  /** Begins at once. */
  constructor(node: number, host: BrokerFetcherHost) {
    this.node = node;
    this.#host = host;
    // The connection is this loop's own, so that ending it takes nothing away from the loop that follows.
    this.#lease = host.cluster.lease({ name: `fetch loop of group "${host.groupId}" for broker ${node}` });
    this.#backoff = new Backoff(host.cluster.options.retry, host.cluster.random);
    this.#running = this.#run();
  }

  /** Something changed: partitions, positions, pauses. */
  wake(): void {
    this.#wakeup.notify();
    if (this.#activity.name !== "asking") return;
    for (const partition of this.#host.partitionsOf(this.node)) this.#mayInterrupt(this.#activity, partition);
  }

  /** Some of what the partition holds was read. Called for every record batch, so it looks at no other partition. */
  consumed(partition: AssignedPartition): void {
    const activity = this.#activity;
    const isLow = partition.isFetchable && runsLow(partition, this.#host.limits);
    if (activity.name === "idle") {
      if (isLow || activity.why === "full") this.#wakeup.notify();
    } else if (isLow && !covers(activity.plan, partition)) {
      this.#wakeup.notify();
      if (activity.name === "asking") this.#mayInterrupt(activity, partition);
    }
  }

  /** Ends the loop at once, and with it a request that waits at the broker; resolves when the connection is gone. Never rejects. */
  stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#activity.name === "asking") this.#activity.interruption?.timer.cancel();
    if (this.#activity.name === "resting") this.#activity.timer.cancel();
    this.#wakeup.notify();
    return Promise.all([this.#lease.close(), this.#running]).then(() => undefined);
  }

  /** Never rejects: failures are handed on. */
  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#wakeup.reset();
      const plan = this.#plan();
      if (typeof plan !== "string") {
        await this.#round();
      } else {
        this.#activity = { name: "idle", why: plan };
        await this.#wakeup.wait(signal);
      }
    }
  }

  #plan(): FetchPlan | NoPlan {
    const suspect = this.#nextSuspect();
    if (suspect !== undefined) return planBatch(suspect);
    const { limits, cluster } = this.#host;
    const partitions = this.#host.partitionsOf(this.node);
    // Each in turn stands first: the broker fills the answer from the front.
    const first = partitions.length === 0 ? 0 : this.#turn++ % partitions.length;
    return planFetch([...partitions.slice(first), ...partitions.slice(0, first)], {
      limits,
      room: this.#host.room(),
      now: cluster.clock.monotonic(),
    });
  }

  async #round(): Promise<void> {
    this.#activity = { name: "idle", why: "enough" };
    try {
      const connection = await this.#connect();
      // While the connection was made, things may have changed.
      const plan = this.#plan();
      if (typeof plan !== "string") await this.#fetch(connection, plan);
    } catch (error) {
      if (!this.#stopped.signal.aborted) await this.#recover(asKafkaError(error));
    }
  }

  async #connect(): Promise<BrokerConnection> {
    const { signal } = this.#stopped;
    this.#connection = await this.#lease.connection(this.node, "fetch", { signal });
    return this.#connection;
  }

  async #fetch(connection: BrokerConnection, plan: FetchPlan): Promise<void> {
    const answeredBy = this.#host.cluster.clock.monotonic() + plan.maxWaitMs;
    const asking: Asking = { name: "asking", plan, answeredBy, interruption: undefined, isInterrupted: false };
    this.#activity = asking;
    try {
      const response = await this.#ask(connection, plan);
      this.#backoff.reset();
      this.#sessionsRefused = 0;
      this.#cleared(plan);
      const received = this.#take(response, plan);
      if (received === 0 && plan.maxWaitMs === 0) await this.#rest(plan);
    } catch (thrown) {
      const error = asKafkaError(thrown);
      this.#session.failed({ sessionIsGone: error.errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND });
      // A session that the broker does not go along with is begun anew at once, unless that does not help.
      const isNews = isAboutSession(error) && this.#sessionsRefused++ === 0;
      if (!asking.isInterrupted && !isNews && !this.#suspect(plan, error)) throw error;
    } finally {
      asking.interruption?.timer.cancel();
      // From here on nobody hurries this request: the timer would end the connection under the next one.
      this.#activity = { name: "idle", why: "enough" };
    }
  }

  async #ask(connection: BrokerConnection, plan: FetchPlan): Promise<FetchResponse> {
    const { cluster, minBytes, isolationLevel } = this.#host;
    const { signal } = this.#stopped;
    const topicIds = !plan.targets.some(({ topicId }) => topicId.isZero);
    const version = connection.versionOf(Fetch, topicIds ? {} : { max: firstVersionById - 1 });
    const session = this.#session.prepare(plan.targets, {
      sessions: version >= firstVersionWithSessions,
      topicIds: version >= firstVersionById,
    });
    const body = {
      maxWaitMs: plan.maxWaitMs,
      minBytes,
      maxBytes: plan.maxBytes,
      isolationLevel: isolationLevels[isolationLevel],
      rackId: this.#host.rackFor(partitionsOf(plan)),
      ...session,
    };
    const timeoutMs = cluster.options.requestTimeoutMs + plan.maxWaitMs;
    const response = await connection.request(Fetch, version, body, { timeoutMs, signal });
    if (response.errorCode !== 0) {
      throw kafkaError(response.errorCode, { broker: this.node, apiKey: Fetch.key, apiName: Fetch.name });
    }
    this.#session.succeeded(response.sessionId);
    cluster.brokerHints(response.nodeEndpoints);
    return response;
  }

  /** Hands the answers on; the number of partitions that records came for. */
  #take(response: FetchResponse, plan: FetchPlan): number {
    let received = 0;
    const partitions = new Set<AssignedPartition>();
    for (const [partition, answer] of matchAnswers(response, plan)) {
      const outcome = takeAnswer(partition, answer, this.#host.isolationLevel);
      if (outcome.name === "records") received++;
      partitions.add(partition);
      this.#host.answered(this.node, partition, outcome);
    }
    // An answer that is still not read by the time of the next one is not kept for the little that is left of it.
    if (received > 0)
      for (const other of this.#host.partitionsOf(this.node)) if (!partitions.has(other)) other.buffer.detach();
    this.#host.settled([...partitions]);
    return received;
  }

  /** Something of the partition may have to be read that the request on its way does not ask for: unless its answer comes soon, it is given up. */
  #mayInterrupt(asking: Asking, partition: AssignedPartition): void {
    const { cluster, limits } = this.#host;
    const { plan } = asking;
    if (!partition.isFetchable || !runsLow(partition, limits) || covers(plan, partition)) return;
    const isNew = plan.asked.get(partition.key)?.partition !== partition && !plan.leftOut.has(partition);
    const now = cluster.clock.monotonic();
    const at = Math.max(now + (isNew ? patienceForNewMs : patienceMs), this.#interruptedAt + betweenInterruptionsMs);
    if (asking.answeredBy <= at || (asking.interruption !== undefined && asking.interruption.at <= at)) return;
    asking.interruption?.timer.cancel();
    const timer = cluster.clock.timer(at - now, () => {
      asking.isInterrupted = true;
      this.#interruptedAt = at;
      this.#connection?.destroy();
    });
    asking.interruption = { at, timer };
  }

  /** Whether the answer was too large to be received: then its partitions are asked for one by one, and one that is too large by itself is told of. */
  #suspect(plan: FetchPlan, error: KafkaError): boolean {
    const refused = refusedFrame(error);
    if (refused === undefined) return false;
    const alone = this.#cleared(plan);
    if (alone === undefined) this.#suspects = [...partitionsOf(plan)];
    else this.#host.answered(this.node, alone, { name: "fatal", error: tooLarge(alone, refused) });
    return true;
  }

  #nextSuspect(): AssignedPartition | undefined {
    if (this.#suspects.length === 0) return undefined;
    const partitions = new Set(this.#host.partitionsOf(this.node));
    this.#suspects = this.#suspects.filter((each) => each.isFetchable && partitions.has(each));
    return this.#suspects[0];
  }

  /** The suspect that a plan asked for alone is none any more. */
  #cleared(plan: FetchPlan): AssignedPartition | undefined {
    const [suspect] = this.#suspects;
    if (suspect === undefined || plan.asked.get(suspect.key)?.partition !== suspect) return undefined;
    return this.#suspects.shift();
  }

  /** Nothing came for the partitions that run low, while others hold enough: they are asked for again soon, or when others run low. */
  async #rest(plan: FetchPlan): Promise<void> {
    const delayMs = Math.min(revisitAfterMs, this.#host.limits.maxWaitMs);
    const timer = this.#host.cluster.clock.timer(delayMs, () => this.#wakeup.notify());
    this.#activity = { name: "resting", plan, timer };
    await this.#wakeup.wait(this.#stopped.signal);
    timer.cancel();
  }

  async #recover(error: KafkaError): Promise<void> {
    const delayMs = this.#backoff.next();
    this.#host.failed(this.node, error, delayMs);
    if (error.code === ClientErrorCode.CLOSED) this.#stopped.abort();
    // Aborted only by stop(), after which nothing follows.
    await this.#host.cluster.clock.sleep(delayMs, this.#stopped.signal).catch(() => undefined);
  }
}

/** The broker does not go along with the session: the next request simply begins a new one. */
function isAboutSession({ errorCode }: KafkaError): boolean {
  return (
    errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND ||
    errorCode === ErrorCode.INVALID_FETCH_SESSION_EPOCH ||
    errorCode === ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
  );
}

function* partitionsOf({ asked }: FetchPlan): Generator<AssignedPartition> {
  for (const { partition } of asked.values()) yield partition;
}
