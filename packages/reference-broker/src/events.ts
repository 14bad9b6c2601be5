import { EventEmitter } from "eventemitter3";
import { checkName } from "./known-names.js";

/** A request that arrived at a broker. */
export interface RequestEvent {
  /** Kafka's name of the API: `Produce`. */
  readonly api: string;
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** Node id of the broker. */
  readonly broker: number;
  /** Number of the connection, unique in the life of the cluster. */
  readonly connection: number;
  /** The decoded request. */
  readonly body: unknown;
}

/** An answer that left a broker. `body` is undefined when none went out: acks 0, or a connection that was cut. */
export interface ResponseEvent extends RequestEvent {
  /** From the request's arrival to its answer, in milliseconds. */
  readonly durationMs: number;
}

/** A connection that was opened. */
export interface ConnectionEvent {
  /** Node id of the broker. */
  readonly broker: number;
  /** Number of the connection, unique in the life of the cluster; -1 for one that failed before it was any, in a handshake of TLS. */
  readonly connection: number;
  readonly listener: string;
  /** The client's address, `127.0.0.1`; empty where nobody can tell. */
  readonly remoteAddress: string;
}

/** A connection that was closed. */
export interface DisconnectionEvent extends ConnectionEvent {
  /** Requests that were read, answered or not. */
  readonly requests: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Why it was closed, when that was no orderly end: a DecodeError, a FrameError, a refused login, a socket error. */
  readonly reason?: unknown;
}

/** A login that succeeded; renewing one is a login too. */
export interface LoginEvent {
  /** Node id of the broker. */
  readonly broker: number;
  readonly connection: number;
  readonly listener: string;
  /** Kafka's name of it: `SCRAM-SHA-512`. */
  readonly mechanism: string;
  readonly username: string;
}

/** A login that was refused. */
export interface LoginRefusedEvent extends Omit<LoginEvent, "username"> {
  /** What the client was told. */
  readonly reason: string;
}

/** Record batches that a client's Produce added to a log; those that the log had already are none. */
export interface AppendedEvent {
  /** Node id of the broker. */
  readonly broker: number;
  readonly clientId: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: bigint;
  readonly messages: number;
  /** Bytes of the batches, compressed as they came. */
  readonly bytes: number;
}

/** Record batches that were read for a Fetch. A client may skip the first messages, and ask for the last ones again. */
export interface FetchedEvent {
  /** Node id of the broker. */
  readonly broker: number;
  readonly clientId: string | null;
  readonly topic: string;
  readonly partition: number;
  /** The offset that was asked for. */
  readonly offset: bigint;
  /** How many offsets the batches reach beyond that one. */
  readonly messages: number;
  readonly bytes: number;
}

/** A member of a group. */
export interface GroupMemberEvent {
  /** Node id of the group's coordinator. */
  readonly broker: number;
  readonly groupId: string;
  readonly memberId: string;
  /** The name of a static member (KIP-345); null for others. */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  /** The client's address, `127.0.0.1`. */
  readonly clientHost: string;
}

/** A member that is gone. */
export interface MemberLeftEvent extends GroupMemberEvent {
  /** It said so; it was silent for its session timeout; it did not come back in time when the group rebalanced; or another took its static place. */
  readonly reason: "left" | "sessionExpired" | "missedRebalance" | "replaced";
}

/** A group that is in another state, or in another generation. */
export interface GroupEvent {
  /** Node id of the group's coordinator. */
  readonly broker: number;
  readonly groupId: string;
  /**
   * Kafka's name of the state; Dead means that the group was deleted. A group of the consumer protocol is Assigning while what its members are
   * to have is still to be worked out, and Reconciling until each of them has it.
   */
  readonly state:
    | "Empty"
    | "PreparingRebalance"
    | "CompletingRebalance"
    | "Assigning"
    | "Reconciling"
    | "Stable"
    | "Dead";
  /** The generation, of a group of the consumer protocol its epoch. */
  readonly generation: number;
  /** The assignor that the members agreed on, or that the broker uses for them; null while there is none. */
  readonly protocol: string | null;
  /** Member ids, in the order in which they came. */
  readonly members: readonly string[];
}

