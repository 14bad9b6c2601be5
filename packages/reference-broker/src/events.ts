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

/** A connection that was opened or closed. */
export interface ConnectionEvent {
  readonly broker: number;
  readonly connection: number;
  readonly listener: string;
  /** Why it was closed, when that was no orderly end: a DecodeError, a FrameError, a refused login, a socket error. */
  readonly reason?: unknown;
}

/** What a cluster tells those who listen. */
export interface BrokerEventMap {
  request: (event: RequestEvent) => void;
  response: (event: ResponseEvent) => void;
  connected: (event: ConnectionEvent) => void;
  disconnected: (event: ConnectionEvent) => void;
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

  request(event: RequestEvent): void {
    if (this.#emitter.listenerCount("request") > 0) this.#guarded(() => this.#emitter.emit("request", event));
  }

  response(event: ResponseEvent): void {
    if (this.#emitter.listenerCount("response") > 0) this.#guarded(() => this.#emitter.emit("response", event));
  }

  connected(event: ConnectionEvent): void {
    this.#guarded(() => this.#emitter.emit("connected", event));
  }

  disconnected(event: ConnectionEvent): void {
    this.#guarded(() => this.#emitter.emit("disconnected", event));
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