/** Offsets that a group committed; those that were refused are not among them, and those of a transaction are told when it is committed. */
export interface OffsetsCommittedEvent {
  /** Node id of the group's coordinator. */
  readonly broker: number;
  readonly groupId: string;
  /** Empty for one who belongs to no group, as tools, and for the offsets of a transaction. */
  readonly memberId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: bigint }[];
  }[];
}

/** A transactional id that is in another state. */
export interface TransactionEvent {
  /** Node id of the transaction's coordinator. */
  readonly broker: number;
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /**
   * Kafka's name of the state: Empty when a producer took the id, Ongoing when a transaction began, Prepare… when its outcome was decided,
   * Complete… when every partition has its marker, Dead when the id is forgotten.
   */
  readonly state: "Empty" | "Ongoing" | "PrepareCommit" | "PrepareAbort" | "CompleteCommit" | "CompleteAbort" | "Dead";
  /** The producer asked for it; the transaction was open for too long; another producer took the id; markers were written; nobody used it for long. */
  readonly reason: "asked" | "timedOut" | "fenced" | "markersWritten" | "expired";
  /** The partitions that the transaction touches, as far as they are known. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

/** What a cluster tells those who listen. */
export interface BrokerEventMap {
  request: (event: RequestEvent) => void;
  response: (event: ResponseEvent) => void;
  connected: (event: ConnectionEvent) => void;
  disconnected: (event: DisconnectionEvent) => void;
  /** A client logged in. */
  loggedIn: (event: LoginEvent) => void;
  /** A client could not log in. */
  loginRefused: (event: LoginRefusedEvent) => void;
  /** Messages were written. */
  appended: (event: AppendedEvent) => void;
  /** Messages were read. */
  fetched: (event: FetchedEvent) => void;
  /** A group has a new member. */
  memberJoined: (event: GroupMemberEvent) => void;
  /** A group has lost a member. */
  memberLeft: (event: MemberLeftEvent) => void;
  /** A group rebalances, is stable, empty or deleted. */
  groupChanged: (event: GroupEvent) => void;
  /** A group committed offsets. */
  offsetsCommitted: (event: OffsetsCommittedEvent) => void;
  /** A transaction began, was decided or ended; or its id was taken or forgotten. */
  transactionChanged: (event: TransactionEvent) => void;
  /** A topic was created. */
  topicCreated: (event: { readonly topic: string; readonly partitions: number }) => void;
  /** A topic was deleted. */
  topicDeleted: (event: { readonly topic: string }) => void;
  /** A broker was stopped: it is reached no more, and others lead what they have in sync. */
  brokerStopped: (event: { readonly nodeId: number }) => void;
  /** A broker that was stopped runs again, with its records. */
  brokerStarted: (event: { readonly nodeId: number }) => void;
  /** A partition has another leader; `leader` is -1 when nobody leads it. */
  leaderChanged: (event: {
    readonly topic: string;
    readonly partition: number;
    readonly leader: number;
    readonly leaderEpoch: number;
  }) => void;
  /** Something failed that no request waits for, such as a checkpoint that cannot be written. Without a listener it becomes a process warning. */
  error: (error: unknown) => void;
}

/** What an event of this name carries. */
export type BrokerEventOf<Name extends keyof BrokerEventMap> = Parameters<BrokerEventMap[Name]>[0];

/** Who listens to events of this name. */
export type BrokerListener<Name extends keyof BrokerEventMap> = (event: BrokerEventOf<Name>) => void;

const eventNames: readonly string[] = Object.keys({
  request: true,
  response: true,
  connected: true,
  disconnected: true,
  loggedIn: true,
  loginRefused: true,
  appended: true,
  fetched: true,
  memberJoined: true,
  memberLeft: true,
  groupChanged: true,
  offsetsCommitted: true,
  transactionChanged: true,
  topicCreated: true,
  topicDeleted: true,
  leaderChanged: true,
  brokerStarted: true,
  brokerStopped: true,
  error: true,
} satisfies Record<keyof BrokerEventMap, true>);

/** Throws a RangeError for an event that there is not, or a listener that is none. */
function checkListening(name: string, listener: unknown): void {
  checkName("event", name, eventNames);
  if (typeof listener !== "function") throw new RangeError(`the event ${name} needs a function to call`);
}

/** The cluster's emitter, as its parts use it: emitting costs nothing while nobody listens, and a listener that throws hurts nobody. */
export class BrokerEvents {
  readonly #emitter = new EventEmitter<BrokerEventMap>();

  /** Calls `listener` at every event of this name; returns how to end that. */
  listen<Name extends keyof BrokerEventMap>(name: Name, listener: BrokerListener<Name>): () => void {
    checkListening(name, listener);
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }

  /** Calls `listener` at every event of this name, until {@link BrokerEvents.unsubscribe}. */
  subscribe<Name extends keyof BrokerEventMap>(name: Name, listener: BrokerListener<Name>): void {
    checkListening(name, listener);
    this.#emitter.on(name, listener);
  }

  /** Ends what {@link BrokerEvents.subscribe} began. */
  unsubscribe<Name extends keyof BrokerEventMap>(name: Name, listener: BrokerListener<Name>): void {
    checkListening(name, listener);
    this.#emitter.off(name, listener);
  }

  /** Whether anybody listens to requests or their answers, and so may look at a request later. */
  get isWatched(): boolean {
    return this.#emitter.listenerCount("request") > 0 || this.#emitter.listenerCount("response") > 0;
  }

  /** Whether anybody listens to events of this name: one that takes work to put together is made only then. */
  isHeard(name: keyof BrokerEventMap): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  request(event: RequestEvent): void {
    if (this.#emitter.listenerCount("request") > 0) this.#guarded(() => this.#emitter.emit("request", event));
  }

  response(event: ResponseEvent): void {
    if (this.#emitter.listenerCount("response") > 0) this.#guarded(() => this.#emitter.emit("response", event));
  }

  connected(event: ConnectionEvent): void {
    this.#guarded(() => this.#emitter.emit("connected", event));
  }

  disconnected(event: DisconnectionEvent): void {
    this.#guarded(() => this.#emitter.emit("disconnected", event));
  }

  loggedIn(event: LoginEvent): void {
    this.#guarded(() => this.#emitter.emit("loggedIn", event));
  }

  loginRefused(event: LoginRefusedEvent): void {
    this.#guarded(() => this.#emitter.emit("loginRefused", event));
  }

  appended(event: AppendedEvent): void {
    this.#guarded(() => this.#emitter.emit("appended", event));
  }

  fetched(event: FetchedEvent): void {
    this.#guarded(() => this.#emitter.emit("fetched", event));
  }

  memberJoined(event: GroupMemberEvent): void {
    this.#guarded(() => this.#emitter.emit("memberJoined", event));
  }

  memberLeft(event: MemberLeftEvent): void {
    this.#guarded(() => this.#emitter.emit("memberLeft", event));
  }

  groupChanged(event: GroupEvent): void {
    this.#guarded(() => this.#emitter.emit("groupChanged", event));
  }

  offsetsCommitted(event: OffsetsCommittedEvent): void {
    this.#guarded(() => this.#emitter.emit("offsetsCommitted", event));
  }

  transactionChanged(event: TransactionEvent): void {
    this.#guarded(() => this.#emitter.emit("transactionChanged", event));
  }

  topicCreated(topic: string, partitions: number): void {
    this.#guarded(() => this.#emitter.emit("topicCreated", { topic, partitions }));
  }

  topicDeleted(topic: string): void {
    this.#guarded(() => this.#emitter.emit("topicDeleted", { topic }));
  }

  brokerStopped(nodeId: number): void {
    this.#guarded(() => this.#emitter.emit("brokerStopped", { nodeId }));
  }

  brokerStarted(nodeId: number): void {
    this.#guarded(() => this.#emitter.emit("brokerStarted", { nodeId }));
  }

  leaderChanged(
    topic: string,
    { partition, leader, leaderEpoch }: { partition: number; leader: number; leaderEpoch: number },
  ): void {
    this.#guarded(() => this.#emitter.emit("leaderChanged", { topic, partition, leader, leaderEpoch }));
  }

  /** Reports a failure that no request waits for. */
  error(error: unknown): void {
    if (this.#emitter.listenerCount("error") === 0) process.emitWarning(error instanceof Error ? error : String(error));
    else this.#emitter.emit("error", error);
  }

  #guarded(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      this.error(error);
    }
  }
}
